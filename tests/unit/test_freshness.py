"""Caching headers, and the health of the catalog by age."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import pytest

from tests.api_world import World
from tests.builders import NOON, a_snapshot, a_track
from tiktok_music.api.freshness import Freshness
from tiktok_music.api.schedule import Schedule, next_run
from tiktok_music.pointer_moves import advanced, pinned, replaced, rolled_back
from tiktok_music.snapshot import Descriptor, Pointer

TWICE_A_DAY = timedelta(hours=12)
SNAPSHOT = a_snapshot(a_track(1), published_at=NOON + timedelta(minutes=4))
SCHEDULE = Schedule.of(Pointer(SNAPSHOT.descriptor))


def test_a_response_is_fresh_until_the_next_refresh_is_due() -> None:
    a_minute_later = SNAPSHOT.descriptor.published_at.timestamp() + 60

    assert Freshness(TWICE_A_DAY, a_minute_later, SCHEDULE).headers(SNAPSHOT.descriptor) == {
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
        (-timedelta(hours=1), 0),
        (-timedelta(days=365), -365 * 24 + 12),
    ],
)
def test_the_next_refresh_is_the_first_scheduled_time_after_publication(
    delay: timedelta, due: int
) -> None:
    descriptor = a_snapshot(a_track(1), published_at=NOON + delay).descriptor
    schedule = Schedule.of(Pointer(descriptor))

    assert schedule.next_due(TWICE_A_DAY, NOON) == NOON + timedelta(hours=due)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def a_run(fence: int, hours: float, minutes: float = 4) -> Descriptor:
    published_at = at(hours) + timedelta(minutes=minutes)
    return a_snapshot(
        a_track(fence), fence=fence, scheduled_at=at(hours), published_at=published_at
    ).descriptor


def by_hand(fence: int, hours: float) -> Descriptor:
    return a_run(fence, hours + 1e-6, 2)


FIRST, SECOND = Pointer(a_run(1, 0)), advanced(Pointer(a_run(1, 0)), a_run(2, 12))
OLD = a_run(1, 0).version


@pytest.mark.parametrize(
    ("pointer", "now", "due"),
    [
        (SECOND, 13, 24),
        (advanced(SECOND, by_hand(3, 17)), 18, 24),
        (advanced(SECOND, by_hand(3, 23.9)), 24.1, 24),
        (advanced(SECOND, by_hand(3, 23.99)), 24.1, 36),
        (advanced(advanced(SECOND, by_hand(3, 17)), by_hand(4, 41)), 42, 48),
        (Pointer(by_hand(1, 5)), 6, 12),
        (Pointer(a_run(1, 5.5)), 6, 12),
        (advanced(SECOND, a_run(3, 15.25)), 16, 24),
        (rolled_back(SECOND, OLD, 3), 13, 24),
        (rolled_back(SECOND, OLD, 3), 30, 24),
        (advanced(rolled_back(SECOND, OLD, 3), a_run(4, 24)), 25, 36),
        (replaced(SECOND, a_run(3, 12, 5), 3), 13, 24),
        (pinned(SECOND, OLD, 3), 13, 24),
        (pinned(SECOND, OLD, 3), 61, 72),
        (FIRST, 30, 12),
    ],
)
def test_due_times_follow_the_grid_of_the_schedule(
    pointer: Pointer, now: float, due: float
) -> None:
    next_due = Schedule.of(pointer).next_due(TWICE_A_DAY, at(now))

    assert next_due.replace(microsecond=0) == at(due)


@pytest.mark.parametrize(
    ("every", "after", "due"),
    [
        (12, "2026-11-22T00:00:00", "2026-11-22T12:00:00"),
        (12, "2026-11-22T11:59:59", "2026-11-22T12:00:00"),
        (12, "2026-11-22T12:00:00", "2026-11-23T00:00:00"),
        (8, "2026-11-22T23:59:59", "2026-11-23T00:00:00"),
        (8, "2026-11-22T08:00:00.000001", "2026-11-22T16:00:00"),
        (2, "2026-12-31T22:00:01", "2027-01-01T00:00:00"),
        # The grid of cron, for an interval that does not divide a day.
        (5, "2026-11-22T19:00:00", "2026-11-22T20:00:00"),
        (5, "2026-11-22T20:00:00", "2026-11-23T00:00:00"),
    ],
)
def test_the_grid_starts_again_at_each_midnight(every: int, after: str, due: str) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)

    assert next_run(timedelta(hours=every), moment) == datetime.fromisoformat(due + "+00:00")


def test_after_a_rollback_a_response_is_fresh_until_the_next_run() -> None:
    pointer = rolled_back(SECOND, OLD, 3)
    freshness = Freshness(TWICE_A_DAY, at(13).timestamp(), Schedule.of(pointer))

    headers = freshness.headers(pointer.current)

    until_due = at(24) - pointer.current.published_at
    assert (
        headers["Cache-Control"].split(", ")[1]
        == f"max-age={until_due.seconds + 86_400 * until_due.days}"
    )
    assert int(headers["Age"]) < until_due.total_seconds()
    assert freshness.health(pointer.current)["nextRefreshDueAt"] == "2026-11-23T12:00:00Z"


def test_age_counts_from_the_second_of_last_modified() -> None:
    descriptor = a_snapshot(a_track(1), published_at=NOON + timedelta(seconds=10.9)).descriptor
    headers = Freshness(TWICE_A_DAY, NOON.timestamp() + 20.1, SCHEDULE).headers(descriptor)

    date = format_datetime(NOON + timedelta(seconds=20), usegmt=True)
    age = parsedate_to_datetime(date) - parsedate_to_datetime(headers["Last-Modified"])
    assert (headers["Age"], age) == ("10", timedelta(seconds=10))
    assert headers["Cache-Control"] == "private, max-age=43190, stale-while-revalidate=900"


def test_a_slow_clock_makes_no_negative_age() -> None:
    descriptor = SNAPSHOT.descriptor

    assert Freshness(TWICE_A_DAY, 0.0, SCHEDULE).headers(descriptor)["Age"] == "0"


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
        Freshness(timedelta(hours=3), published_at + hours * 3600, SCHEDULE).health(
            SNAPSHOT.descriptor
        )
        for hours in (4.9, 5.1, 6.1)
    ]

    headers = Freshness(timedelta(hours=3), published_at, SCHEDULE).headers(SNAPSHOT.descriptor)
    assert headers["Cache-Control"] == "private, max-age=10560, stale-while-revalidate=900"
    assert [each["status"] for each in statuses] == ["ok", "degraded", "failing"]
    assert statuses[0]["nextRefreshDueAt"] == "2026-11-22T15:00:00Z"
