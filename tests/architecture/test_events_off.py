"""Without `Events: on`, the deployed stack has nothing of the events; with it, these parts."""

from typing import Any

import pytest

from tests.architecture.expansion import expand
from tests.architecture.test_cold_start import PROGRAM, loaded_modules
from tests.architecture.test_roles import CATALOG, granted, leading, own

NOTHING = object()
STREAM = {
    "Fn::If": [
        "OwnCatalogTable",
        {"Fn::GetAtt": ["CatalogTable", "StreamArn"]},
        {"Ref": "CatalogStreamArn"},
    ]
}
ADDED = {
    "AnnounceFunction": "AWS::Lambda::Function",
    "AnnounceFunctionRole": "AWS::IAM::Role",
    "AnnounceFunctionChanges": "AWS::Lambda::EventSourceMapping",
    "AnnounceLogs": "AWS::Logs::LogGroup",
    "AnnounceFailures": "AWS::SQS::Queue",
    "AnnounceFailuresAlarm": "AWS::CloudWatch::Alarm",
}


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    return deployed(monkeypatch, "on")


@pytest.fixture
def off(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    return deployed(monkeypatch, "off")


def deployed(monkeypatch: pytest.MonkeyPatch, events: str) -> dict[str, Any]:
    """The resources that CloudFormation would create: the condition of the events is resolved."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    document = expand(Events=events)
    assert document["Conditions"]["HasEvents"] == {"Fn::Equals": [{"Ref": "Events"}, "on"]} or (
        document["Conditions"]["HasEvents"] == {"Fn::Equals": [events, "on"]}
    )
    resources = {
        name: resource
        for name, resource in document["Resources"].items()
        if resource.get("Condition") != "HasEvents" or events == "on"
    }
    resolved: dict[str, Any] = resolve(resources, is_on=events == "on")
    return resolved


def resolve(value: Any, *, is_on: bool) -> Any:
    """Replaces each `Fn::If` of the condition by its branch; drops properties without a value."""
    if isinstance(value, list):
        return [resolve(each, is_on=is_on) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("Fn::If", [None])[0] == "HasEvents":
        return resolve(value["Fn::If"][1 if is_on else 2], is_on=is_on)
    if value == {"Ref": "AWS::NoValue"}:
        return NOTHING
    resolved = {name: resolve(each, is_on=is_on) for name, each in value.items()}
    return {name: each for name, each in resolved.items() if each is not NOTHING}


def test_off_is_the_default_and_leaves_no_trace(off: dict[str, Any]) -> None:
    assert expand()["Parameters"]["Events"]["Default"] == "off"
    text = repr(off)

    words = ("Announce", "HasEvents", "EventBus", "StreamSpecification", "events:", "EventSource")
    assert [word for word in words if word in text] == []


def test_on_adds_the_stream_and_one_function_and_changes_nothing_else(
    on: dict[str, Any], off: dict[str, Any]
) -> None:
    assert {name: on[name]["Type"] for name in on.keys() - off.keys()} == ADDED
    stream = on["CatalogTable"]["Properties"].pop("StreamSpecification")

    assert stream == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert {name: on[name] for name in off} == off


def test_the_announce_function_reads_versions_and_records_and_sends_to_one_bus(
    on: dict[str, Any],
) -> None:
    bus = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/${EventBusName}"
    source = {"StringEquals": {"events:source": "tiktok-music.catalog"}}
    [table] = [each for each in CATALOG["Fn::If"][2].values()]
    streams = {
        "Fn::If": [
            "OwnCatalogTable",
            {"Fn::Sub": "${CatalogTable.Arn}/stream/*"},
            {"Fn::Sub": f"{table}/stream/*"},
        ]
    }
    own_stream = {"Fn::GetAtt": ["CatalogTable", "StreamArn"]}
    stream = {"Fn::If": ["OwnCatalogTable", own_stream, streams["Fn::If"][2]]}
    reading = ("DescribeStream", "GetRecords", "GetShardIterator")

    assert granted({"Resources": on}, "AnnounceFunctionRole") == sorted(
        [
            ("dynamodb:BatchGetItem", CATALOG, leading("TRACK#*")),
            ("dynamodb:GetItem", CATALOG, leading("SNAP#*")),
            ("events:PutEvents", {"Fn::Sub": bus}, source),
            ("sqs:SendMessage", {"Fn::GetAtt": ["AnnounceFailures", "Arn"]}, None),
            *((f"dynamodb:{action}", stream, None) for action in reading),
            ("dynamodb:ListStreams", streams, None),
            *own("AnnounceLogs"),
        ],
        key=str,
    )


def test_a_failed_batch_is_split_retried_and_sent_to_the_failure_queue(on: dict[str, Any]) -> None:
    mapping = on["AnnounceFunctionChanges"]["Properties"]

    names = ("MaximumRetryAttempts", "BisectBatchOnFunctionError", "StartingPosition")
    assert [mapping[name] for name in names] == [10, True, "TRIM_HORIZON"]
    assert mapping["EventSourceArn"] == STREAM
    assert mapping["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["AnnounceFailures", "Arn"]}}
    }


def test_the_other_functions_load_nothing_of_the_events() -> None:
    modules = loaded_modules(PROGRAM)

    assert [name for name in modules if "announce" in name or name.endswith("event_bus")] == []
