"""The announce function over moto: stream records of real writes -> events on a bus."""

import importlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.events.models import EventPattern

from local.gateway import LocalContext
from tests.architecture.test_template import load_template
from tests.builders import NOON, a_record, a_snapshot, a_track
from tests.conftest import REGION
from tests.events import EVENTS
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import StoreUnavailable
from tiktok_music.pointer_moves import advanced, pinned, replaced, rolled_back, unpinned
from tiktok_music.snapshot import Pointer, Snapshot

RULE = {"source": ["tiktok-music.catalog"]}
[MAPPING] = load_template()["Resources"]["AnnounceFunction"]["Properties"]["Events"].values()


@dataclass
class Stage:
    """A catalog whose table has a stream, and a queue that receives the bus's events."""

    rows: DynamoRows
    queue: str
    read: set[str] = field(default_factory=set)

    @property
    def publisher(self) -> DynamoPublisher:
        return DynamoPublisher(self.rows, "catalog")

    def publish(self, *numbers: int) -> Snapshot:
        """Publishes tracks by rank, as a refresh does."""
        fence = self.publisher.next_fence()
        tracks = [a_track(each, user_count=100 - rank) for rank, each in enumerate(numbers)]
        snapshot = a_snapshot(*tracks, fence=fence, published_at=NOON + timedelta(hours=fence))
        self.publisher.write_chunks(snapshot)
        before = self.publisher.current()
        self.publisher.flip(advanced(before, snapshot.descriptor), before)
        return snapshot

    def pointer(self) -> Pointer:
        pointer = self.publisher.current()
        assert pointer is not None
        return pointer

    def records(self) -> list[dict[str, Any]]:
        """The stream's records that were not read yet and pass the mapping's filter."""
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        arn = dynamodb.describe_table(TableName="catalog")["Table"]["LatestStreamArn"]
        # moto does not know the endpoints that have an account's id.
        config = Config(account_id_endpoint_mode="disabled")
        streams = boto3.client("dynamodbstreams", region_name=REGION, config=config)
        [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        start = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found = []
        for record in streams.get_records(ShardIterator=start)["Records"]:
            if record["eventID"] not in self.read and passes_filter(record):
                found.append(json.loads(json.dumps(record, default=str)))
            self.read.add(record["eventID"])
        return found

    def announce(self) -> Any:
        """Hands the new records to the handler; returns its result."""
        return announce_function().handler(
            {"Records": self.records()}, LocalContext("announce", 60)
        )

    def received(self) -> list[dict[str, Any]]:
        """The events that the bus passed on, without their envelope."""
        sqs = boto3.client("sqs", region_name=REGION)
        answer = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        events = []
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            events.append({name: body[name] for name in ("source", "detail-type", "detail")})
        return events


def passes_filter(record: dict[str, Any]) -> bool:
    [pattern] = MAPPING["Properties"]["FilterCriteria"]["Filters"]
    keys: Any = {"dynamodb": {"Keys": record["dynamodb"]["Keys"]}}
    return bool(EventPattern.load(pattern["Pattern"]).matches_event(keys))


@cache
def announce_function() -> Any:
    """The handler's module, imported once: moto patches its clients in every test."""
    return importlib.import_module("functions.announce.handler")


@pytest.fixture
def stage(rows: DynamoRows, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("CATALOG_TABLE", "catalog")
    monkeypatch.setenv("EVENT_BUS", "default")
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    dynamodb: Any = boto3.client("dynamodb", region_name=REGION)
    dynamodb.update_table(TableName="catalog", StreamSpecification=stream)
    sqs, events = boto3.client("sqs", REGION), boto3.client("events", REGION)
    queue = sqs.create_queue(QueueName="listener")["QueueUrl"]
    events.put_rule(Name="listen", EventPattern=json.dumps(RULE))
    arn = f"arn:aws:sqs:{REGION}:123456789012:listener"
    events.put_targets(Rule="listen", Targets=[{"Id": "queue", "Arn": arn}])
    return Stage(rows, queue)


def refreshed(**detail: Any) -> dict[str, Any]:
    head = {"version": "1.0", "chart": "default", "isDefault": True}
    return {
        "source": "tiktok-music.catalog",
        "detail-type": "CatalogRefreshed",
        "detail": head | detail,
    }


def without_ids(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events without their ids, which have the form of an id."""
    for event in events:
        event_id = event["detail"].pop("eventId")
        assert event_id.startswith("evt_01M")
        assert len(event_id) == 30
    return events


def test_each_flip_is_announced_with_its_counts(stage: Stage) -> None:
    first = stage.publish(1, 2, 3)
    second = stage.publish(2, 1, 4, 5)

    stage.announce()

    assert without_ids(stage.received()) == [
        refreshed(
            snapshot=first.descriptor.version,
            previousSnapshot=None,
            publishedAt="2026-11-22T13:00:00Z",
            cause="refresh",
            total=3,
            added=3,
            removed=0,
            moved=0,
            retired=0,
        ),
        refreshed(
            snapshot=second.descriptor.version,
            previousSnapshot=first.descriptor.version,
            publishedAt="2026-11-22T14:00:00Z",
            cause="refresh",
            total=4,
            added=2,
            removed=1,
            moved=2,
            retired=0,
        ),
    ]


def test_the_operators_moves_are_announced_and_a_pin_in_place_is_not(stage: Stage) -> None:
    first, second = stage.publish(1, 2), stage.publish(1, 2, 3)
    stage.announce()
    stage.received()

    def move(pointer: Pointer) -> None:
        stage.publisher.point(pointer, stage.pointer())

    fence = stage.publisher.next_fence
    move(pinned(stage.pointer(), second.descriptor.version, fence()))
    move(unpinned(stage.pointer(), fence()))
    move(rolled_back(stage.pointer(), first.descriptor.version, fence()))
    move(rolled_back(stage.pointer(), second.descriptor.version, fence()))
    stage.announce()
    retired = a_record(3, status=TrackStatus.RETIRED)
    DynamoTrackArchive(stage.rows, "catalog").save_retired(retired)
    smaller = a_snapshot(a_track(1), a_track(2), fence=fence(), published_at=NOON)
    stage.publisher.write_chunks(smaller)
    move(replaced(stage.pointer(), smaller.descriptor, fence()))
    stage.announce()

    sent = [event["detail"] for event in stage.received()]
    names = ("cause", "snapshot", "previousSnapshot", "added", "removed", "moved", "retired")
    one, two, three = (each.descriptor.version for each in (first, second, smaller))
    assert [tuple(event[name] for name in names) for event in sent] == [
        ("rollback", one, two, 0, 1, 0, 0),
        ("rollback", two, one, 1, 0, 0, 0),
        ("withdrawal", three, two, 0, 1, 0, 1),
    ]
    assert len({event["eventId"] for event in sent}) == 3


def test_a_refused_run_is_announced_to_operators(stage: Stage) -> None:
    reports = DynamoRunReports(stage.rows, "catalog")
    entry = {
        "scheduledAt": "2026-11-22T18:00:00+00:00",
        "startedAt": "2026-11-22T18:00:07.5+00:00",
        "outcome": "REFUSED",
        "reason": "FLOOR: 3 tracks were accepted, fewer than the floor of 20 (MIN_TRACKS)",
        "version": None,
        "rows": 90,
        "accepted": 3,
        "rejected": 87,
    }
    reports.save_run({**entry, "outcome": "PUBLISHED", "scheduledAt": "2026-11-22T06:00:00+00:00"})
    reports.save_run(entry)
    reports.save_run({**entry, "outcome": "LOST", "scheduledAt": "2026-11-23T06:00:00+00:00"})

    stage.announce()

    assert without_ids(stage.received()) == [
        {
            "source": "tiktok-music.catalog",
            "detail-type": "CatalogRefreshRefused",
            "detail": {
                "version": "1.0",
                "chart": "default",
                "isDefault": True,
                "scheduledAt": "2026-11-22T18:00:00Z",
                "startedAt": "2026-11-22T18:00:07Z",
                "reason": entry["reason"],
                "rows": 90,
                "accepted": 3,
                "rejected": 87,
            },
        }
    ]


def test_writes_of_other_items_start_nothing(stage: Stage) -> None:
    stage.publisher.acquire_lease("run-1", datetime.now(UTC), 900)
    stage.publisher.write_chunks(a_snapshot(a_track(1)))
    DynamoTrackArchive(stage.rows, "catalog").save_many([a_record(1)])

    assert stage.records() == []
    assert stage.announce() == {"events": []}


def test_a_bus_that_rejects_an_event_fails_the_batch(stage: Stage) -> None:
    stage.publish(1)
    records = stage.records()
    rejected = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}
    hooks = announce_function().dependencies.bus._client.meta.events
    answer = answer_with(rejected)
    hooks.register("before-call.eventbridge.PutEvents", answer)

    with pytest.raises(StoreUnavailable, match=r"rejected events \(ThrottlingException\)"):
        announce_function().handler({"Records": records}, LocalContext("announce", 60))

    hooks.unregister("before-call.eventbridge.PutEvents", answer)


def answer_with(body: dict[str, Any]) -> Any:
    """A botocore hook that answers instead of the service."""

    class Http:
        status_code = 200

    return lambda **_: (Http(), body)


def test_the_recorded_event_is_announced(stage: Stage) -> None:
    event = json.loads((EVENTS / "pointer_moved.json").read_text())

    [sent] = announce_function().handler(event, LocalContext("announce", 60))["events"]

    assert sent == {
        "detailType": "CatalogRefreshed",
        "detail": {
            "version": "1.0",
            "eventId": "evt_01M826T7SGPSX37PTT5H6X1K7H",
            "chart": "default",
            "isDefault": True,
            "snapshot": "0000000002-820cf9e20718e442",
            "previousSnapshot": "0000000001-716dd72b69aed7a7",
            "publishedAt": "2026-11-22T18:03:10Z",
            "cause": "refresh",
            "total": 4,
            "added": None,
            "removed": None,
            "moved": None,
            "retired": None,
        },
    }
