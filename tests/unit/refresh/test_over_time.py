"""State from run to run: standing failures, silent fields, an operator's moves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics

from tests.builders import NOON, a_candidate
from tests.refresh_world import World, fingerprint_text
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import AudioUnreadable, SourceUnavailable
from tiktok_music.pointer_moves import rolled_back
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind, OperatorLists
from tiktok_music.refresh.history.notify import notify
from tiktok_music.refresh.report import Outcome, RefreshReport

GOOD = [a_candidate(number) for number in range(1, 9)]
HALF_A_DAY = timedelta(hours=12)


@pytest.mark.parametrize("fault", ["no preview", "no cover", "dead address", "bad file"])
def test_standing_failures_of_media_never_refuse_a_catalog(world: World, fault: str) -> None:
    missing: dict[str, Any] = {
        "no preview": {"preview_urls": ()},
        "no cover": {"cover_urls": ()},
    }.get(fault, {})
    bad = [a_candidate(500 + number, **missing) for number in range(5)]
    if fault == "dead address":
        world.downloader.dead |= {each.preview_urls[0] for each in bad}
    if fault == "bad file":
        world.media_encoder.problems = {each.title: AudioUnreadable("no audio") for each in bad}
    outcomes = []

    for day in range(40):
        new = [a_candidate(1_000 + 2 * day), a_candidate(1_001 + 2 * day)]
        many = [a_candidate(number) for number in range(20, 40)]
        outcomes.append(world.refresh(*GOOD, *many, *new, *bad).outcome)
        world.now += HALF_A_DAY

    assert set(outcomes) == {Outcome.PUBLISHED}


def test_a_decoder_that_breaks_still_refuses_the_catalog(world: World) -> None:
    world.refresh(*GOOD)
    new = [a_candidate(1_000 + number) for number in range(6)]
    world.media_encoder.problems = {each.title: AudioUnreadable("broken") for each in new}

    world.now += HALF_A_DAY
    report = world.refresh(*GOOD, *new)

    assert (report.outcome, report.reason) == (
        Outcome.REFUSED,
        "MEDIA: media failed for 6 of 6 new tracks, more than 30%",
    )


def test_fields_that_upstream_leaves_out_keep_their_values(world: World) -> None:
    full = a_candidate(50, title="Chanson", author="Léa", album="Un", language_name="French")
    full = replace(full, user_count=9_000)
    world.refresh(*GOOD, full)
    [before] = [row for row in world.served() if row["id"] == full.track_id]
    silent = replace(full, author="", album="", language_name=None, user_count=0)

    for _ in range(3):
        world.now += HALF_A_DAY
        world.refresh(*GOOD, silent)

    assert [row for row in world.served() if row["id"] == full.track_id] == [before]


FULL = a_candidate(
    50, author="Léa", album="Un", language_name="French", user_count=9_000, is_commerce_music=True
)
SILENT = replace(
    FULL, author="", album="", language_name=None, user_count=0, is_commerce_music=None
)


def facts_of(world: World, candidate: Candidate) -> tuple[object, ...]:
    [row] = [row for row in world.served() if row["id"] == candidate.track_id]
    return tuple(
        row[name] for name in ("author", "album", "language", "userCount", "isCommerceMusic")
    )


def test_silent_facts_are_kept_for_four_weeks_after_they_were_given(world: World) -> None:
    world.refresh(*GOOD, FULL)
    known = facts_of(world, FULL)

    kept = []
    for _ in range(60):
        world.now += HALF_A_DAY
        world.refresh(*GOOD, SILENT)
        kept.append(facts_of(world, FULL))

    unknown = ("", "", "en", 0, False)
    assert kept == [known] * 55 + [unknown] * 5


def test_a_fact_that_flickers_for_months_is_kept(world: World) -> None:
    world.refresh(*GOOD, FULL)
    known, writes = facts_of(world, FULL), world.archive.writes

    for day in range(120):
        world.now += HALF_A_DAY
        world.refresh(*GOOD, SILENT if day % 3 else FULL)
        assert facts_of(world, FULL) == known

    assert world.archive.writes - writes == 4 * (len(GOOD) + 1)


def test_a_track_that_returns_without_a_count_has_its_last_one(world: World) -> None:
    world.refresh(*GOOD, FULL)
    for candidates in ([*GOOD], [*GOOD, SILENT]):
        world.now += HALF_A_DAY
        world.refresh(*candidates)

    assert facts_of(world, FULL) == ("Léa", "Un", "fr", 9_000, True)


def test_a_commerce_flag_that_is_taken_away_is_taken_away_at_once(world: World) -> None:
    world.refresh(*GOOD, FULL)

    for flag in (False, None, None):
        world.now += HALF_A_DAY
        world.refresh(*GOOD, replace(FULL, is_commerce_music=flag))
        assert facts_of(world, FULL)[-1] is False


@pytest.mark.parametrize("target", ["first", "second"])
@pytest.mark.parametrize("is_by_sound", [False, True])
def test_a_title_of_the_operator_belongs_to_the_recording(
    world: World, target: str, is_by_sound: bool
) -> None:
    first = a_candidate(50, title="Sunset Drive", author="Mae & Co", user_count=9_000)
    second = a_candidate(60, title="Sunset Drive", author="Mae & Co", user_count=100)
    if is_by_sound:
        second = replace(second, title="solnedgång", author="re up")
        sound = fingerprint_text(seed=1)
        world.media_encoder.fingerprints = {first.title: sound, second.title: sound}
    world.refresh(*GOOD, first, second)
    world.now += HALF_A_DAY
    sound_id = (first if target == "first" else second).tiktok_id
    entry = ListEntry(ListKind.TITLE, "cleaned", sound_id, title="Dawn")
    both, titles = [first, second], []

    for lists, chart in (
        ((), both), ((entry,), both), ((entry,), [second]), ((entry,), [first]), ((), [second]),
    ):  # fmt: skip
        world.lists = OperatorLists(lists)
        assert world.refresh(*GOOD, *chart).outcome is Outcome.PUBLISHED
        rows = [row for row in world.served() if not row["title"].startswith("Lantern")]
        titles.append([(row["id"], row["title"]) for row in rows])
        world.now += HALF_A_DAY

    names = ["Sunset Drive", "Dawn", "Dawn", "Dawn", "Sunset Drive"]
    assert titles == [[(first.track_id, name)] for name in names]


def statuses(world: World) -> dict[str, TrackStatus]:
    return {track_id: record.status for track_id, record in world.archive.records.items()}


@pytest.mark.parametrize("ends_at", ["save_many", "flip"])
@pytest.mark.parametrize("is_first", [True, False])
def test_the_run_after_one_that_died_corrects_the_archive(
    world: World, monkeypatch: pytest.MonkeyPatch, ends_at: str, is_first: bool
) -> None:
    """The next run reads no chart, so that it is not the new catalog that corrects the records."""
    if not is_first:
        world.refresh(*GOOD)
    before = statuses(world)
    coming = a_candidate(50, user_count=5_000)
    alias = a_candidate(60, title=GOOD[2].title, author=GOOD[2].author, user_count=9)
    world.now += HALF_A_DAY
    save = world.archive.save_many

    def die(*records: Any) -> None:
        if ends_at == "save_many":
            save(*records)
        raise KeyboardInterrupt

    store = world.archive if ends_at == "save_many" else world.snapshots
    monkeypatch.setattr(store, ends_at, die)
    with pytest.raises(KeyboardInterrupt):
        world.refresh(*GOOD[1:], coming, alias)
    monkeypatch.undo()
    assert statuses(world)[coming.track_id] is TrackStatus.ACTIVE

    world.source.problem = SourceUnavailable("HTTP 503")
    world.now += HALF_A_DAY
    report = world.refresh()

    assert report.outcome is Outcome.SOURCE_FAILED
    listed = set(before)
    found = statuses(world)
    assert {each for each in found if found[each] is TrackStatus.ACTIVE} == listed


def test_the_archive_follows_a_rollback_in_the_next_run(world: World) -> None:
    coming = a_candidate(50, user_count=5_000)
    world.refresh(*GOOD)
    old = world.snapshots.pointer().current.version
    world.now += HALF_A_DAY
    world.refresh(*GOOD[1:], coming)
    pointer = world.snapshots.pointer()
    moved = rolled_back(pointer, old, world.snapshots.next_fence())
    world.snapshots.point(moved, pointer)

    world.now += HALF_A_DAY
    world.refresh(*GOOD[2:])

    statuses = {
        each.track_id: world.archive.records[each.track_id].status for each in [*GOOD, coming]
    }
    assert statuses == {
        **{each.track_id: TrackStatus.ACTIVE for each in GOOD[2:]},
        **{each.track_id: TrackStatus.OFF_CHART for each in [*GOOD[:2], coming]},
    }


def test_the_last_date_of_a_track_never_goes_back(world: World) -> None:
    world.refresh(*GOOD)
    leaving = GOOD[0].track_id
    later = world.now + timedelta(days=1)
    record = world.archive.records[leaving]
    world.archive.save_many([replace(record, last_seen_at=later)])

    world.now += HALF_A_DAY
    world.refresh(*GOOD[1:])

    assert world.archive.records[leaving].last_seen_at == later


def test_a_chart_that_is_stuck_is_reported_and_counted(world: World) -> None:
    unchanged = []
    for _ in range(5):
        unchanged.append(world.refresh(*GOOD).unchanged_runs)
        world.now += HALF_A_DAY
    changed = world.refresh(*GOOD[1:], replace(GOOD[0], user_count=7_777)).unchanged_runs

    assert (unchanged, changed) == ([0, 1, 2, 3, 4], 0)


def test_the_fourth_equal_catalog_is_counted() -> None:
    counts = {}
    for runs in (2, 3):
        metrics = Metrics(namespace="test", service="refresh_music")
        report = RefreshReport(
            Outcome.PUBLISHED, None, NOON, NOON, {}, version="v", unchanged_runs=runs
        )
        notify(report, Logger("test", level="CRITICAL"), metrics)
        counts[runs] = "ChartUnchanged" in metrics.metric_set
        metrics.clear_metrics()

    assert counts == {2: False, 3: True}
