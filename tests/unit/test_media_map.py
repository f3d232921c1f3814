"""A media plan and its batches, over fakes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_candidate, a_media, a_record, a_snapshot, a_track
from tests.fakes import (
    FakeArchive,
    FakeDownloader,
    FakeLedger,
    FakeMediaEncoder,
    FakeMediaStore,
    FakeProgress,
    FakeReports,
    FakeSnapshots,
    FakeSource,
)
from tests.refresh_world import RULES
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import OutOfTime, SourceUnavailable, WorkerFailed
from tiktok_music.pointer_moves import pinned
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.dependencies import RefreshDependencies, media_dependencies
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.batch import (
    BatchDependencies,
    BatchReport,
    MediaBatchFailed,
    run_batch,
)
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.media_plan import MediaPlan, plan_media
from tiktok_music.refresh.trigger import Trigger

TRIGGER = Trigger("run-1", NOON, is_forced=False, remaining_seconds=lambda: 900.0)
PLAN = "plans/2026-11-22T060000Z/1.jsonl"


@pytest.fixture
def dependencies() -> RefreshDependencies:
    return RefreshDependencies(
        source=FakeSource(),
        rules=RULES,
        tools=MediaTools(FakeDownloader(), FakeMediaEncoder(), FakeMediaStore()),
        archive=FakeArchive(),
        ledger=FakeLedger(),
        publisher=FakeSnapshots(),
        reports=FakeReports(),
        gates=GateLimits(min_tracks=1),
        media_base_url="https://media.example.com",
        progress=FakeProgress(),
        now=lambda: NOON,
        seconds=lambda: 0.0,
    )


def with_chart(dependencies: RefreshDependencies, *candidates: Candidate) -> RefreshDependencies:
    return replace(dependencies, source=FakeSource(candidates))


def batch_dependencies(dependencies: RefreshDependencies) -> BatchDependencies:
    return BatchDependencies(
        dependencies.archive, media_dependencies(dependencies), dependencies.gates
    )


def test_a_plan_lists_accepted_candidates_without_media(dependencies: RefreshDependencies) -> None:
    fresh, archived, prepared, profane, retired = (
        a_candidate(1),
        a_candidate(2),
        a_candidate(3),
        a_candidate(4, title="Fuck It"),
        a_candidate(5),
    )
    dependencies.archive.save_many([a_record(2), a_record(5, status=TrackStatus.RETIRED)])
    dependencies.ledger.save_media(prepared.track_id, a_media())

    plan = plan_media(
        with_chart(dependencies, fresh, archived, prepared, profane, retired).read_only(), TRIGGER
    )

    assert plan == MediaPlan(rows=5, groups=((fresh,),))


def test_a_plan_knows_the_list_as_the_refresh_does(dependencies: RefreshDependencies) -> None:
    """A new upload of a listed recording needs no media: the track on the list has them."""
    record = a_record(1, title="Low Tide", author="Mira")
    dependencies.archive.save_many([record])
    snapshots = FakeSnapshots()
    listed = a_track(1, title=record.title, author=record.author)
    snapshots.publish(a_snapshot(listed, scheduled_at=NOON - timedelta(hours=12)))
    upload = a_candidate(2, title=record.title, author=record.author)
    known = replace(with_chart(dependencies, upload), publisher=snapshots)

    assert plan_media(known.read_only(), TRIGGER) == MediaPlan(rows=1, groups=())


def test_a_plan_leaves_out_members_whose_media_were_rejected(
    dependencies: RefreshDependencies,
) -> None:
    best, second, third = (
        a_candidate(number, title="Same", author="Mira", user_count=100 - number)
        for number in (1, 2, 3)
    )
    media_encoder = FakeMediaEncoder(problems={"Same": WorkerFailed("it crashed")})
    failing = replace(dependencies, tools=replace(dependencies.tools, media_encoder=media_encoder))
    run_batch([(best,)], batch_dependencies(failing), has_time=lambda: True)

    plan = plan_media(with_chart(dependencies, best, second, third).read_only(), TRIGGER)

    assert plan.groups == ((second, third),)


@pytest.mark.parametrize("is_forced", [False, True])
def test_a_finished_scheduled_run_plans_nothing_unless_forced(
    dependencies: RefreshDependencies, is_forced: bool
) -> None:
    snapshots = FakeSnapshots()
    snapshots.publish(a_snapshot())
    done = replace(with_chart(dependencies, a_candidate(1)), publisher=snapshots)

    plan = plan_media(done.read_only(), replace(TRIGGER, is_forced=is_forced))

    version = snapshots.pointer().current.version
    reason = f"version {version} is of this scheduled run or a later one"
    assert plan == (
        MediaPlan(1, ((a_candidate(1),),)) if is_forced else MediaPlan(0, (), reason=reason)
    )


def test_a_pinned_catalog_plans_nothing(dependencies: RefreshDependencies) -> None:
    snapshots = FakeSnapshots()
    snapshots.publish(a_snapshot())
    snapshots.current_pointer = pinned(snapshots.pointer(), snapshots.pointer().current.version, 9)

    plan = plan_media(
        replace(dependencies, publisher=snapshots).read_only(), replace(TRIGGER, is_forced=True)
    )

    assert plan.reason is not None
    assert plan.reason.startswith("PINNED")


def test_a_failed_source_fails_the_plan(dependencies: RefreshDependencies) -> None:
    failing = replace(dependencies, source=FakeSource(problem=SourceUnavailable("HTTP 503")))

    with pytest.raises(SourceUnavailable):
        plan_media(failing.read_only(), TRIGGER)


def test_rules_that_do_not_end_in_time_fail_the_plan(dependencies: RefreshDependencies) -> None:
    late = replace(TRIGGER, remaining_seconds=lambda: 29.0)

    with pytest.raises(OutOfTime, match="the rules did not end in time for 1 sounds"):
        plan_media(with_chart(dependencies, a_candidate(1)).read_only(), late)


def test_a_batch_reports_its_results_and_its_repetition_fetches_nothing(
    dependencies: RefreshDependencies,
) -> None:
    good, crashing, duplicate = a_candidate(1), a_candidate(2, title="Broken"), a_candidate(3)
    media_encoder = FakeMediaEncoder(problems={"Broken": WorkerFailed("it crashed")})
    downloader = FakeDownloader()
    tools = replace(dependencies.tools, media_encoder=media_encoder, downloader=downloader)
    over_fakes = batch_dependencies(replace(dependencies, tools=tools))

    first = run_batch([(good,), (crashing, duplicate)], over_fakes, has_time=lambda: True)
    fetched = len(downloader.fetched)
    again = run_batch([(good,), (crashing, duplicate)], over_fakes, has_time=lambda: True)

    rejected = {"MEDIA_WORKER_FAILED": 1}
    assert first == BatchReport(2, new_media=2, stored=0, tried=3, deferred=0, rejected=rejected)
    assert again == BatchReport(2, new_media=0, stored=2, tried=0, deferred=0, rejected=rejected)
    assert len(downloader.fetched) == fetched


def test_a_batch_does_not_fetch_what_was_published_since_the_plan(
    dependencies: RefreshDependencies,
) -> None:
    dependencies.archive.save_many([a_record(1)])

    report = run_batch([(a_candidate(1),)], batch_dependencies(dependencies), has_time=lambda: True)

    assert report == BatchReport(1, new_media=0, stored=1, tried=0, deferred=0, rejected={})


def test_a_batch_without_time_left_defers_its_groups(
    dependencies: RefreshDependencies,
) -> None:
    report = run_batch(
        [(a_candidate(1),)], batch_dependencies(dependencies), has_time=lambda: False
    )

    assert report == BatchReport(1, new_media=0, stored=0, tried=0, deferred=1, rejected={})


@pytest.mark.parametrize(("broken", "is_failed"), [(4, False), (5, True)])
def test_a_batch_fails_where_the_publish_check_would_fail(
    dependencies: RefreshDependencies, broken: int, is_failed: bool
) -> None:
    candidates = [a_candidate(number) for number in range(15)]
    problem = WorkerFailed("it crashed")
    media_encoder = FakeMediaEncoder(
        problems=dict.fromkeys((e.title for e in candidates[:broken]), problem)
    )
    over_fakes = batch_dependencies(
        replace(dependencies, tools=replace(dependencies.tools, media_encoder=media_encoder))
    )
    groups = [(candidate,) for candidate in candidates]

    if is_failed:
        with pytest.raises(MediaBatchFailed, match=r"for 5 of 15 sounds: {'MEDIA_WORKER_FAILED'"):
            run_batch(groups, over_fakes, has_time=lambda: True)
    else:
        assert run_batch(groups, over_fakes, has_time=lambda: True).new_media == 11
