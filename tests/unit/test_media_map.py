"""A plan of media and its batches, over fakes; and the lines between them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import NOON, a_candidate, a_media, a_record, a_snapshot
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
from tiktok_music.adapters.media_lines import MOST_LINE_BYTES, Batch, PlanLines, batch_of, lines_of
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import SettingsError, SourceUnavailable, WorkerFailed
from tiktok_music.pointer_moves import pinned
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
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
from tiktok_music.refresh.refresh import Trigger
from tiktok_music.refresh.settings import MediaBatchSettings, MediaPlanSettings, RefreshSettings
from tiktok_music.track import track_id_of

RULES = TextRules.load(RuleSettings())
TICK = Trigger("run-1", NOON, is_forced=False, remaining_seconds=lambda: 900.0)
PLAN = "plans/2026-11-22T060000Z/1.jsonl"


@pytest.fixture
def parts() -> RefreshDependencies:
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


def with_chart(parts: RefreshDependencies, *candidates: Candidate) -> RefreshDependencies:
    return replace(parts, source=FakeSource(candidates))


def batch_parts(parts: RefreshDependencies) -> BatchDependencies:
    return BatchDependencies(parts.archive, media_dependencies(parts), parts.gates)


def work(candidate: Candidate) -> Candidate:
    """What of a candidate gets into a plan."""
    return Candidate(
        tiktok_id=candidate.tiktok_id,
        title=candidate.title,
        author=candidate.author,
        preview_urls=candidate.preview_urls,
        cover_urls=candidate.cover_urls,
    )


def event_of(lines: PlanLines) -> dict[str, Any]:
    items = [json.loads(line) for line in lines.body.splitlines()]
    return {"BatchInput": {"plan": PLAN}, "Items": items}


def test_a_plan_has_what_passed_the_rules_and_has_no_media(parts: RefreshDependencies) -> None:
    fresh, stored, noted, profane, retired = (
        a_candidate(1),
        a_candidate(2),
        a_candidate(3),
        a_candidate(4, title="Fuck It"),
        a_candidate(5),
    )
    parts.archive.save_many([a_record(2), a_record(5, status=TrackStatus.RETIRED)])
    parts.ledger.save_media(noted.track_id, a_media())

    plan = plan_media(with_chart(parts, fresh, stored, noted, profane, retired).read_only(), TICK)

    assert plan == MediaPlan(rows=5, groups=((fresh,),))


def test_of_a_group_a_plan_has_the_members_that_nobody_found_wanting(
    parts: RefreshDependencies,
) -> None:
    best, second, third = (
        a_candidate(number, title="Same", author="Mira", user_count=100 - number)
        for number in (1, 2, 3)
    )
    media_encoder = FakeMediaEncoder(problems={"Same": WorkerFailed("it crashed")})
    failing = replace(parts, tools=replace(parts.tools, media_encoder=media_encoder))
    run_batch([(best,)], batch_parts(failing), has_time=lambda: True)

    plan = plan_media(with_chart(parts, best, second, third).read_only(), TICK)

    assert plan.groups == ((second, third),)


@pytest.mark.parametrize("is_forced", [False, True])
def test_a_tick_that_is_done_plans_nothing_unless_it_is_forced(
    parts: RefreshDependencies, is_forced: bool
) -> None:
    snapshots = FakeSnapshots()
    snapshots.publish(a_snapshot())
    done = replace(with_chart(parts, a_candidate(1)), publisher=snapshots)

    plan = plan_media(done.read_only(), replace(TICK, is_forced=is_forced))

    version = snapshots.pointer().current.version
    reason = f"version {version} is of this scheduled run or a later one"
    assert plan == (
        MediaPlan(1, ((a_candidate(1),),)) if is_forced else MediaPlan(0, (), reason=reason)
    )


def test_while_the_catalog_is_pinned_nothing_is_planned(parts: RefreshDependencies) -> None:
    snapshots = FakeSnapshots()
    snapshots.publish(a_snapshot())
    snapshots.current_pointer = pinned(snapshots.pointer(), snapshots.pointer().current.version, 9)

    plan = plan_media(
        replace(parts, publisher=snapshots).read_only(), replace(TICK, is_forced=True)
    )

    assert plan.reason is not None
    assert plan.reason.startswith("PINNED")


def test_without_a_chart_there_is_no_plan(parts: RefreshDependencies) -> None:
    silent = replace(parts, source=FakeSource(problem=SourceUnavailable("HTTP 503")))

    with pytest.raises(SourceUnavailable):
        plan_media(silent.read_only(), TICK)


def test_a_batch_tells_what_became_of_it_and_a_second_run_does_nothing(
    parts: RefreshDependencies,
) -> None:
    good, silent, double = a_candidate(1), a_candidate(2, title="Broken"), a_candidate(3)
    media_encoder = FakeMediaEncoder(problems={"Broken": WorkerFailed("it crashed")})
    downloader = FakeDownloader()
    tools = replace(parts.tools, media_encoder=media_encoder, downloader=downloader)
    having = batch_parts(replace(parts, tools=tools))

    first = run_batch([(good,), (silent, double)], having, has_time=lambda: True)
    fetched = len(downloader.fetched)
    again = run_batch([(good,), (silent, double)], having, has_time=lambda: True)

    rejected = {"MEDIA_WORKER_FAILED": 1}
    assert first == BatchReport(2, new_media=2, stored=0, tried=3, deferred=0, rejected=rejected)
    assert again == BatchReport(2, new_media=0, stored=2, tried=0, deferred=0, rejected=rejected)
    assert len(downloader.fetched) == fetched


def test_what_was_published_since_the_plan_is_not_fetched_again(parts: RefreshDependencies) -> None:
    parts.archive.save_many([a_record(1)])

    report = run_batch([(a_candidate(1),)], batch_parts(parts), has_time=lambda: True)

    assert report == BatchReport(1, new_media=0, stored=1, tried=0, deferred=0, rejected={})


def test_a_batch_without_time_fetches_nothing_and_tells_what_is_left(
    parts: RefreshDependencies,
) -> None:
    report = run_batch([(a_candidate(1),)], batch_parts(parts), has_time=lambda: False)

    assert report == BatchReport(1, new_media=0, stored=0, tried=0, deferred=1, rejected={})


@pytest.mark.parametrize(("broken", "is_failed"), [(4, False), (5, True)])
def test_a_batch_fails_where_the_gate_would_refuse_its_figures(
    parts: RefreshDependencies, broken: int, is_failed: bool
) -> None:
    candidates = [a_candidate(number) for number in range(15)]
    problem = WorkerFailed("it crashed")
    media_encoder = FakeMediaEncoder(
        problems=dict.fromkeys((e.title for e in candidates[:broken]), problem)
    )
    having = batch_parts(replace(parts, tools=replace(parts.tools, media_encoder=media_encoder)))
    groups = [(candidate,) for candidate in candidates]

    if is_failed:
        with pytest.raises(MediaBatchFailed, match=r"for 5 of 15 sounds: {'MEDIA_WORKER_FAILED'"):
            run_batch(groups, having, has_time=lambda: True)
    else:
        assert run_batch(groups, having, has_time=lambda: True).new_media == 11


def test_what_a_plan_writes_a_batch_reads() -> None:
    members = (a_candidate(1, title='"Élan"\n', author="朝"), a_candidate(2))

    lines = lines_of([members, (a_candidate(3),)])

    assert (lines.groups, lines.left_out) == (2, 0)
    assert batch_of(event_of(lines)) == Batch(
        PLAN, (tuple(work(each) for each in members), (work(a_candidate(3)),)), unreadable=0
    )


def test_nothing_is_no_line() -> None:
    assert lines_of([]) == PlanLines(b"", groups=0, left_out=0)


def test_of_a_very_long_group_the_best_members_make_the_line() -> None:
    members = [a_candidate(n, preview_urls=("http://cdn.test/" + "x" * 20_000,)) for n in range(9)]

    lines = lines_of([members])

    assert len(lines.body) <= MOST_LINE_BYTES
    assert batch_of(event_of(lines)).groups == (tuple(work(each) for each in members[:2]),)


def test_a_candidate_that_fits_no_line_is_left_to_the_refresh() -> None:
    long = a_candidate(1, preview_urls=("x" * MOST_LINE_BYTES,))

    assert lines_of([(long,), (a_candidate(2),)]).left_out == 1


def member(**fields: Any) -> dict[str, Any]:
    good = {"tiktokId": "7662052657323182081", "title": "A", "author": "B"}
    return {**good, "previewUrls": ["https://a.test/"], "coverUrls": [], **fields}


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        "7662052657323182081",
        {},
        {"members": []},
        {"members": [None]},
        {"members": [member(tiktokId="../7662052657323182081")]},
        {"members": [member(tiktokId="７６６２０５")]},
        {"members": [member(tiktokId="7662052657323182081\n")]},
        {"members": [member(tiktokId=7662052657323182081)]},
        {"members": [member(title="x" * 301)]},
        {"members": [member(previewUrls="https://a.test/")]},
        {"members": [member(), member(coverUrls=[None])]},
    ],
)
def test_an_item_that_is_no_group_is_counted_and_costs_itself_alone(item: Any) -> None:
    good = {"members": [member(new="field")]}

    batch = batch_of({"BatchInput": {"plan": PLAN}, "Items": [item, good]})

    assert (batch.unreadable, len(batch.groups)) == (1, 1)
    assert batch.groups[0][0].track_id == track_id_of("7662052657323182081")


@pytest.mark.parametrize("event", [{}, [], {"Items": []}, {"BatchInput": {}, "Items": []}, None])
def test_what_is_no_batch_is_refused(event: Any) -> None:
    with pytest.raises(ValueError, match="no batch of a media plan"):
        batch_of(event)


ENVIRONMENT = {
    "CATALOG_TABLE": "catalog",
    "AWS_REGION": "eu-central-1",
    "SOURCE_SECRET": "tiktok-music/source",
    "MEDIA_BASE_URL": "https://media.example.com",
    "R2_ENDPOINT_URL": "https://abc.r2.cloudflarestorage.com",
    "R2_BUCKET": "media",
    "R2_SECRET": "tiktok-music/r2",
    "PLANS_BUCKET": "plans",
}


def test_plan_and_batch_are_set_as_the_refresh_is() -> None:
    refresh = RefreshSettings.from_env(ENVIRONMENT)

    assert MediaPlanSettings.from_env(ENVIRONMENT) == MediaPlanSettings(refresh, "plans")
    assert MediaBatchSettings.from_env(ENVIRONMENT) == MediaBatchSettings(
        catalog_table=refresh.catalog_table,
        region=refresh.region,
        media=refresh.media,
        media_policy=refresh.media_policy,
        media_hosts=refresh.media_hosts,
        allow_private_hosts=refresh.allow_private_hosts,
    )


def test_missing_settings_are_named() -> None:
    with pytest.raises(SettingsError, match="PLANS_BUCKET is not set"):
        MediaPlanSettings.from_env({**ENVIRONMENT, "PLANS_BUCKET": ""})
    with pytest.raises(SettingsError, match=r"CATALOG_TABLE is not set; .*; R2_SECRET is not set"):
        MediaBatchSettings.from_env({})
