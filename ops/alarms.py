"""CloudWatch alarms of a stack, as DescribeAlarms reports them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class AlarmValue(StrEnum):
    """CloudWatch's states of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True)
class AlarmState:
    """State of one alarm; `name` is its logical id, under which docs/runbook.md explains it."""

    name: str
    value: AlarmValue
    reason: str
    description: str

    def to_dict(self) -> dict[str, Any]:
        """JSON values; `fires` is None if CloudWatch lacks data."""
        is_known = self.value is not AlarmValue.INSUFFICIENT_DATA
        return {
            "alarm": self.name,
            "state": str(self.value),
            "fires": self.value is AlarmValue.ALARM if is_known else None,
            "firesWhen": self.description,
            "found": self.reason,
        }


def stack_alarms(stack: str, cloudwatch: Any) -> list[AlarmState]:
    """All alarms of a stack; needs the permission cloudwatch:DescribeAlarms.

    The template names them `<stack>/<logical id>`: no stack's name has a slash, so that the prefix
    excludes stacks whose name begins alike. Raises BotoCoreError, ClientError.
    """
    prefix = f"{stack}/"
    paginator = cloudwatch.get_paginator("describe_alarms")
    return [
        AlarmState(
            alarm["AlarmName"].removeprefix(prefix),
            AlarmValue(alarm["StateValue"]),
            alarm.get("StateReason", ""),
            alarm.get("AlarmDescription", ""),
        )
        for page in paginator.paginate(AlarmNamePrefix=prefix)
        for alarm in page["MetricAlarms"]
    ]
