"""Monitoring of a stack: metrics that are emitted, alarms, the dashboard."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics

from tests.architecture.expansion import expand, of_type
from tests.architecture.test_template import ROOT, load_template
from tests.builders import a_snapshot, a_track
from tiktok_music.api.freshness import degraded_after
from tiktok_music.composition.observer import Observer
from tiktok_music.errors import StoreUnavailable
from tiktok_music.observability import NAMESPACE
from tiktok_music.refresh.history.notify import UNCHANGED_RUNS, RefreshFailed, notify
from tiktok_music.refresh.media.check import MediaCheck, MissingFile
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason
from tiktok_music.refresh.report import Outcome, RefreshReport
from tools.evaluation.costs import ALARM_METRICS

OWN_NAMESPACE = f"{NAMESPACE}/${{AWS::StackName}}"
# AWS namespace -> its dimension and the metrics that AWS documents for it.
AWS_METRICS = {
    "AWS/ApiGateway": ("ApiId", {"4xx", "5xx", "Count", "IntegrationLatency", "Latency"}),
    "AWS/DynamoDB": (
        "TableName",
        {
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "WriteThrottleEvents",
        },
    ),
    "AWS/Lambda": (
        "FunctionName",
        {"ConcurrentExecutions", "Duration", "Errors", "Invocations", "Throttles"},
    ),
    "AWS/SQS": ("QueueName", {"ApproximateNumberOfMessagesVisible"}),
    "AWS/States": ("StateMachineArn", {"ExecutionsFailed"}),
}
TYPES = {
    "ApiId": "AWS::ApiGatewayV2::Api",
    "TableName": "AWS::DynamoDB::Table",
    "FunctionName": "AWS::Lambda::Function",
    "QueueName": "AWS::SQS::Queue",
    "StateMachineArn": "AWS::StepFunctions::StateMachine",
}
ALARMS = {
    "RefreshFailuresAlarm": ["AWS/SQS ApproximateNumberOfMessagesVisible"],
    "ScheduleFailuresAlarm": ["AWS/SQS ApproximateNumberOfMessagesVisible"],
    "RefreshRefusedAlarm": [f"{OWN_NAMESPACE} RefreshRefused"],
    "ApiFailuresAlarm": ["AWS/ApiGateway 5xx"],
    "StaleServedAlarm": [f"{OWN_NAMESPACE} StaleServed"],
    "ChartUnchangedAlarm": [f"{OWN_NAMESPACE} ChartUnchanged"],
    "MediaMissingAlarm": [f"{OWN_NAMESPACE} MediaMissing"],
    "SourceMissingAlarm": [f"{OWN_NAMESPACE} SourceMissing"],
    "SnapshotAgeAlarm": [f"{OWN_NAMESPACE} SnapshotAgeSeconds"],
    "ApiLatencyAlarm": ["AWS/ApiGateway Latency"],
    "ListThrottledAlarm": ["AWS/Lambda Throttles"],
    "TablesThrottledAlarm": [
        "AWS/DynamoDB ReadThrottleEvents",
        "AWS/DynamoDB WriteThrottleEvents",
        "AWS/DynamoDB ReadThrottleEvents",
        "AWS/DynamoDB WriteThrottleEvents",
    ],
    "RefreshMediaAlarm": ["AWS/States ExecutionsFailed"],
    "AnnounceFailuresAlarm": ["AWS/SQS ApproximateNumberOfMessagesVisible"],
}


@pytest.fixture
def expanded(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    resources: dict[str, Any] = expand()["Resources"]
    return resources


@pytest.fixture
def emitted(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Every metric that the code can emit, by service.

    The functions emit them here; those of the media map are read from its handlers.
    """
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    metrics = Metrics(namespace="x", service="x")
    metrics.clear_metrics()
    logger = Logger(service="x", level="CRITICAL")
    observer = Observer(logger, metrics)
    down = StoreUnavailable("down")
    observer.stale_served(down)
    observer.old_key_trusted(down)
    observer.limiter_failed(down)
    observer.event_failed("req_1", down)
    observer.snapshot_checked(a_snapshot(a_track(1)).descriptor)
    found = {"list_music": set(metrics.metric_set)}
    metrics.clear_metrics()
    for outcome in Outcome:
        try:
            notify(report_of(outcome), logger, metrics)
        except RefreshFailed:
            continue
    found["refresh_music"] = set(metrics.metric_set)
    metrics.clear_metrics()
    for service in ("media_plan", "media_batch"):
        handler = (ROOT / f"functions/refresh_music/{service}.py").read_text()
        found[service] = set(re.findall(r'count\(metrics, "(\w+)"', handler))
    return found


