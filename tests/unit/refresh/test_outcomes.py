"""Outcomes of a run: source failures, publish checks, repeated and concurrent runs, pins."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, a_candidate, a_snapshot, a_track
from tests.fakes import (
    FakeSource,
)
from tests.refresh_world import World
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import (
    SourceRefused,
    SourceUnavailable,
)
from tiktok_music.pointer_moves import pinned, rolled_back
from tiktok_music.refresh.chart import Chart, chart_of
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason
from tiktok_music.refresh.report import Outcome


@pytest.mark.parametrize(
    "problem", [SourceUnavailable("upstream failed 3 times"), SourceRefused("HTTP 401")]
)
def test_a_source_that_fails_leaves_the_last_snapshot(world: World, problem: Exception) -> None:
    world.refresh(a_candidate(1))
    first = world.served()
    world.source.problem = problem

    world.now += timedelta(hours=12)
    report = world.refresh()

    assert (report.outcome, report.reason) == (Outcome.SOURCE_FAILED, str(problem))
    assert world.served() == first
    assert world.reports.get_report(world.now) == report.to_dict()


def test_an_empty_chart_never_replaces_a_catalog(world: World) -> None:
    world.refresh(a_candidate(1))
    first = world.served()
    world.source.candidates = ()

    world.now += timedelta(hours=12)
    report = world.refresh()

    assert (report.outcome, report.reason) == (
        Outcome.REFUSED,
        "FLOOR: 0 tracks were accepted, fewer than the floor of 1 (MIN_TRACKS)",
    )
    assert world.served() == first


def test_a_list_that_no_response_can_carry_is_not_published_by_force_either(world: World) -> None:
    world.refresh(a_candidate(1))
    first, size = world.served(), world.snapshots.pointer().current.byte_length
    world.now += timedelta(hours=12)
    other = World()
    other.refresh(a_candidate(1), a_candidate(2))
    too_large = other.snapshots.pointer().current.byte_length

    world.gates = GateLimits(min_tracks=1, max_gzipped_bytes=size)
    reports = [
        world.refresh(a_candidate(1), a_candidate(2), is_forced=forced) for forced in (False, True)
    ]
    fitting = world.refresh(a_candidate(1), is_forced=True)

    reason = f"SIZE: the list has {too_large} bytes gzipped, a response at most {size}"
    assert [(each.outcome, each.reason) for each in reports] == [(Outcome.REFUSED, reason)] * 2
    assert (fitting.outcome, world.served()) == (Outcome.PUBLISHED, first)


def test_force_skips_the_comparison_checks(world: World) -> None:
    world.refresh(*(a_candidate(number) for number in range(10)))
    world.now += timedelta(hours=12)

    refused = world.refresh(a_candidate(1))
    forced = world.refresh(a_candidate(1), is_forced=True)

    assert (refused.outcome, refused.reason) == (
        Outcome.REFUSED,
        "SHRINK: 1 tracks are less than 60% of the 10 of recent versions",
    )
    assert forced.outcome is Outcome.PUBLISHED


class Hourglass:
    """The remaining time of a run: plenty for the first `readings`, then 29 s."""

    def __init__(self, readings: int) -> None:
        self.left = readings

    def __call__(self) -> float:
        self.left -= 1
        return 900.0 if self.left >= 0 else 29.0


def test_rules_that_take_too_long_end_the_run_wherever_they_are(world: World) -> None:
    world.refresh(a_candidate(1))
    first = world.served()
    world.now += timedelta(hours=12)
    same_sound = {"title": "One Song", "author": "Mira"}
    chart = [a_candidate(number, **same_sound) for number in (2, 3)]

    # Two rows are judged, two described, and the block of their equal titles is compared.
    reports = [world.refresh(*chart, remaining_seconds=Hourglass(number)) for number in range(5)]

    reason = "the rules did not end in time for 2 sounds"
    assert [(each.outcome, each.reason) for each in reports] == [(Outcome.OUT_OF_TIME, reason)] * 5
    assert world.downloader.fetched == list(a_candidate(1).preview_urls + a_candidate(1).cover_urls)
    assert world.served() == first
    ended = world.refresh(*chart, remaining_seconds=Hourglass(20), is_forced=True)
    assert ended.outcome is Outcome.PUBLISHED


def test_the_same_scheduled_run_is_done_once(world: World) -> None:
    world.refresh(a_candidate(1))
    version = world.snapshots.pointer().current.version

    report = world.refresh(a_candidate(1), holder="run-2")

    assert (report.outcome, report.version) == (Outcome.ALREADY_DONE, None)
    assert world.snapshots.pointer().current.version == version


def test_an_operator_can_force_the_same_scheduled_run(world: World) -> None:
    world.refresh(a_candidate(1))

    report = world.refresh(a_candidate(1), a_candidate(2), is_forced=True)

    assert (report.outcome, len(world.served())) == (Outcome.PUBLISHED, 2)


def test_a_running_refresh_locks_out_another(world: World) -> None:
    world.snapshots.acquire_lease("another run", NOON, 60)

    report = world.refresh(a_candidate(1))

    assert (report.outcome, report.reason) == (Outcome.LOCKED, "another refresh is running")
    assert world.snapshots.current() is None
    assert world.reports.reports == {}


def test_a_newer_refresh_wins(world: World) -> None:
    newer = a_snapshot(a_track(7), fence=99)

    class Interrupted(FakeSource):
        def fetch(self) -> Any:
            world.snapshots.publish(newer)
            return super().fetch()

    world.source = Interrupted(candidates=(a_candidate(1),))
    report = world.refresh()

    assert report.outcome is Outcome.LOST
    assert world.snapshots.pointer().current == newer.descriptor


def test_a_pinned_catalog_is_not_replaced(world: World) -> None:
    world.refresh(a_candidate(1))
    pointer = world.snapshots.pointer()
    fence = world.snapshots.next_fence()
    world.snapshots.point(pinned(pointer, pointer.current.version, fence), pointer)

    world.now += timedelta(hours=12)
    report = world.refresh(a_candidate(1), a_candidate(2))

    assert (report.outcome, report.reason) == (
        Outcome.REFUSED,
        f"PINNED: the operator holds the catalog at {pointer.current.version}",
    )
    assert len(world.served()) == 1


def test_an_operators_pointer_move_during_a_refresh_is_not_overwritten(world: World) -> None:
    world.refresh(a_candidate(1))
    first = world.snapshots.pointer().current
    world.now += timedelta(hours=12)
    world.refresh(a_candidate(1), a_candidate(2))

    class Interrupted(FakeSource):
        def fetch(self) -> Any:
            pointer = world.snapshots.pointer()
            fence = world.snapshots.next_fence()
            world.snapshots.point(rolled_back(pointer, first.version, fence), pointer)
            return super().fetch()

    world.source = Interrupted(candidates=(a_candidate(1), a_candidate(2)))
    world.now += timedelta(hours=12)
    report = world.refresh()

    assert report.outcome is Outcome.LOST
    assert world.snapshots.pointer().current == first
    assert {track_id: each.status for track_id, each in world.archive.records.items()} == {
        a_candidate(1).track_id: TrackStatus.ACTIVE,
        a_candidate(2).track_id: TrackStatus.OFF_CHART,
    }


def test_the_next_scheduled_run_after_a_rollback_publishes_again(world: World) -> None:
    world.refresh(a_candidate(1))
    first = world.snapshots.pointer().current
    world.now += timedelta(hours=12)
    world.refresh(a_candidate(1), a_candidate(2))
    pointer = world.snapshots.pointer()
    fence = world.snapshots.next_fence()
    world.snapshots.point(rolled_back(pointer, first.version, fence), pointer)

    repeated = world.refresh(a_candidate(1), a_candidate(2), holder="run-2")
    world.now += timedelta(hours=12)
    fresh = world.refresh(a_candidate(1), a_candidate(2))

    assert (repeated.outcome, fresh.outcome) == (Outcome.ALREADY_DONE, Outcome.PUBLISHED)
    assert len(world.served()) == 2


def test_a_snapshot_dated_in_the_future_does_not_block_later_runs(world: World) -> None:
    world.now += timedelta(days=365)
    world.refresh(a_candidate(1))
    world.now -= timedelta(days=365)

    outcomes = [world.refresh(a_candidate(1), holder=f"run-{n}").outcome for n in range(2)]

    assert outcomes == [Outcome.PUBLISHED, Outcome.ALREADY_DONE]


def test_an_unexpected_error_stores_a_report_and_releases_the_lease(world: World) -> None:
    world.refresh(a_candidate(1))
    served = world.served()
    world.now += timedelta(hours=12)
    world.source.problem = RecursionError("deep \ud83d")

    with pytest.raises(RecursionError):
        world.refresh(holder="run-2")

    stored = world.reports.get_report(world.now)
    assert stored is not None
    failed = ("FAILED", "RecursionError('deep \\ud83d')")
    assert (stored["outcome"], stored["reason"]) == failed
    [listed, _] = world.reports.list_runs()
    assert (listed["outcome"], listed["reason"], listed["isRecorded"]) == (*failed, False)
    assert world.served() == served
    world.source.problem = None
    assert world.refresh(holder="run-3").outcome is Outcome.PUBLISHED
    assert [run["outcome"] for run in world.reports.list_runs()] == ["PUBLISHED", "PUBLISHED"]


def test_songs_without_a_clip_do_not_fail_the_check_of_unreadable_rows(world: World) -> None:
    finding = Finding(RejectionReason.NO_CLIP, "no clip of the song has an id")
    world.source.rejections = (Rejection("13660", "", "", finding),) * 9

    report = world.refresh(*(a_candidate(number) for number in range(10)))

    assert (report.outcome, report.rejected_by_reason()) == (Outcome.PUBLISHED, {"NO_CLIP": 9})


def test_unreadable_fields_and_empty_parts_are_reported() -> None:
    class Source:
        def fetch(self) -> Chart:
            chart = chart_of([a_candidate(number) for number in range(10)])
            counts = {"user_count": 5, "extra": 1}
            return replace(chart, unreadable_fields=counts, empty_parts=("aweme: scene 1",))

    world = World()
    world.source = Source()  # type: ignore[assignment]  # a chart with defects

    report = world.refresh()

    assert (report.outcome, report.accepted) == (Outcome.PUBLISHED, 10)
    assert report.unreadable_fields == {"user_count": 5, "extra": 1}
    stored = report.to_dict()
    assert list(stored["unreadableFields"].items()) == [("extra", 1), ("user_count", 5)]
    assert stored["emptyParts"] == ["aweme: scene 1"]
