"""Names of what operators watch: one logger and one metrics namespace for both functions."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "TiktokMusicCatalog"


def new_logger(service: str) -> Logger:
    """Structured logs; the level comes from POWERTOOLS_LOG_LEVEL."""
    return Logger(service=service)


def new_metrics(service: str, namespace: str = NAMESPACE) -> Metrics:
    """Metrics in CloudWatch's embedded format, written to the log; a stack has a namespace of its
    own."""
    return Metrics(namespace=namespace, service=service)


def flush(metrics: Metrics) -> None:
    """Writes what was counted; with nothing counted it says nothing, where Powertools warns."""
    if metrics.metric_set:
        metrics.flush_metrics()


def count(metrics: Metrics, name: str, value: float = 1) -> None:
    """Adds to a counter."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def gauge_seconds(metrics: Metrics, name: str, seconds: float) -> None:
    """Notes how long something is at this moment."""
    metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=seconds)
