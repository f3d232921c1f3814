"""Judges requests by the policies of a role, as IAM does: what no statement allows is denied.

Covers what the template's policies use: Allow, `*` and `?`, and the operators below. Anything else
raises, so that no condition is passed over. Source: IAM user guide, policy evaluation logic.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from tests.rehearsal.api_calls import REGION
from tests.rehearsal.stack import Stack

Keys = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a role; `keys` are the values of its condition keys."""

    role: str
    action: str
    resource: str
    keys: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """One action of one statement on one resource, under one value of its condition, if any."""

    role: str
    action: str
    resource: str
    operator: str = ""
    key: str = ""
    value: str = ""

    def covers(self, request: Request) -> bool:
        """True if action and resource match; the condition is judged for all grants together."""
        return (
            self.role == request.role
            and matches(self.action, request.action)
            and matches(self.resource, request.resource)
        )


def grants_of(stack: Stack) -> Iterator[Grant]:
    """The grants of all roles, by the role's name in the template; no role has a managed policy.

    The values of a condition are alternatives: each is a grant of its own.
    """
    client = boto3.client("iam", region_name=REGION)
    roles = set(stack.of_type("AWS::IAM::Role"))
    for name, role in stack.ids.items():
        if role not in roles:
            continue
        assert client.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
        for policy in client.list_role_policies(RoleName=role)["PolicyNames"]:
            document = client.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            for statement in listed(document["Statement"]):
                yield from grants_of_statement(name, statement)


def grants_of_statement(role: str, statement: Mapping[str, Any]) -> Iterator[Grant]:
    known = {"Sid", "Effect", "Action", "Resource", "Condition"}
    assert statement["Effect"] == "Allow"
    assert statement.keys() <= known, statement
    conditions = [
        (operator, key, value)
        for operator, tests in statement.get("Condition", {}).items()
        for key, values in tests.items()
        for value in listed(values)
    ]
    assert len({each[:2] for each in conditions}) <= 1, statement
    for action in listed(statement["Action"]):
        for resource in listed(statement["Resource"]):
            for condition in conditions or [("", "", "")]:
                yield Grant(role, action, resource, *condition)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_allowed(request: Request, grants: Iterable[Grant]) -> bool:
    """True if the grants of a statement together allow the request."""
    keys = dict(request.keys)
    found = [grant for grant in grants if grant.covers(request)]
    if any(not grant.operator for grant in found):
        return True
    statements = {(grant.operator, grant.key, grant.action, grant.resource) for grant in found}
    return any(
        OPERATORS[operator](
            keys.get(key, ()),
            [
                grant.value
                for grant in found
                if (grant.operator, grant.key, grant.action, grant.resource)
                == (operator, key, action, resource)
            ],
        )
        for operator, key, action, resource in statements
    )


def all_like(values: tuple[str, ...], allowed: list[str]) -> bool:
    return all(any(matches(pattern, value) for pattern in allowed) for value in values)


def one_equals(values: tuple[str, ...], allowed: list[str]) -> bool:
    """A key of one value; without the key the condition fails."""
    return len(values) == 1 and values[0] in allowed


OPERATORS: dict[str, Callable[[tuple[str, ...], list[str]], bool]] = {
    "ForAllValues:StringLike": all_like,
    "StringEquals": one_equals,
}


def matches(pattern: str, value: str) -> bool:
    """IAM's wildcards: `*` is any text, `?` any character."""
    translated = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(translated, value, re.DOTALL) is not None