def report_of(outcome: Outcome) -> RefreshReport:
    """A report with one rejection for each reason, and every other fault."""
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    rejections = tuple(
        Rejection("7662052657323182081", "Song", "Author", Finding(reason, "detail"))
        for reason in RejectionReason
    )
    return RefreshReport(
        outcome,
        None,
        moment,
        moment,
        {},
        rejections=rejections,
        unchanged_runs=UNCHANGED_RUNS,
        failed_sources=("cml: no answer",),
        media_check=MediaCheck(1, 0, (MissingFile("id", "key", "not in the bucket"),)),
        is_saved=False,
    )


def dashboard(resources: dict[str, Any]) -> list[dict[str, Any]]:
    """The properties of the widgets, with placeholders unresolved."""
    [properties] = of_type(resources, "AWS::CloudWatch::Dashboard").values()
    body, values = properties["DashboardBody"]["Fn::Sub"]
    assert set(values) == {"LateSeconds", "CatalogTable", "KeysTable"}
    widgets = json.loads(body.replace("${LateSeconds}", "50400"))["widgets"]
    return [widget["properties"] for widget in widgets]


def dashboard_metrics(resources: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yields (namespace, name, dimension, value) of every line of every widget."""
    for widget in dashboard(resources):
        for namespace, name, dimension, value, *_ in widget["metrics"]:
            yield namespace, name, dimension, value.removeprefix("${").partition("}")[0]


def alarm_metrics(alarm: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    metrics = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", [])[1:]] or [alarm]
    for metric in metrics:
        [dimension] = metric["Dimensions"]
        namespace, value = metric["Namespace"], dimension["Value"]
        if isinstance(namespace, dict):
            namespace = namespace["Fn::Sub"]
        if isinstance(value, dict):
            value = value["Fn::If"][1] if "Fn::If" in value else value
            value = value.get("Ref") or ".".join(value["Fn::GetAtt"])
        yield namespace, metric["MetricName"], dimension["Name"], value


def assert_known(
    metric: tuple[str, str, str, str], resources: dict[str, Any], emitted: dict[str, set[str]]
) -> None:
    namespace, name, dimension, value = metric
    if namespace == OWN_NAMESPACE:
        assert dimension == "service", metric
        assert name in emitted[value], metric
        return
    expected, names = AWS_METRICS[namespace]
    assert dimension == expected, metric
    assert name in names, metric
    assert resources[value.partition(".")[0]]["Type"] == TYPES[dimension], metric


def test_the_dashboard_shows_only_existing_metrics(
    expanded: dict[str, Any], emitted: dict[str, set[str]]
) -> None:
    metrics = list(dashboard_metrics(expanded))

    assert len(metrics) > 40
    for metric in metrics:
        assert_known(metric, expanded, emitted)


def test_the_dashboard_shows_every_metric_that_the_code_emits(
    expanded: dict[str, Any], emitted: dict[str, set[str]]
) -> None:
    shown = {
        (service, name)
        for namespace, name, _, service in dashboard_metrics(expanded)
        if namespace == OWN_NAMESPACE
    }

    assert shown == {(service, name) for service, names in emitted.items() for name in names}


def test_every_widget_has_its_own_title_and_the_region_of_the_stack(
    expanded: dict[str, Any],
) -> None:
    widgets = dashboard(expanded)

    assert {widget["region"] for widget in widgets} == {"${AWS::Region}"}
    assert len({widget["title"] for widget in widgets}) == len(widgets)


def test_each_alarm_watches_existing_metrics(
    expanded: dict[str, Any], emitted: dict[str, set[str]]
) -> None:
    alarms = of_type(expanded, "AWS::CloudWatch::Alarm")

    found = {name: list(alarm_metrics(alarm)) for name, alarm in alarms.items()}
    for metrics in found.values():
        for metric in metrics:
            assert_known(metric, expanded, emitted)
    watched = {
        name: [f"{namespace} {metric}" for namespace, metric, _, _ in metrics]
        for name, metrics in found.items()
    }
    assert watched == ALARMS


def test_alarms_exist_without_a_topic_and_notify_it_if_it_is_given(
    expanded: dict[str, Any],
) -> None:
    alarms = of_type(expanded, "AWS::CloudWatch::Alarm")
    actions = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}

    conditions = {name: expanded[name].get("Condition") for name in alarms}
    optional = {"RefreshMediaAlarm": "HasMediaMap", "AnnounceFailuresAlarm": "HasEvents"}
    assert conditions == {name: None for name in alarms} | optional
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == actions, name
        assert alarm.get("OKActions", actions) == actions, name
        assert alarm["AlarmDescription"].endswith("."), name
    # These are states; the others are events, which need no OK notification.
    states = {name for name, alarm in alarms.items() if "OKActions" in alarm}
    assert states == {
        "RefreshFailuresAlarm",
        "ScheduleFailuresAlarm",
        "ApiFailuresAlarm",
        "SnapshotAgeAlarm",
        "ApiLatencyAlarm",
        "AnnounceFailuresAlarm",
    }


def test_alarms_are_named_as_the_operators_command_looks_for_them(
    expanded: dict[str, Any],
) -> None:
    names = {
        name: alarm["AlarmName"]
        for name, alarm in of_type(expanded, "AWS::CloudWatch::Alarm").items()
    }

    assert names == {name: {"Fn::Sub": f"${{AWS::StackName}}/{name}"} for name in ALARMS}


def test_every_failure_queue_receives_events_and_has_an_alarm(expanded: dict[str, Any]) -> None:
    queues = of_type(expanded, "AWS::SQS::Queue")
    alarms = of_type(expanded, "AWS::CloudWatch::Alarm").values()

    seen = {value.partition(".")[0] for alarm in alarms for *_, value in alarm_metrics(alarm)}
    schedule = expanded["RefreshMusicFunctionSchedule"]["Properties"]["Target"]
    [invoke] = of_type(expanded, "AWS::Lambda::EventInvokeConfig").values()
    [stream] = of_type(expanded, "AWS::Lambda::EventSourceMapping").values()
    ends = {
        schedule["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0],
        invoke["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0],
        stream["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0],
    }
    assert queues.keys() == ends == {"RefreshFailures", "ScheduleFailures", "AnnounceFailures"}
    assert ends <= seen


def test_a_missing_age_metric_raises_the_alarm_as_a_great_age_does(
    expanded: dict[str, Any],
) -> None:
    alarm = expanded["SnapshotAgeAlarm"]["Properties"]
    check = expanded["AgeCheck"]["Properties"]

    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["Threshold"]["Fn::FindInMap"][0] == "RefreshEvery"
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (900, 2)
    assert check["ScheduleExpression"] == "rate(5 minutes)"
    assert "State" not in check


def test_the_costs_count_the_metrics_of_the_alarms(expanded: dict[str, Any]) -> None:
    alarms = of_type(expanded, "AWS::CloudWatch::Alarm")

    always = [alarm for name, alarm in alarms.items() if "Condition" not in expanded[name]]
    assert sum(len(list(alarm_metrics(alarm))) for alarm in always) == ALARM_METRICS


def test_throttling_is_an_alarm_if_it_lasts_and_late_data_counts_when_it_comes(
    expanded: dict[str, Any],
) -> None:
    for name in ("ListThrottledAlarm", "TablesThrottledAlarm"):
        alarm = expanded[name]["Properties"]
        assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (6, 2)
        assert alarm["TreatMissingData"] == "notBreaching"
    # Filled with zeros, what comes late would never be missing, and never be looked at again.
    assert "FILL" not in str(expanded)


def test_the_age_alarm_has_the_threshold_of_degraded_health() -> None:
    template = load_template()
    hours = template["Parameters"]["RefreshEveryHours"]["AllowedValues"]

    late = {key: each["LateSeconds"] for key, each in template["Mappings"]["RefreshEvery"].items()}
    expected = {str(hour): degraded_after(timedelta(hours=hour)).total_seconds() for hour in hours}
    assert late == expected
