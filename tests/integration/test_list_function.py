"""The composed list function over moto's DynamoDB: every route, and its calls."""

import json
import logging
import random
import secrets
import socket
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics

from tests.api_world import LIST, NO_CONTEXT
from tests.architecture.test_template import load_template
from tests.builders import MEDIA, NOON, a_key, a_record, a_snapshot, a_track
from tests.conftest import REGION
from tests.events import EVENTS, Answer, http_event
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.api.lambda_entry import LambdaEntry
from tiktok_music.api.settings import ListSettings
from tiktok_music.archive import TrackStatus
from tiktok_music.composition import list_music
from tiktok_music.composition.list_music import (
    compose,
    compose_app,
    fresh_jitter,
    fresh_request_id,
)
from tiktok_music.composition.observer import Observer
from tiktok_music.errors import StoreUnavailable
from tiktok_music.snapshot import Pointer, Snapshot, row_of

FIRST = a_snapshot(a_track(1), a_track(2), fence=1)
SECOND = a_snapshot(a_track(2), a_track(3), fence=2)
LIVE, LIVE_KEY = a_key(scopes=frozenset({"*"}))
DETAILS = {
    "status",
    "tiktokMusicLink",
    "tiktokMusicId",
    "rank",
    "previousRank",
    "isNew",
    "firstSeenAt",
    "lastSeenAt",
    "loudnessLufs",
    "honoredBy",
    "media",
    "about",
}
TEST, TEST_KEY = a_key("test", lambda size: bytes(range(50, 50 + size)), scopes=frozenset({"*"}))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Records DynamoDB's operations as botocore sends them."""
    from botocore.client import BaseClient

    counted: Counter[str] = Counter()
    make_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # botocore's own seam

    def counting(client: Any, operation: str, arguments: Any) -> Any:
        counted[operation] += 1
        return make_call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", counting)
    return counted


@pytest.fixture
def handler(rows: DynamoRows, monkeypatch: pytest.MonkeyPatch) -> LambdaEntry:
    """The handler of a new instance; two versions and four tracks are stored."""
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    keys = DynamoKeys(rows, "keys")
    keys.save(LIVE_KEY)
    keys.save(TEST_KEY)
    archive = DynamoTrackArchive(rows, "catalog")
    archive.save_many(a_record(number) for number in (2, 3))
    archive.save_many(
        [
            a_record(1, status=TrackStatus.OFF_CHART),
            a_record(4, status=TrackStatus.ALIAS, canonical_id=a_record(1).track_id),
        ]
    )
    publisher = DynamoPublisher(rows, "catalog")
    publish(publisher, FIRST)
    publish(publisher, SECOND, FIRST)
    settings = ListSettings("catalog", "keys", REGION, MEDIA, timedelta(hours=12))
    observer = Observer(Logger(service="list_music"), Metrics(namespace="x", service="list_music"))
    return LambdaEntry(compose_app(settings, observer), fresh_request_id, observer.event_failed)


def publish(publisher: DynamoPublisher, snapshot: Snapshot, *past: Snapshot) -> None:
    publisher.acquire_lease("run", NOON, 60)
    publisher.write_chunks(snapshot)
    pointer = Pointer(snapshot.descriptor, tuple(old.descriptor for old in past))
    publisher.flip(pointer, publisher.current())


def ask(handler: LambdaEntry, path: str, key: str = LIVE, body: object = None) -> Answer:
    event = http_event(path, "GET" if body is None else "POST", authorization=f"Bearer {key}")
    if body is not None:
        event["body"] = json.dumps(body)
    return Answer.of(handler(event, NO_CONTEXT))


