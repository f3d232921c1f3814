"""Caching headers, and the health of the catalog by age."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.api_world import World
from tests.builders import NOON, a_snapshot, a_track
from tiktok_music.api.freshness import Freshness, next_refresh_due

TWICE_A_DAY = timedelta(hours=12)
SNAPSHOT = a_snapshot(a_track(1), published_at=NOON + timedelta(minutes=4))


def test_a_response_is_fresh_until_the_next_refresh_is_due() -> None:
    a_minute_later = SNAPSHOT.descriptor.published_at.timestamp() + 60

    assert Freshness(TWICE_A_DAY, a_minute_later).headers(SNAPSHOT.descriptor) == {
        "Cache-Control": "private, max-age=42960, stale-while-revalidate=900",
        "Age": "60",
        "Last-Modified": "Sun, 22 Nov 2026 12:04:00 GMT",
        "X-Catalog-Snapshot": SNAPSHOT.descriptor.version,
    }


@pytest.mark.parametrize(
    ("delay", "due"),
    [
        (timedelta(0), 12),
        (timedelta(minutes=15), 12),
        (timedelta(hours=11, minutes=59), 12),
        (timedelta(hours=12), 24),
        (timedelta(days=2), 60),
        (-timedelta(minutes=1), 12),
    ],
)
def test_the_next_refresh_is_the_first_scheduled_time_after_publication(
    delay: timedelta, due: int
) -> None:
    descriptor = a_snapshot(a_track(1), published_at=NOON + delay).descriptor

    assert next_refresh_due(descriptor, TWICE_A_DAY) == NOON + timedelta(hours=due)


def test_a_slow_clock_makes_no_negative_age() -> None:
    descriptor = SNAPSHOT.descriptor

    assert Freshness(TWICE_A_DAY, 0.0).headers(descriptor)["Age"] == "0"


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 22 Nov 2026 12:04:00 GMT", 304),
        ("Sun, 22 Nov 2026 12:05:00 GMT", 200),
        ("Sun, 22 Nov 2026 12:03:59 GMT", 200),
        ("yesterday", 200),
        ("", 200),
        ("Sun, 99 Nov 99999 12:05:00 GMT", 200),
    ],
)
def test_if_modified_since_must_equal_last_modified(since: str, status: int) -> None:
    world = World()
    world.snapshots.publish(SNAPSHOT)

    assert world.get(if_modified_since=since).status == status
    for other in ('"other"', ""):
        assert world.get(if_modified_since=since, if_none_match=other).status == 200


def health_at(hours: float) -> Any:
    world = World()
    world.snapshots.publish(a_snapshot(a_track(1)))
    world.now = NOON.timestamp() + hours * 3600
    answer = world.get("/v1/health", authorization="")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert "x-ratelimit-limit" not in answer.headers
    return json.loads(answer.body)


def test_health_describes_the_snapshot_without_a_key() -> None:
    assert health_at(1) == {
        "status": "ok",
        "snapshot": {
            "version": a_snapshot(a_track(1)).descriptor.version,
            "publishedAt": "2026-11-22T12:00:00Z",
            "ageSeconds": 3600,
            "trackCount": 1,
        },
        "nextRefreshDueAt": "2026-11-23T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("hours", "status"),
    [(0, "ok"), (14, "ok"), (14.01, "degraded"), (24, "degraded"), (24.01, "failing")],
)
def test_the_health_status_depends_on_age(hours: float, status: str) -> None:
    assert health_at(hours)["status"] == status


def test_without_a_snapshot_health_is_failing() -> None:
    answer = World().get("/v1/health", authorization="")

    no_snapshot = {"status": "failing", "snapshot": None, "nextRefreshDueAt": None}
    assert (answer.status, json.loads(answer.body)) == (200, no_snapshot)


def test_health_costs_one_pointer_read_per_thirty_seconds() -> None:
    world = World()
    world.snapshots.publish(SNAPSHOT)

    for _ in range(50):
        world.get("/v1/health", authorization="")
        world.now += 0.5

    assert (world.snapshots.pointer_reads, world.keys.reads, world.rates.calls) == (1, 0, 0)


def test_another_refresh_interval_changes_headers_and_status() -> None:
    published_at = SNAPSHOT.descriptor.published_at.timestamp()
    statuses = [
        Freshness(timedelta(hours=3), published_at + hours * 3600).health(SNAPSHOT.descriptor)
        for hours in (4.9, 5.1, 6.1)
    ]

    headers = Freshness(timedelta(hours=3), published_at).headers(SNAPSHOT.descriptor)
    assert headers["Cache-Control"] == "private, max-age=10560, stale-while-revalidate=900"
    assert [each["status"] for each in statuses] == ["ok", "degraded", "failing"]
    assert statuses[0]["nextRefreshDueAt"] == "2026-11-22T15:00:00Z"
