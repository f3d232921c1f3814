"""Whether alarms would fire now: the stack's queues and metrics are asked, and its last runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ops.alarms import AGE, OURS, RULES, TOLD_BY_RUNS, AlarmRule, Watched
from tiktok_music.observability import NAMESPACE

# What happened since the last tick of the schedule is told; only what goes on fires.
LOOK_BACK = timedelta(hours=12)
# Periods are counted from here.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sign:
    """What is known of an alarm; `fires` is None where nothing can be known from here."""

    rule: AlarmRule
    fires: bool | None
    found: str


@dataclass(frozen=True, slots=True)
class Watch:
    """What alarms are judged by: the last runs, the age of what is served, and when it is late."""

    runs: Sequence[Mapping[str, Any]]
    age: timedelta
    late_after: timedelta
    stack: str | None
    now: datetime

    def signs(self) -> Iterator[Sign]:
        """Every alarm's sign."""
        for rule in RULES:
            told = self._of_runs(rule) or self._of_age(rule)
            if told is not None and (told.fires or self.stack is None):
                yield told
            elif self.stack is None:
                yield Sign(rule, None, "only a stack has it: --stack NAME")
            else:
                yield self._of_stack(rule, self.stack)

    def _of_runs(self, rule: AlarmRule) -> Sign | None:
        if rule.name not in TOLD_BY_RUNS or not self.runs:
            return None
        last = self.runs[0]
        fires = last["outcome"] in TOLD_BY_RUNS[rule.name]
        reason = f": {last['reason']}" if fires else ""
        return Sign(rule, fires, f"the last run was {last['outcome']}{reason}")

    def _of_age(self, rule: AlarmRule) -> Sign | None:
        if rule is not AGE:
            return None
        found = f"{_hours(self.age)} old, late after {_hours(self.late_after)}"
        return Sign(rule, self.age > self.late_after, found)

    def _of_stack(self, rule: AlarmRule, stack: str) -> Sign:
        try:
            names = [_value(watched, stack) for watched in rule.watched]
            if rule.namespace == "AWS/SQS":
                return _of_queue(rule, names[0])
            return self._of_metrics(rule, names, stack)
        except (BotoCoreError, ClientError) as exc:
            if rule.is_optional and "does not exist" in str(exc):
                return Sign(rule, False, "this stack has none")
            return Sign(rule, None, f"cannot be read: {exc}")

    def _of_metrics(self, rule: AlarmRule, names: Sequence[str], stack: str) -> Sign:
        values: dict[datetime, float] = {}
        for watched, name in zip(rule.watched, names, strict=True):
            for time, value in _points(rule, watched, name, stack, self.now):
                start = time - (time - EPOCH) % rule.period
                values[start] = values.get(start, 0.0) + value
        late_seconds = self.late_after.total_seconds()
        recent = self.now - (rule.periods + 1) * rule.period
        if rule.is_silence_bad and not any(time >= recent for time in values):
            return Sign(rule, True, f"nobody told {rule.watched[0].metric} for a while")
        over = [time for time, value in values.items() if rule.is_over(value, late_seconds)]
        metric = rule.watched[0].metric
        if not over:
            limit = rule.limit(late_seconds)
            return Sign(rule, False, f"{metric} did not get to {limit:g} in 12 hours")
        last = max(over)
        fires = sum(time >= recent for time in over) >= rule.periods
        return Sign(rule, fires, f"{metric} was {values[last]:g} at {last:%Y-%m-%d %H:%M} UTC")


def _value(watched: Watched, stack: str) -> str:
    """What a metric's dimension is for one stack."""
    if watched.dimension == "service":
        return watched.of
    client = boto3.client("cloudformation")
    found = client.describe_stack_resource(StackName=stack, LogicalResourceId=watched.of)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def _of_queue(rule: AlarmRule, url: str) -> Sign:
    """A queue is asked itself: its metric comes minutes later."""
    name = "ApproximateNumberOfMessages"
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    count = int(found["Attributes"][name])
    return Sign(rule, rule.is_over(count, 0.0), f"messages in the queue: {count}")


def _points(
    rule: AlarmRule, watched: Watched, name: str, stack: str, now: datetime
) -> Iterator[tuple[datetime, float]]:
    is_percentile = rule.statistic.startswith("p")
    asked: Any = {("ExtendedStatistics" if is_percentile else "Statistics"): [rule.statistic]}
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=f"{NAMESPACE}/{stack}" if rule.namespace == OURS else rule.namespace,
        MetricName=watched.metric,
        Dimensions=[{"Name": watched.dimension, "Value": name}],
        StartTime=now - LOOK_BACK,
        EndTime=now,
        Period=int(rule.period.total_seconds()),
        **asked,
    )
    points: list[Any] = list(found["Datapoints"])
    for point in points:
        values = point["ExtendedStatistics"] if is_percentile else point
        yield point["Timestamp"], values[rule.statistic]


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.1f} h"
