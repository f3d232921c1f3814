"""Scheduled events, as the scheduler, an operator and a mistake write them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOON
from tiktok_music.refresh.scheduled_event import RefreshRequest, parse_event


@pytest.mark.parametrize(
    ("event", "scheduled_at"),
    [
        ({"scheduledTime": "2026-11-22T06:00:00Z"}, NOON - timedelta(hours=6)),
        ({"scheduledTime": "2026-11-22T06:00:00"}, NOON - timedelta(hours=6)),
        ({"scheduledTime": "2026-11-22T07:00:00+01:00"}, NOON - timedelta(hours=6)),
        ({"scheduledTime": "2026-11-22T12:00:00Z"}, NOON),
        ({"scheduledTime": "2026-11-22T12:00:01Z"}, NOON),
        ({"scheduledTime": "2027-11-22T12:00:00Z"}, NOON),
        ({"scheduledTime": "9999-12-31T00:00:00Z"}, NOON),
        ({"scheduledTime": "0001-01-02T00:00:00Z"}, datetime(1, 1, 2, tzinfo=UTC)),
        ({"scheduledTime": None}, NOON),
        ({}, NOON),
    ],
)
def test_the_time_of_an_event_is_utc_and_never_in_the_future(
    event: dict[str, Any], scheduled_at: datetime
) -> None:
    assert parse_event(event, NOON) == RefreshRequest(scheduled_at, is_forced=False)


@pytest.mark.parametrize(("force", "is_forced"), [(True, True), ("true", False), (None, False)])
def test_only_true_forces(force: Any, is_forced: bool) -> None:
    assert parse_event({"force": force}, NOON) == RefreshRequest(NOON, is_forced)


@pytest.mark.parametrize(
    "time",
    [
        "<aws.scheduler.scheduled-time>",
        "noon",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9" * 10_000,
        "",
        7,
        {"a": 1},
        True,
    ],
)
def test_what_is_no_time_is_refused_in_a_short_sentence(time: Any) -> None:
    with pytest.raises(ValueError, match=r"^scheduledTime .{2,42} is not an ISO 8601 time$"):
        parse_event({"scheduledTime": time}, NOON)
