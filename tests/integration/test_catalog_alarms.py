"""The alarms that `catalog status` tells of a stack: its queues and metrics, asked over moto."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto.cloudwatch.models import cloudwatch_backends

from tests.conftest import REGION
from tests.served import Run, publish
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_runs import DynamoRunReports

OWN = "TiktokMusicCatalog/demo"
QUEUES = ("RefreshFailures", "ScheduleFailures")


@pytest.fixture
def stack(stores: DynamoRows) -> str:
    """A stack with the queues and the API that the alarms are about."""
    outputs = {"CatalogTable": "catalog", "KeysTable": "keys"}
    template = {
        "Resources": {
            **{name: {"Type": "AWS::SQS::Queue"} for name in QUEUES},
            "HttpApi": {
                "Type": "AWS::ApiGateway::RestApi",
                "Properties": {"Name": "catalog"},
            },
            **{name: a_table(name) for name in ("CatalogTable", "KeysTable")},
            # Whatever has a name of its own stands for the function.
            "ListMusicFunction": {"Type": "AWS::SQS::Queue"},
        },
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    cloudformation.create_stack(StackName="demo", TemplateBody=json.dumps(template))
    publish(stores, 1)
    put(OWN, "SnapshotAgeSeconds", ("service", "list_music"), 3_600, timedelta(minutes=2))
    return "demo"


def a_table(name: str) -> dict[str, Any]:
    key = {"AttributeName": "pk", "AttributeType": "S"}
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": f"stack-{name}",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [key],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        },
    }


def physical(stack: str, name: str) -> str:
    client = boto3.client("cloudformation", region_name=REGION)
    found = client.describe_stack_resource(StackName=stack, LogicalResourceId=name)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def put(
    namespace: str, metric: str, dimension: tuple[str, str], value: float, ago: timedelta
) -> None:
    boto3.client("cloudwatch", region_name=REGION).put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": metric,
                "Dimensions": [{"Name": dimension[0], "Value": dimension[1]}],
                "Value": value,
                "Timestamp": datetime.now(UTC) - ago,
            }
        ],
    )


def alarms(catalog: Run, stack: str) -> tuple[int, dict[str, Any]]:
    result = catalog("status", "--stack", stack, "--json")
    told = json.loads(result.stdout)["alarms"]
    return result.exit_code, {each["alarm"]: each for each in told}


def test_a_stack_where_all_is_well_is_quiet(catalog: Run, stack: str) -> None:
    code, told = alarms(catalog, stack)

    assert (code, {name: each["fires"] for name, each in told.items()}) == (
        0,
        {
            "SnapshotAgeAlarm": False,
            "RefreshFailuresAlarm": False,
            "ScheduleFailuresAlarm": False,
            "RefreshRefusedAlarm": False,
            "ApiFailuresAlarm": False,
            "ApiLatencyAlarm": False,
            "StaleServedAlarm": False,
            "ListThrottledAlarm": False,
            "TablesThrottledAlarm": False,
            "RefreshMediaAlarm": False,
        },
    )


def test_a_message_in_a_queue_and_a_metric_over_its_threshold_fire(
    catalog: Run, stack: str
) -> None:
    boto3.client("sqs", region_name=REGION).send_message(
        QueueUrl=physical(stack, "ScheduleFailures"), MessageBody="{}"
    )
    now, api = timedelta(seconds=5), ("ApiId", physical(stack, "HttpApi"))
    put("AWS/ApiGateway", "5xx", api, 7, now)
    put(OWN, "StaleServed", ("service", "list_music"), 1, timedelta(hours=3))
    put(OWN, "RefreshRefused", ("service", "list_music"), 1, now)

    code, told = alarms(catalog, stack)

    assert (code, {name for name, each in told.items() if each["fires"]}) == (
        1,
        {"ScheduleFailuresAlarm", "ApiFailuresAlarm"},
    )
    assert told["ScheduleFailuresAlarm"]["found"] == "messages in the queue: 1"
    assert told["ApiFailuresAlarm"]["found"].startswith("5xx was 7 at ")
    assert told["StaleServedAlarm"]["found"].startswith("StaleServed was 1 at ")


@pytest.mark.parametrize("outcome", ["SOURCE_FAILED", "OUT_OF_TIME"])
def test_a_run_that_failed_fires_before_its_event_is_in_the_queue(
    catalog: Run, stack: str, stores: DynamoRows, outcome: str
) -> None:
    line = {"scheduledAt": "2026-11-22T06:00:00+00:00", "outcome": outcome, "reason": "why"}
    DynamoRunReports(stores, "catalog").save_run({**line, "isRecorded": False})

    _, told = alarms(catalog, stack)

    assert told["RefreshFailuresAlarm"]["found"] == f"the last run was {outcome}: why"
    assert told["RefreshFailuresAlarm"]["fires"]


def test_what_may_not_be_asked_is_not_known(catalog: Run, stack: str) -> None:
    boto3.client("sqs", region_name=REGION).delete_queue(QueueUrl=physical(stack, QUEUES[0]))

    code, told = alarms(catalog, stack)

    assert (code, told["RefreshFailuresAlarm"]["fires"]) == (0, None)
    assert "cannot be read" in told["RefreshFailuresAlarm"]["found"]


def test_an_age_that_nobody_tells_fires(catalog: Run, stack: str) -> None:
    cloudwatch_backends["123456789012"][REGION].metric_data.clear()

    silent = alarms(catalog, stack)[1]["SnapshotAgeAlarm"]

    assert (silent["fires"], silent["found"]) == (
        True,
        "nobody told SnapshotAgeSeconds for a while",
    )


def test_a_throttled_table_fires_whichever_it_is(catalog: Run, stack: str) -> None:
    now = timedelta(seconds=5)
    put("AWS/DynamoDB", "WriteThrottleEvents", ("TableName", "stack-KeysTable"), 1, now)

    _, told = alarms(catalog, stack)

    assert told["TablesThrottledAlarm"]["fires"]
