"""The alarms of a stack: what they watch, and from where on they fire.

The thresholds stand here and in template.yaml; a test holds them together.
"""

from dataclasses import dataclass
from datetime import timedelta

from tiktok_music.refresh.history.notify import TRY_AGAIN
from tiktok_music.refresh.report import Outcome

# Stands for the namespace that the stack's own metrics are in.
OURS = "ours"
# Stands for the threshold that follows from how often a refresh is due.
LATE = None
FIVE_MINUTES = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Watched:
    """One metric, of the resource of that logical id, or counted by a function of ours."""

    metric: str
    dimension: str
    of: str


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """One alarm, by its logical id: the sum of what it watches, in `periods` periods in a row,
    from `threshold` on, or above it. `is_silence_bad` where no metric at all is an alarm too;
    `is_optional` where not every stack has what it watches."""

    name: str
    meaning: str
    namespace: str
    watched: tuple[Watched, ...]
    threshold: float | None = 1
    statistic: str = "Sum"
    period: timedelta = FIVE_MINUTES
    periods: int = 1
    is_above: bool = False
    is_silence_bad: bool = False
    is_optional: bool = False

    def is_over(self, value: float, late_seconds: float) -> bool:
        """Whether a value is one to fire at."""
        threshold = self.limit(late_seconds)
        return value > threshold if self.is_above else value >= threshold

    def limit(self, late_seconds: float) -> float:
        """The threshold, where a snapshot is late from `late_seconds` on."""
        return late_seconds if self.threshold is LATE else self.threshold


def _queue(name: str, meaning: str) -> AlarmRule:
    watched = Watched("ApproximateNumberOfMessagesVisible", "QueueName", name)
    return AlarmRule(f"{name}Alarm", meaning, "AWS/SQS", (watched,), statistic="Maximum")


def _own(name: str, meaning: str, metric: str, service: str) -> AlarmRule:
    return AlarmRule(name, meaning, OURS, (Watched(metric, "service", service),))


FAILURES = _queue("RefreshFailures", "a refresh failed for good")
REFUSED = _own("RefreshRefusedAlarm", "a gate refused a catalog", "RefreshRefused", "refresh_music")
AGE = AlarmRule(
    "SnapshotAgeAlarm",
    "what is served is two hours older than it may be, or nothing tells its age",
    OURS,
    (Watched("SnapshotAgeSeconds", "service", "list_music"),),
    LATE,
    "Maximum",
    timedelta(minutes=15),
    periods=2,
    is_above=True,
    is_silence_bad=True,
)
RULES = (
    AGE,
    FAILURES,
    _queue("ScheduleFailures", "a scheduled refresh never started"),
    REFUSED,
    AlarmRule(
        "ApiFailuresAlarm",
        "the API answers with 5xx",
        "AWS/ApiGateway",
        (Watched("5xx", "ApiId", "HttpApi"),),
        threshold=5,
    ),
    AlarmRule(
        "ApiLatencyAlarm",
        "one answer in a hundred takes longer than a second",
        "AWS/ApiGateway",
        (Watched("Latency", "ApiId", "HttpApi"),),
        threshold=1000,
        statistic="p99",
        periods=3,
        is_above=True,
    ),
    _own(
        "StaleServedAlarm",
        "an older snapshot is served because a newer one could not be read",
        "StaleServed",
        "list_music",
    ),
    AlarmRule(
        "ListThrottledAlarm",
        "the list function may not run as often as it is asked for",
        "AWS/Lambda",
        (Watched("Throttles", "FunctionName", "ListMusicFunction"),),
    ),
    AlarmRule(
        "TablesThrottledAlarm",
        "DynamoDB turns reads or writes of a table away",
        "AWS/DynamoDB",
        tuple(
            Watched(f"{kind}ThrottleEvents", "TableName", table)
            for table in ("CatalogTable", "KeysTable")
            for kind in ("Read", "Write")
        ),
    ),
    AlarmRule(
        "RefreshMediaAlarm",
        "a plan or most batches of media failed; the refresh ran all the same",
        "AWS/States",
        (Watched("ExecutionsFailed", "StateMachineArn", "RefreshMedia"),),
        is_optional=True,
    ),
)
# What the reports of the last runs tell of an alarm, whether or not it is deployed.
TOLD_BY_RUNS = {REFUSED.name: frozenset({Outcome.REFUSED}), FAILURES.name: TRY_AGAIN}
