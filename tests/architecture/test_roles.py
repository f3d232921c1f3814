"""The permissions of each role in the template as SAM expands it: these actions and no others."""

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
    """Rows of (action, resource, condition), one for each action and resource of a statement."""
    inner = expanded["Resources"][role]["Properties"].get("Policies", [])
    outer = [
        resource["Properties"]
        for resource in expanded["Resources"].values()
        if resource["Type"] == "AWS::IAM::Policy"
        and {"Ref": role} in resource["Properties"]["Roles"]
    ]
    rows = []
    for policy in (*inner, *outer):
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
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


def test_the_list_function_reads_the_tables_and_counts_requests(expanded: dict[str, Any]) -> None:
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


def plans(prefix: str) -> Any:
    return {"Fn::Sub": f"${{MediaPlans.Arn}}/{prefix}/*"}


def test_a_plan_reads_the_catalog_and_writes_plans(expanded: dict[str, Any]) -> None:
    assert granted(expanded, "MediaPlanFunctionRole") == sorted(
        [
            ("dynamodb:GetItem", CATALOG, None),
            ("dynamodb:BatchGetItem", CATALOG, None),
            ("s3:PutObject", plans("plans"), None),
            ("secretsmanager:GetSecretValue", secret("R2SecretName"), None),
            ("secretsmanager:GetSecretValue", secret("SourceSecretName"), None),
            ("secretsmanager:GetSecretValue", secret("CmlSecretName"), None),
            ("secretsmanager:PutSecretValue", secret("CmlSecretName"), None),
        ],
        key=str,
    )


def test_a_batch_writes_only_the_ledger_and_reads_no_source_secret(
    expanded: dict[str, Any],
) -> None:
    assert granted(expanded, "MediaBatchFunctionRole") == sorted(
        [
            ("dynamodb:BatchGetItem", CATALOG, None),
            ("dynamodb:PutItem", CATALOG, leading("MEDIA#*")),
            ("secretsmanager:GetSecretValue", secret("R2SecretName"), None),
        ],
        key=str,
    )


def test_the_state_machine_runs_its_three_functions_and_its_own_batches(
    expanded: dict[str, Any],
) -> None:
    functions = ("MediaPlanFunction", "MediaBatchFunction", "RefreshMusicFunction")
    executions = (
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:"
        "${RefreshMedia.Name}"
    )
    results = ("AbortMultipartUpload", "GetObject", "ListMultipartUploadParts", "PutObject")

    assert granted(expanded, "RefreshMediaRole") == sorted(
        [
            *(("lambda:InvokeFunction", {"Fn::GetAtt": [name, "Arn"]}, None) for name in functions),
            ("s3:GetObject", plans("plans"), None),
            *((f"s3:{action}", plans("results"), None) for action in results),
            ("states:StartExecution", {"Ref": "RefreshMedia"}, None),
            *(
                (f"states:{action}", {"Fn::Sub": f"{executions}{children}"}, None)
                for action in ("DescribeExecution", "StopExecution")
                for children in (":*", "/*")
            ),
        ],
        key=str,
    )


def test_the_schedule_may_start_the_state_machine_and_send_to_its_queue(
    expanded: dict[str, Any],
) -> None:
    assert granted(expanded, "RefreshMediaScheduleRole") == [
        ("sqs:SendMessage", {"Fn::GetAtt": ["ScheduleFailures", "Arn"]}, None),
        ("states:StartExecution", {"Ref": "RefreshMedia"}, None),
    ]


def test_media_map_resources_exist_only_with_a_media_map(expanded: dict[str, Any]) -> None:
    conditions = {
        name: resource.get("Condition")
        for name, resource in expanded["Resources"].items()
        if "Media" in name
    }
    schedule = expanded["Resources"]["RefreshMusicFunctionSchedule"]["Properties"]

    assert conditions.pop("RefreshMediaAlarm") == "HasMediaMap"
    assert conditions.pop("MediaMissingAlarm") is None
    assert set(conditions.values()) == {"HasMediaMap"}
    assert schedule["State"] == {"Fn::If": ["HasMediaMap", "DISABLED", {"Ref": "ScheduleState"}]}
    assert expanded["Parameters"]["MediaMapConcurrency"]["Default"] == 0


def test_no_role_has_a_wildcard(expanded: dict[str, Any]) -> None:
    roles = {
        name
        for name, resource in expanded["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }

    assert roles
    for role in roles:
        for action, resource, _ in granted(expanded, role):
            assert "*" not in action, (role, action)
            assert resource != "*", (role, action)


def test_secrets_are_given_by_name_only() -> None:
    text = Path(ROOT / "template.yaml").read_text()

    assert "NoEcho" not in text
    assert "resolve:secretsmanager" not in text
