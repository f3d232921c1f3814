"""What each role may do, read from the template as SAM expands it: these actions and no others."""

from pathlib import Path
from typing import Any

import pytest

from tests.architecture.expansion import expand
from tests.architecture.test_template import ROOT

CATALOG = {"Fn::GetAtt": ["CatalogTable", "Arn"]}
KEYS = {"Fn::GetAtt": ["KeysTable", "Arn"]}


@pytest.fixture
def expanded(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    return expand()


def granted(expanded: dict[str, Any], role: str) -> list[tuple[str, Any, Any]]:
    """(action, resource, condition) of every statement, one row for each action and resource."""
    rows = []
    for policy in expanded["Resources"][role]["Properties"].get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            for action in actions if isinstance(actions, list) else [actions]:
                for resource in resources if isinstance(resources, list) else [resources]:
                    rows.append((action, resource, statement.get("Condition")))
    return sorted(rows, key=str)


def leading(prefix: str) -> Any:
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": prefix}}


def secret(parameter: str) -> Any:
    arn = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
    return {"Fn::Sub": f"{arn}${{{parameter}}}-??????"}


def test_the_list_reads_and_counts_requests(expanded: dict[str, Any]) -> None:
    assert granted(expanded, "ListMusicFunctionRole") == sorted(
        [
            ("dynamodb:GetItem", CATALOG, None),
            ("dynamodb:BatchGetItem", CATALOG, None),
            ("dynamodb:GetItem", KEYS, None),
            ("dynamodb:UpdateItem", CATALOG, leading("RATE#*")),
        ],
        key=str,
    )


def test_the_refresh_writes_the_catalog_and_deletes_nothing_but_chunks(
    expanded: dict[str, Any],
) -> None:
    catalog = ("BatchGetItem", "GetItem", "PutItem", "UpdateItem")

    assert granted(expanded, "RefreshMusicFunctionRole") == sorted(
        [
            *((f"dynamodb:{action}", CATALOG, None) for action in catalog),
            ("dynamodb:DeleteItem", CATALOG, leading("SNAP#*")),
            ("secretsmanager:GetSecretValue", secret("R2SecretName"), None),
            ("secretsmanager:GetSecretValue", secret("SourceSecretName"), None),
            ("secretsmanager:GetSecretValue", secret("CmlSecretName"), None),
            ("secretsmanager:PutSecretValue", secret("CmlSecretName"), None),
            ("sqs:SendMessage", {"Fn::GetAtt": ["RefreshFailures", "Arn"]}, None),
        ],
        key=str,
    )


def test_no_role_has_a_wildcard(expanded: dict[str, Any]) -> None:
    roles = {
        name
        for name, resource in expanded["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }

    assert len(roles) >= 3
    for role in roles:
        for action, resource, _ in granted(expanded, role):
            assert "*" not in action, (role, action)
            assert resource != "*", (role, action)


def test_secrets_are_given_by_name_only() -> None:
    text = Path(ROOT / "template.yaml").read_text()

    assert "NoEcho" not in text
    assert "resolve:secretsmanager" not in text