def test_every_route_answers_from_the_tables(handler: LambdaEntry) -> None:
    alias, gone = a_record(4).track_id, a_record(1).track_id
    manual = {"mode": "manual", "trackId": alias}
    targets = {"targets": [{"mode": "managed", "tiktokMusic": manual}]}

    assert ask(handler, LIST).body == SECOND.plain()
    assert json.loads(ask(handler, f"{LIST}?q=song+3").body)["total"] == 1
    one = json.loads(ask(handler, f"{LIST}/{alias}").body)
    assert (one["id"], one["status"], one["rank"]) == (gone, "offChart", None)
    new = json.loads(ask(handler, f"{LIST}/{a_record(3).track_id}").body)
    assert (new["rank"], new["previousRank"], new["isNew"]) == (2, None, True)
    batch = json.loads(ask(handler, f"{LIST}/batch?ids={alias},{a_record(2).track_id}").body)
    assert [track["id"] for track in batch["tracks"]] == [gone, a_record(2).track_id]
    changes = json.loads(ask(handler, f"{LIST}/changes?since={FIRST.descriptor.version}").body)
    left = {"id": gone, "previousRank": 1, "reason": "offChart", "mergedInto": None}
    assert changes["removed"] == [left]
    resolved = json.loads(ask(handler, f"{LIST}/resolve", body=targets).body)
    assert resolved["targets"][0]["payload"] == {"tiktokMusicLink": a_record(1).link}
    assert json.loads(ask(handler, "/v1/whoami").body)["apiKeyId"] == LIVE_KEY.key_id
    assert json.loads(ask(handler, "/v1/health").body)["snapshot"]["trackCount"] == 2
    assert json.loads(ask(handler, LIST, TEST).body)["total"] == 6


def test_an_instance_makes_few_calls_and_only_permitted_ones(
    handler: LambdaEntry, calls: Counter[str]
) -> None:
    reads = []

    for path in (LIST, f"{LIST}?q=song", f"{LIST}/{a_record(2).track_id}"):
        for _ in range(5):
            ask(handler, path)
        reads.append((calls["GetItem"], calls["BatchGetItem"]))
    for path in (LIST, f"{LIST}/{a_record(2).track_id}"):
        ask(handler, path, TEST)
    reads.append((calls["GetItem"], calls["BatchGetItem"]))

    # Key, pointer and chunk; nothing for a search; the chunk before and each track; a test key.
    assert reads == [(3, 0), (3, 0), (4, 5), (5, 5)]
    assert calls.keys() == {"GetItem", "BatchGetItem", "UpdateItem"}


