"""The alarms in `catalog status`: CloudWatch's own states, read from moto."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto.core.authorization import ActionAuthenticatorMixin

from ops.alarms import AlarmState, AlarmValue, stack_alarms
from tests.conftest import REGION
from tests.served import Run, publish
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_runs import DynamoRunReports


@pytest.fixture
def stack(stores: DynamoRows) -> str:
    """A stack with a snapshot and, as yet, no alarm."""
    outputs = {"CatalogTable": "catalog", "KeysTable": "keys"}
    template = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    cloudformation.create_stack(StackName="demo", TemplateBody=json.dumps(template))
    publish(stores, 1)
    return "demo"


def put_alarm(name: str, state: str, reason: str = "a reason") -> None:
    cloudwatch = boto3.client("cloudwatch", region_name=REGION)
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        AlarmDescription=f"Description of {name}.",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Statistic="Maximum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)


def shown(catalog: Run, stack: str) -> tuple[int, list[dict[str, Any]], str | None]:
    result = catalog("status", "--stack", stack, "--json")
    status = json.loads(result.stdout)
    return result.exit_code, status["alarms"], status["alarmsNote"]


def test_each_alarm_is_shown_with_its_state_reason_and_description(
    catalog: Run, stack: str
) -> None:
    put_alarm("demo/ApiFailuresAlarm", "OK")
    put_alarm("demo/SnapshotAgeAlarm", "INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")

    assert shown(catalog, stack) == (
        0,
        [
            {
                "alarm": "ApiFailuresAlarm",
                "state": "OK",
                "fires": False,
                "firesWhen": "Description of demo/ApiFailuresAlarm.",
                "found": "a reason",
            },
            {
                "alarm": "SnapshotAgeAlarm",
                "state": "INSUFFICIENT_DATA",
                "fires": None,
                "firesWhen": "Description of demo/SnapshotAgeAlarm.",
                "found": "Unchecked: Initial alarm creation",
            },
        ],
        None,
    )


def test_an_alarm_in_state_alarm_exits_with_1(catalog: Run, stack: str) -> None:
    put_alarm("demo/ApiFailuresAlarm", "OK")
    put_alarm("demo/ScheduleFailuresAlarm", "ALARM", "Threshold Crossed: 1 datapoint")

    result = catalog("status", "--stack", stack)

    assert (result.exit_code, result.stderr) == (
        1,
        "ScheduleFailuresAlarm is in state ALARM: Threshold Crossed: 1 datapoint\n",
    )
    assert "ScheduleFailuresAlarm  ALARM" in result.stdout


def test_alarms_of_a_stack_whose_name_begins_alike_are_not_shown(catalog: Run, stack: str) -> None:
    put_alarm("demo/ApiFailuresAlarm", "OK")
    put_alarm("demo-dev/ApiFailuresAlarm", "ALARM")

    code, alarms, _ = shown(catalog, stack)

    assert (code, [alarm["alarm"] for alarm in alarms]) == (0, ["ApiFailuresAlarm"])


def test_a_stack_without_alarms_says_what_to_do(catalog: Run, stack: str) -> None:
    assert shown(catalog, stack) == (0, [], "the stack demo has no alarms: deploy it again")
    assert "the stack demo has no alarms" in catalog("status", "--stack", stack).stdout


def test_without_a_stack_there_are_no_alarms(catalog: Run, stores: DynamoRows) -> None:
    publish(stores, 1)

    status = json.loads(catalog("status", "--json").stdout)

    assert (status["alarms"], status["alarmsNote"]) == ([], "only a stack has alarms: --stack NAME")


@pytest.mark.parametrize("outcome", ["SOURCE_FAILED", "OUT_OF_TIME", "REFUSED"])
def test_a_failed_last_run_exits_with_1_before_any_alarm(
    catalog: Run, stack: str, stores: DynamoRows, outcome: str
) -> None:
    run = {"scheduledAt": "2026-11-22T06:00:00+00:00", "outcome": outcome, "reason": "why"}
    DynamoRunReports(stores, "catalog").save_run({**run, "isRecorded": False})

    result = catalog("status", "--stack", stack)

    assert (result.exit_code, result.stderr) == (1, f"the last run ended {outcome}: why\n")


def test_without_the_permission_the_rest_of_the_status_is_shown(
    catalog: Run, stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_alarm("demo/ApiFailuresAlarm", "ALARM")
    iam = boto3.client("iam", region_name=REGION)
    allowed = ["cloudformation:*", "dynamodb:*"]
    statement = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_user(UserName="operator")
    iam.put_user_policy(UserName="operator", PolicyName="reads", PolicyDocument=policy)
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it holds the former credentials

    # From now on moto checks policies.
    enforced = ActionAuthenticatorMixin.set_initial_no_auth_action_count(0)
    code, alarms, note = enforced(shown)(catalog, stack)

    assert (code, alarms) == (0, [])
    assert note is not None
    assert note.startswith("alarms cannot be read: ")
    assert "DescribeAlarms" in note


def test_all_pages_of_alarms_are_read() -> None:
    cloudwatch = boto3.client("cloudwatch", region_name=REGION)
    one = {
        "AlarmName": "demo/OneAlarm",
        "StateValue": "OK",
        "StateReason": "r",
        "AlarmDescription": "d",
    }
    other = {"AlarmName": "demo/OtherAlarm", "StateValue": "ALARM"}
    with Stubber(cloudwatch) as stubber:
        first, second = {"MetricAlarms": [one], "NextToken": "more"}, {"MetricAlarms": [other]}
        stubber.add_response("describe_alarms", first, {"AlarmNamePrefix": "demo/"})
        rest = {"AlarmNamePrefix": "demo/", "NextToken": "more"}
        stubber.add_response("describe_alarms", second, rest)

        alarms = stack_alarms("demo", cloudwatch)

    assert alarms == [
        AlarmState("OneAlarm", AlarmValue.OK, "r", "d"),
        AlarmState("OtherAlarm", AlarmValue.ALARM, "", ""),
    ]
