"""The alarms of the stack, and whether they would fire now, also where none is deployed.

The thresholds stand here and in template.yaml; a test holds them together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tiktok_music.observability import NAMESPACE
from tiktok_music.refresh.report import Outcome
from tiktok_music.refresh.telling import TRY_AGAIN

PERIOD = timedelta(minutes=5)
# What happened since the last tick of the schedule is told; what happened just now fires.
LOOK_BACK = timedelta(hours=12)
JUST_NOW = 2 * PERIOD


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """One alarm: it fires from `threshold` on, in any period of five minutes.

    `name` is its logical id in the template, as `resource` is that of what it watches; `service`
    is the function that counts a metric of ours.
    """

    name: str
    namespace: str
    metric: str
    statistic: str
    threshold: float
    meaning: str
    resource: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """What is known of an alarm; `fires` is None where nothing can be known from here."""

    rule: AlarmRule
    fires: bool | None
    found: str


REFUSED = AlarmRule(
    "RefreshRefusedAlarm",
    NAMESPACE,
    "RefreshRefused",
    "Sum",
    1,
    "a gate refused a catalog",
    service="refresh_music",
)
FAILURES = AlarmRule(
    "RefreshFailuresAlarm",
    "AWS/SQS",
    "ApproximateNumberOfMessagesVisible",
    "Maximum",
    1,
    "a refresh failed for good",
    resource="RefreshFailures",
)
RULES = (
    FAILURES,
    AlarmRule(
        "ScheduleFailuresAlarm",
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        "Maximum",
        1,
        "a scheduled refresh never started",
        resource="ScheduleFailures",
    ),
    REFUSED,
    AlarmRule(
        "ApiFailuresAlarm",
        "AWS/ApiGateway",
        "5xx",
        "Sum",
        5,
        "the API answers with 5xx",
        resource="HttpApi",
    ),
    AlarmRule(
        "StaleServedAlarm",
        NAMESPACE,
        "StaleServed",
        "Sum",
        1,
        "an older snapshot is served because a newer one could not be read",
        service="list_music",
    ),
)
# What the reports of the last runs tell of an alarm, whether or not it is deployed.
TOLD_BY_RUNS = {REFUSED.name: {Outcome.REFUSED}, FAILURES.name: TRY_AGAIN}


def signs_of(runs: Sequence[Mapping[str, Any]], stack: str | None, now: datetime) -> Iterator[Sign]:
    """Every alarm's sign: from the stack's own queues and metrics, and from the last runs."""
    for rule in RULES:
        told = _of_runs(rule, runs)
        if told is not None and told.fires:
            yield told
        elif stack is not None:
            yield _of_stack(rule, stack, now)
        else:
            yield told or Sign(rule, None, "only a stack has it: --stack NAME")


def _of_runs(rule: AlarmRule, runs: Sequence[Mapping[str, Any]]) -> Sign | None:
    if rule.name not in TOLD_BY_RUNS or not runs:
        return None
    last = runs[0]
    if last["outcome"] not in TOLD_BY_RUNS[rule.name]:
        return Sign(rule, False, f"the last run was {last['outcome']}")
    return Sign(rule, True, f"the last run was {last['outcome']}: {last['reason']}")


def _of_stack(rule: AlarmRule, stack: str, now: datetime) -> Sign:
    try:
        name = _physical_name(stack, rule.resource) if rule.resource else rule.service or ""
        return _of_queue(rule, name) if rule.namespace == "AWS/SQS" else _of_metric(rule, name, now)
    except (BotoCoreError, ClientError) as exc:
        return Sign(rule, None, f"cannot be read: {exc}")


def _physical_name(stack: str, resource: str) -> str:
    client = boto3.client("cloudformation")
    found = client.describe_stack_resource(StackName=stack, LogicalResourceId=resource)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def _of_queue(rule: AlarmRule, url: str) -> Sign:
    """A queue is asked itself: its metric comes minutes later."""
    name = "ApproximateNumberOfMessages"
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    count = int(found["Attributes"][name])
    return Sign(rule, count >= rule.threshold, f"{count} messages in the queue")


def _of_metric(rule: AlarmRule, name: str, now: datetime) -> Sign:
    dimension = "ApiId" if rule.resource else "service"
    points: Iterable[Any] = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=rule.namespace,
        MetricName=rule.metric,
        Dimensions=[{"Name": dimension, "Value": name}],
        StartTime=now - LOOK_BACK,
        EndTime=now,
        Period=int(PERIOD.total_seconds()),
        Statistics=[rule.statistic],
    )["Datapoints"]
    over = {
        each["Timestamp"]: each[rule.statistic]
        for each in points
        if each[rule.statistic] >= rule.threshold
    }
    if not over:
        return Sign(rule, False, f"{rule.metric} stayed under {rule.threshold:g} for 12 hours")
    last = max(over)
    found = f"{rule.metric} was {over[last]:g} at {last:%Y-%m-%d %H:%M} UTC"
    return Sign(rule, now - last <= JUST_NOW, found)