def test_no_secret_reaches_the_log(handler: LambdaEntry, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for key in (LIVE, TEST, LIVE[:-1], f"{LIVE}x", LIVE.replace("live", "test")):
            ask(handler, LIST, key)
            ask(handler, f"{LIST}?limit=x", key)

    secrets = [key.split("_", 3)[3] for key in (LIVE, TEST)]
    assert [secret for secret in secrets if secret in caplog.text] == []


# With a test key, so that the sandbox's tracks are there.
SENT = {
    "list_get.json": (200, {"tracks", "total"}),
    "search_get.json": (200, {"tracks", "total", "nextCursor"}),
    "track_get.json": (200, row_of(a_track(), MEDIA).keys() | DETAILS),
    "resolve_post.json": (200, {"targets"}),
    "media_batch.json": (422, {"error"}),
    "pointer_moved.json": (422, {"error"}),
    "media_plan.json": (422, {"error"}),
    "refresh_schedule.json": (422, {"error"}),
}


@pytest.mark.parametrize("name", sorted(path.name for path in EVENTS.glob("*.json")))
def test_every_recorded_event_is_answered(handler: LambdaEntry, name: str) -> None:
    event = json.loads((EVENTS / name).read_text())
    if "headers" in event:
        event["headers"] |= {"authorization": f"Bearer {TEST}", "accept-encoding": "identity"}

    answer = Answer.of(handler(event, NO_CONTEXT))

    assert (answer.status, set(json.loads(answer.body))) == SENT[name]
    assert answer.headers["x-request-id"].startswith("req_")


def test_a_failure_is_logged_and_not_disclosed(rows: DynamoRows) -> None:
    DynamoKeys(rows, "keys").save(LIVE_KEY)
    metrics = Metrics(namespace="x", service="list_music")
    metrics.clear_metrics()  # Powertools has one set for the whole process
    observer = Observer(Logger(service="list_music"), metrics)
    settings = ListSettings("no-such-table", "keys", REGION, MEDIA, timedelta(hours=12))
    handler = LambdaEntry(compose_app(settings, observer), fresh_request_id, observer.event_failed)

    answer = ask(handler, LIST)

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (500, "INTERNAL")
    assert "no-such-table" not in answer.body.decode()
    assert set(metrics.metric_set) == {"RateLimitFailedOpen", "RequestFailed"}
    observer.stale_served(StoreUnavailable("the store is down"))
    observer.old_key_trusted(StoreUnavailable("the key store is down"))
    assert {"StaleServed", "OldKeyTrusted"} <= set(metrics.metric_set)
    metrics.clear_metrics()


def test_the_snapshot_age_is_emitted_with_answers(rows: DynamoRows) -> None:
    metrics = Metrics(namespace="x", service="list_music")
    metrics.clear_metrics()  # Powertools has one set for the whole process
    observer = Observer(Logger(service="list_music"), metrics)
    settings = ListSettings("catalog", "keys", REGION, MEDIA, timedelta(hours=12))
    handler = LambdaEntry(compose_app(settings, observer), fresh_request_id, observer.event_failed)
    DynamoKeys(rows, "keys").save(TEST_KEY)
    publish(DynamoPublisher(rows, "catalog"), FIRST)

    ask(handler, LIST, TEST)
    assert metrics.metric_set == {}

    before = time.time()
    health = json.loads(ask(handler, "/v1/health").body)
    ask(handler, "/v1/health")

    [age] = [metric for name, metric in metrics.metric_set.items() if name == "SnapshotAgeSeconds"]
    published_at = FIRST.descriptor.published_at.timestamp()
    assert age["Unit"] == "Seconds"
    assert [value - int(before - published_at) in range(60) for value in age["Value"]] == [True]
    assert health["snapshot"]["version"] == FIRST.descriptor.version
    metrics.clear_metrics()


def test_the_snapshot_age_is_emitted_for_the_scheduled_check(handler: LambdaEntry) -> None:
    schedule = load_template()["Resources"]["AgeCheck"]["Properties"]
    asked = json.loads(schedule["Target"]["Input"])
    metrics = Metrics(namespace="x", service="list_music")
    metrics.clear_metrics()

    answer = Answer.of(handler(asked, NO_CONTEXT))
    emitted = list(metrics.metric_set)
    metrics.clear_metrics()

    assert (answer.status, json.loads(answer.body)["snapshot"]["trackCount"]) == (200, 2)
    assert emitted == ["SnapshotAgeSeconds"]


def test_restored_instances_have_different_jitter() -> None:
    state = random.getstate()
    drawn = [fresh_jitter(), fresh_jitter()]

    random.setstate(state)

    assert not {fresh_jitter(), fresh_jitter()} & set(drawn)
    assert all(0 <= jitter < 1 for jitter in drawn)


def test_composing_makes_no_call_and_draws_no_random_number(
    aws: None, calls: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Objects made at init are in every instance that SnapStart restores."""

    def unexpected(*_: object) -> Any:
        raise AssertionError("drawn at init")

    monkeypatch.setattr(list_music, "fresh_request_id", unexpected)
    monkeypatch.setattr(list_music, "fresh_jitter", unexpected)
    monkeypatch.setattr(secrets, "token_bytes", unexpected)
    monkeypatch.setattr(socket.socket, "connect", unexpected)
    observer = Observer(Logger(service="list_music"), Metrics(namespace="x", service="list_music"))

    compose_app(ListSettings("catalog", "keys", REGION, MEDIA, timedelta(hours=12)), observer)

    assert calls == {}


def test_the_first_request_after_the_preload_reads_no_snapshot(
    handler: LambdaEntry, calls: Counter[str]
) -> None:
    """Its own calls are the key and the lease of its limit."""
    settings = ListSettings("catalog", "keys", REGION, MEDIA, timedelta(hours=12))
    observer = Observer(Logger(service="list_music"), Metrics(namespace="x", service="list_music"))
    function = compose(settings, observer)
    answer = LambdaEntry(function.app, fresh_request_id, observer.event_failed)

    function.preload("on-demand")
    at_init = dict(calls)
    calls.clear()
    response = ask(answer, LIST)

    assert at_init == {"GetItem": 2}
    assert calls == {"GetItem": 1, "UpdateItem": 1}
    assert response.body == SECOND.plain()


def test_an_instance_that_snapstart_restores_looks_at_the_pointer(
    handler: LambdaEntry, rows: DynamoRows, calls: Counter[str]
) -> None:
    settings = ListSettings("catalog", "keys", REGION, MEDIA, timedelta(hours=12))
    observer = Observer(Logger(service="list_music"), Metrics(namespace="x", service="list_music"))
    function = compose(settings, observer)
    answer = LambdaEntry(function.app, fresh_request_id, observer.event_failed)
    function.preload("snap-start")
    third = a_snapshot(a_track(4), fence=3)
    publish(DynamoPublisher(rows, "catalog"), third, SECOND, FIRST)
    calls.clear()

    response = ask(answer, LIST)

    assert calls == {"GetItem": 3, "UpdateItem": 1}
    assert response.body == third.plain()
