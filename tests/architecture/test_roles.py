"""The permissions of each role in the template as SAM expands it: these actions and no others."""

from pathlib import Path
from typing import Any

import pytest

from tests.architecture.expansion import expand
from tests.architecture.test_template import ROOT

# X-Ray has no resources to name. The last two are for Step Functions, which samples by itself.
TRACES = (
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)
WITHOUT_RESOURCES = (*TRACES, "cloudwatch:DescribeAlarms")
# What a refresh writes; LISTS, RETIRED# and RATE# are not among it.
WRITTEN = [
    "ASIDE#TRACK#*",
    "CHARTS",
    "CML#*",
    "MEDIA#*",
    "PTR",
    "PTR#*",
    "RUN#*",
    "RUNS",
    "SNAP#*",
    "TRACK#*",
]


def table_arn(name: str) -> Any:
    """The ARN of the stack's own table, or of a former stack's."""
    arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/"
    own = {"Fn::GetAtt": [name, "Arn"]}
    return {"Fn::If": [f"Own{name}", own, {"Fn::Sub": f"{arn}${{{name}Name}}"}]}


CATALOG, KEYS = table_arn("CatalogTable"), table_arn("KeysTable")


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


def leading(prefix: str | list[str]) -> Any:
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": prefix}}


def secret(parameter: str) -> Any:
    arn = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
    return {"Fn::Sub": f"{arn}${{{parameter}}}-??????"}


def own(logs: str) -> list[tuple[str, Any, Any]]:
    """Every function writes its own log, and sends traces."""
    return [
        *(
            (f"logs:{action}", {"Fn::GetAtt": [logs, "Arn"]}, None)
            for action in ("CreateLogStream", "PutLogEvents")
        ),
        *((action, "*", None) for action in TRACES[:2]),
    ]


def test_the_list_function_reads_the_tables_and_counts_requests(expanded: dict[str, Any]) -> None:
    assert granted(expanded, "ListMusicFunctionRole") == sorted(
        [
            ("dynamodb:GetItem", CATALOG, None),
            ("dynamodb:BatchGetItem", CATALOG, None),
            ("dynamodb:GetItem", KEYS, None),
            ("dynamodb:UpdateItem", CATALOG, leading("RATE#*")),
            *own("ListMusicLogs"),
        ],
        key=str,
    )


def test_the_refresh_writes_the_catalog_and_deletes_nothing_but_chunks(
    expanded: dict[str, Any],
) -> None:
    assert granted(expanded, "RefreshMusicFunctionRole") == sorted(
        [
            ("dynamodb:BatchGetItem", CATALOG, None),
            ("dynamodb:GetItem", CATALOG, None),
            ("dynamodb:PutItem", CATALOG, leading(WRITTEN)),
            ("dynamodb:UpdateItem", CATALOG, leading(["LOCK", "LOCK#*"])),
            ("dynamodb:DeleteItem", CATALOG, leading("SNAP#*")),
            ("secretsmanager:GetSecretValue", secret("R2SecretName"), None),
            ("secretsmanager:GetSecretValue", secret("SourceSecretName"), None),
            ("secretsmanager:GetSecretValue", secret("CmlSecretName"), None),
            ("secretsmanager:PutSecretValue", secret("CmlSecretName"), None),
            ("sqs:SendMessage", {"Fn::GetAtt": ["RefreshFailures", "Arn"]}, None),
            *own("RefreshMusicLogs"),
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
            *own("MediaPlanLogs"),
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
            *own("MediaBatchLogs"),
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
            *((action, "*", None) for action in TRACES),
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


def test_no_role_has_a_wildcard_but_for_traces_or_a_managed_policy(
    expanded: dict[str, Any],
) -> None:
    roles = {
        name
        for name, resource in expanded["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }

    assert roles
    for role in roles:
        assert not expanded["Resources"][role]["Properties"].get("ManagedPolicyArns"), role
        for action, resource, _ in granted(expanded, role):
            assert "*" not in action, (role, action)
            assert resource != "*" or action in WITHOUT_RESOURCES, (role, action)


def test_no_function_may_create_a_log_group(expanded: dict[str, Any]) -> None:
    """A group that a late run made again would block the next creation of the stack."""
    assert "logs:CreateLogGroup" not in str(expanded)


def test_secrets_are_given_by_name_only() -> None:
    text = Path(ROOT / "template.yaml").read_text()

    assert "NoEcho" not in text
    assert "resolve:secretsmanager" not in text
