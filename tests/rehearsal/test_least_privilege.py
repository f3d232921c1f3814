"""Least privilege: every call of a stack in use is allowed, and each permission is needed for one.

The calls are botocore's, made by the real handlers with the deployed variables, and those that
AWS's services make with the stack's roles, taken from the created resources.
"""

from collections.abc import Iterator

import pytest

from tests.rehearsal.api_calls import ACCOUNT_ID, REGION
from tests.rehearsal.permissions import Grant, Request, grants_of, is_allowed
from tests.rehearsal.requests import service_requests
from tests.rehearsal.stack import Stack
from tests.rehearsal.world import use_everything, world

Used = tuple[Stack, list[Grant], set[Request]]


@pytest.fixture
def used(account: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Used]:
    """A stack with all functions after its use: its grants and all its requests."""
    with world(monkeypatch) as deployed:
        use_everything(deployed)
        requests = deployed.recorder.requests | set(service_requests(deployed.stack))
        yield deployed.stack, list(grants_of(deployed.stack)), requests


def test_no_call_is_denied_and_no_permission_is_without_use(used: Used) -> None:
    stack, grants, requests = used

    assert {grant.role for grant in grants} == {request.role for request in requests}
    assert [request for request in requests if not is_allowed(request, grants)] == []
    assert [grant for grant in grants if not is_needed(grant, grants, requests)] == []
    for request in forbidden(stack):
        assert not is_allowed(request, grants), request


def is_needed(grant: Grant, grants: list[Grant], requests: set[Request]) -> bool:
    """True if some request is denied without this one action on this one resource."""
    rest = [each for each in grants if each is not grant]
    return any(not is_allowed(request, rest) for request in requests)


def forbidden(stack: Stack) -> Iterator[Request]:
    """Requests that must be denied even to a function that an attacker controls."""
    catalog, keys = (
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{stack.ids[name]}"
        for name in ("CatalogTable", "KeysTable")
    )

    def on(key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return (("dynamodb:LeadingKeys", (key,)),)

    refresh, listing = "RefreshMusicFunctionRole", "ListMusicFunctionRole"
    yield Request(refresh, "dynamodb:PutItem", catalog, on("LISTS"))
    yield Request(refresh, "dynamodb:PutItem", catalog, on("RETIRED#a"))
    yield Request(refresh, "dynamodb:PutItem", catalog, on("LOCK"))
    yield Request(refresh, "dynamodb:UpdateItem", catalog, on("PTR"))
    yield Request(refresh, "dynamodb:DeleteItem", catalog, on("TRACK#1"))
    yield Request(refresh, "dynamodb:DeleteTable", catalog)
    yield Request(refresh, "dynamodb:GetItem", keys, on("KEY#A"))
    yield Request(listing, "dynamodb:PutItem", catalog, on("PTR"))
    yield Request(listing, "dynamodb:UpdateItem", catalog, on("PTR"))
    yield Request(listing, "dynamodb:PutItem", keys, on("KEY#A"))
    yield Request(listing, "dynamodb:Scan", keys)
    yield Request("MediaBatchFunctionRole", "dynamodb:PutItem", catalog, on("TRACK#1"))
    yield Request("AnnounceFunctionRole", "dynamodb:GetItem", catalog, on("LISTS"))


@pytest.mark.parametrize(
    ("allowed", "asked", "expected"),
    [
        (["SNAP#*"], ("SNAP#1",), True),
        (["SNAP#*"], ("SNAP#1", "TRACK#1"), False),
        (["SNAP#*", "TRACK#*"], ("SNAP#1", "TRACK#1"), True),
        (["LOCK"], ("LOCK#1",), False),
        (["SNAP#?"], ("SNAP#12",), False),
    ],
)
def test_the_evaluator_judges_every_key_of_a_request(
    allowed: list[str], asked: tuple[str, ...], expected: bool
) -> None:
    condition = ("ForAllValues:StringLike", "dynamodb:LeadingKeys")
    grants = [Grant("role", "dynamodb:*", "table", *condition, value) for value in allowed]
    keys = (("dynamodb:LeadingKeys", asked),)

    request = Request("role", "dynamodb:GetItem", "table", keys)
    other = Request("another", "dynamodb:GetItem", "table", keys)
    assert is_allowed(request, grants) is expected
    assert not is_allowed(other, grants)
