"""Logger and metrics: one JSON log format and one metrics namespace for all functions."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "TiktokMusicCatalog"


def new_logger(service: str) -> Logger:
    """Structured logs; the level comes from POWERTOOLS_LOG_LEVEL.

    A message stays a text: Powertools would try to parse each as JSON, and handle the exception.
    """
    return Logger(service=service, json_deserializer=str)


def new_metrics(service: str, namespace: str = NAMESPACE) -> Metrics:
    """Metrics in CloudWatch's embedded format, written to the log; each stack has its own
    namespace."""
    return Metrics(namespace=namespace, service=service)


def flush(metrics: Metrics) -> None:
    """Writes the metrics; writes nothing if there are none, where Powertools would warn."""
    if metrics.metric_set:
        metrics.flush_metrics()


def count(metrics: Metrics, name: str, value: float = 1) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def gauge_seconds(metrics: Metrics, name: str, seconds: float) -> None:
    """Records the current value of a duration."""
    metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=seconds)
