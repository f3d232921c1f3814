"""A refresh over fakes: what is published, what is dropped and why, what stays on a bad day."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from aws_lambda_powertools import Logger, Metrics

from tests.builders import MEDIA, NOON, a_candidate, a_media, a_record, a_snapshot, a_track
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
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import (
    AudioUnreadable,
    CoverUnreadable,
    SourceRefused,
    SourceUnavailable,
    StoreUnavailable,
    WorkerFailed,
)
from tiktok_music.pointer_moves import pinned, rolled_back
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.catalog import DuplicateTrack
from tiktok_music.refresh.chart import Chart, chart_of
from tiktok_music.refresh.curation.operator_lists import (
    NO_LISTS,
    ListEntry,
    ListKind,
    OperatorLists,
)
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.history.notify import notify
from tiktok_music.refresh.history.recording import unpack_recording
from tiktok_music.refresh.history.replay import changes_of, replay
from tiktok_music.refresh.media.ports import AudioRejected
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.publication.archive_records import retired_record
from tiktok_music.refresh.refresh import Trigger, refresh
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.track import track_id_of

RULES = TextRules.load(RuleSettings())


@dataclass
class World:
    """Everything that a refresh works with, in memory."""

    source: FakeSource = field(default_factory=FakeSource)
    snapshots: FakeSnapshots = field(default_factory=FakeSnapshots)
    archive: FakeArchive = field(default_factory=FakeArchive)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    reports: FakeReports = field(default_factory=FakeReports)
    store: FakeMediaStore = field(default_factory=FakeMediaStore)
    downloader: FakeDownloader = field(default_factory=FakeDownloader)
    media_encoder: FakeMediaEncoder = field(default_factory=FakeMediaEncoder)
    progress: FakeProgress = field(default_factory=FakeProgress)
    lists: OperatorLists = NO_LISTS
    now: datetime = NOON
    ticks: float = 0.0

    def refresh(self, *candidates: Candidate, **trigger: Any) -> RefreshReport:
        if candidates:
            self.source.candidates = candidates
        parts = RefreshDependencies(
            source=self.source,
            rules=replace(RULES, lists=self.lists),
            tools=MediaTools(self.downloader, self.media_encoder, self.store),
            archive=self.archive,
            ledger=self.ledger,
            publisher=self.snapshots,
            reports=self.reports,
            gates=GateLimits(min_tracks=1),
            media_base_url=MEDIA,
            progress=self.progress,
            now=lambda: self.now,
            seconds=self.tick,
        )
        fields = {
            "holder": "run-1",
            "scheduled_at": self.now,
            "is_forced": False,
            "remaining_seconds": lambda: 900.0,
        }
        return refresh(parts, Trigger(**{**fields, **trigger}))

    def tick(self) -> float:
        self.ticks += 1
        return self.ticks

    def served(self) -> list[dict[str, Any]]:
        pointer = self.snapshots.pointer()
        rows: list[dict[str, Any]] = json.loads(self.snapshots.load(pointer.current).plain())[
            "tracks"
        ]
        return rows


@pytest.fixture
def world() -> World:
    return World()


def fingerprint_text(seed: int) -> str:
    words = np.random.default_rng(seed).integers(1, 2**32, 600, np.uint32)
    return base64.b64encode(words.astype("<u4").tobytes()).decode()


def test_a_clean_track_goes_all_the_way(world: World) -> None:
    candidate = a_candidate(1, title="Sunset Drive", author="Mae & Co", album="Singles")

    report = world.refresh(candidate)

    track_id = candidate.track_id
    assert world.served() == [
        {
            "id": track_id,
            "title": "Sunset Drive",
            "author": "Mae & Co",
            "album": "Singles",
            "duration": 24,
            "previewUrl": f"{MEDIA}/music/{track_id}/preview.mp3",
            "coverUrl": f"{MEDIA}/music/{track_id}/cover.jpg",
            "language": "en",
            "userCount": 999,
            "isCommerceMusic": False,
        }
    ]
    url = f"http://cdn.test/{candidate.tiktok_id}"
    stored = {key: entry for key, entry in world.store.objects.items() if track_id in key}
    assert {key: entry[:2] for key, entry in stored.items()} == {
        f"music/{track_id}/preview.mp3": (b"ID3" + f"{url}/audio".encode(), "audio/mpeg"),
        f"music/{track_id}/cover.jpg": (b"\xff\xd8\xff" + f"{url}/cover".encode(), "image/jpeg"),
    }
    assert report == RefreshReport(
        outcome=Outcome.PUBLISHED,
        reason=None,
        scheduled_at=NOON,
        started_at=NOON,
        seconds={"source": 1.0, "rules": 1.0, "media": 1.0, "publish": 1.0},
        rows=1,
        accepted=1,
        added=1,
        new_media=1,
        version=world.snapshots.pointer().current.version,
    )
    assert world.reports.get_report(NOON) == report.to_dict()
    assert world.snapshots.holder is None


def test_the_archive_knows_a_track_before_it_is_served(world: World) -> None:
    candidate = a_candidate(1)

    world.refresh(candidate)

    record = world.archive.records[candidate.track_id]
    media = world.store.objects[f"music/{candidate.track_id}/preview.mp3"][2]
    assert record == replace(
        a_record(1),
        title="Lantern Street 1",
        author="Mira 1",
        link=f"https://www.tiktok.com/music/Lantern-Street-1-{candidate.tiktok_id}",
        is_commerce_music=False,
        media=a_media(
            preview_sha256=media["sha256"],
            preview_bytes=int(media["bytes"]),
            cover_sha256=record.media.cover_sha256 if record.media else "",
            cover_bytes=record.media.cover_bytes if record.media else 0,
        ),
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": "Fuck It, We Dance"}, RejectionReason.PROFANITY),
        ({"album": "Fuck It"}, RejectionReason.PROFANITY),
        ({"takedown": "mute_share"}, RejectionReason.UNAVAILABLE),
        ({"title": "original sound", "is_original_sound": True}, RejectionReason.GENERIC_SOUND),
        ({"preview_urls": ()}, RejectionReason.NO_PREVIEW),
        ({"cover_urls": ()}, RejectionReason.NO_COVER),
    ],
)
def test_a_track_that_breaks_a_rule_is_dropped_alone(
    world: World, changes: dict[str, Any], reason: RejectionReason
) -> None:
    bad, good = a_candidate(1, **changes), a_candidate(2)

    report = world.refresh(bad, good)

    assert [row["id"] for row in world.served()] == [good.track_id]
    assert report.rejected_by_reason() == {str(reason): 1}
    assert report.rejections[0].tiktok_id == bad.tiktok_id


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (AudioUnreadable("no audio"), RejectionReason.AUDIO_UNREADABLE),
        (CoverUnreadable("no image"), RejectionReason.COVER_UNREADABLE),
        (WorkerFailed("crashed"), RejectionReason.MEDIA_WORKER_FAILED),
        (
            AudioRejected(Finding(RejectionReason.AUDIO_SILENT, "silence")),
            RejectionReason.AUDIO_SILENT,
        ),
        (RuntimeError("a bug"), RejectionReason.MEDIA_WORKER_FAILED),
    ],
)
def test_bad_media_costs_its_track_alone(
    world: World, problem: Exception, reason: RejectionReason
) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.media_encoder.problems[bad.title] = problem

    report = world.refresh(bad, good)

    assert [row["id"] for row in world.served()] == [good.track_id]
    assert report.rejected_by_reason() == {str(reason): 1}
    assert not any(bad.track_id in key for key in world.store.objects)


def test_a_dead_link_costs_its_track_alone(world: World) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.downloader.dead.add(bad.preview_urls[0])

    report = world.refresh(bad, good)

    assert report.rejections == (
        Rejection(
            bad.tiktok_id,
            bad.title,
            bad.author,
            Finding(RejectionReason.DOWNLOAD_FAILED, "the address answers HTTP 404"),
        ),
    )


def test_a_failing_decoder_keeps_a_track_out_for_one_tick_and_no_longer(world: World) -> None:
    good, new = a_candidate(1), a_candidate(2)
    world.refresh(good)
    world.media_encoder.problems[new.title] = WorkerFailed("crashed")
    asked = []
    for _ in range(3):
        world.now += timedelta(hours=12)
        world.refresh(good, new)
        asked.append(new.preview_urls[0] in world.downloader.asked)
        world.downloader.asked.clear()
        world.media_encoder.problems.clear()

    assert asked == [True, False, True]
    assert len(world.served()) == 2


def test_force_tries_again_what_was_found_wanting(world: World) -> None:
    good, new = a_candidate(1), a_candidate(2)
    world.media_encoder.problems[new.title] = AudioUnreadable("no audio")
    world.refresh(good, new)
    world.media_encoder.problems.clear()
    world.now += timedelta(hours=12)

    world.refresh(good, new, is_forced=True)

    assert len(world.served()) == 2


def test_a_fault_that_nobody_thought_of_is_not_held_against_a_file(world: World) -> None:
    world.media_encoder.problems[a_candidate(2).title] = RuntimeError("a bug")

    world.refresh(a_candidate(1), a_candidate(2))

    assert world.ledger.kept.keys() == {a_candidate(1).track_id}


def test_a_bucket_that_is_down_publishes_nothing_that_it_lacks(world: World) -> None:
    world.store.is_down = True

    report = world.refresh(a_candidate(1))

    assert (report.outcome, report.rejected_by_reason()) == (
        Outcome.REFUSED,
        {"MEDIA_NOT_STORED": 1},
    )
    assert world.snapshots.current() is None


def test_doubles_are_merged_into_the_most_used_and_go_on_resolving(world: World) -> None:
    most = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    less = a_candidate(2, title="SUNSET DRIVE (Official Audio)", author="Mae & Co", user_count=9)

    report = world.refresh(less, most)

    assert [row["id"] for row in world.served()] == [most.track_id]
    assert report.duplicates == (DuplicateTrack(less, most, report.duplicates[0].evidence),)
    alias = world.archive.records[less.track_id]
    assert (alias.status, alias.canonical_id, alias.media) == (
        TrackStatus.ALIAS,
        most.track_id,
        None,
    )


def test_a_chart_without_counts_is_listed_in_its_order(world: World) -> None:
    chart = [a_candidate(number, user_count=0, place=8 - number) for number in range(1, 8)]

    world.refresh(*chart)

    assert [row["title"] for row in world.served()] == [
        f"Lantern Street {number}" for number in range(7, 0, -1)
    ]


def test_a_track_has_the_best_place_of_its_duplicates(world: World) -> None:
    listed = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=0, place=7)
    other = a_candidate(2, title="Sunset Drive", author="Mae & Co", user_count=0, place=1)
    between = a_candidate(3, user_count=0, place=4)

    world.refresh(listed, between, other)

    assert [row["id"] for row in world.served()] == [listed.track_id, between.track_id]


def test_a_survivor_that_becomes_a_double_stands_for_the_new_survivor(world: World) -> None:
    first = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    second = a_candidate(2, title="Sunset Drive", author="Mae & Co", user_count=9)
    world.refresh(first, second)

    world.now += timedelta(hours=12)
    world.refresh(first, replace(second, user_count=90))

    assert [row["id"] for row in world.served()] == [second.track_id]
    alias = world.archive.records[first.track_id]
    assert (alias.status, alias.canonical_id) == (TrackStatus.ALIAS, second.track_id)


def test_where_the_survivors_media_fail_the_next_double_takes_its_place(world: World) -> None:
    most = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    less = a_candidate(2, title="Sunset Drive", author="Mae & Co", user_count=9)
    world.downloader.dead.add(most.preview_urls[0])

    report = world.refresh(most, less)

    assert [row["id"] for row in world.served()] == [less.track_id]
    assert (report.rejected_by_reason(), report.duplicates) == ({"DOWNLOAD_FAILED": 1}, ())


def test_doubles_that_only_their_sound_tells_are_merged_and_not_fetched_again(
    world: World,
) -> None:
    most = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    less = a_candidate(2, title="solnedgång", author="reuploads 24", user_count=9)
    sound = fingerprint_text(seed=1)
    world.media_encoder.fingerprints = {most.title: sound, less.title: sound}

    report = world.refresh(less, most, a_candidate(3))

    assert [row["id"] for row in world.served()] == [a_candidate(3).track_id, most.track_id]
    assert [(each.candidate, each.canonical) for each in report.duplicates] == [(less, most)]
    assert report.duplicates[0].evidence == "same recording (bit error 0.00)"
    alias = world.archive.records[less.track_id]
    assert (alias.status, alias.canonical_id) == (TrackStatus.ALIAS, most.track_id)

    asked = len(world.downloader.asked)
    world.now += timedelta(hours=12)
    again = world.refresh(less, most, a_candidate(3))
    assert (again.new_media, len(world.downloader.asked)) == (0, asked)
    assert len(again.duplicates) == 1


def test_a_new_recording_is_compared_with_those_that_are_served(world: World) -> None:
    served = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    coming = a_candidate(2, title="solnedgång", author="reuploads 24", user_count=9)
    sound = fingerprint_text(seed=1)
    world.media_encoder.fingerprints = {served.title: sound, coming.title: sound}
    world.refresh(served)

    world.now += timedelta(hours=12)
    report = world.refresh(served, coming)

    assert [each.candidate for each in report.duplicates] == [coming]


def test_a_recording_that_comes_back_is_compared_with_what_came_meanwhile(world: World) -> None:
    others = [a_candidate(number) for number in (5, 6, 7)]
    leaving = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    coming = a_candidate(2, title="solnedgång", author="reuploads 24", user_count=9)
    sound = fingerprint_text(seed=1)
    world.media_encoder.fingerprints = {leaving.title: sound, coming.title: sound}
    for candidates in ([*others, leaving], others, [*others, coming]):
        world.refresh(*candidates)
        world.now += timedelta(hours=12)

    report = world.refresh(*others, coming, leaving)

    assert [each.candidate for each in report.duplicates] == [coming]


def test_recordings_that_differ_are_not_merged(world: World) -> None:
    one = a_candidate(1, title="Sunset Drive", author="Mae & Co")
    other = a_candidate(2, title="solnedgång", author="reuploads 24")
    world.media_encoder.fingerprints = {
        one.title: fingerprint_text(seed=1),
        other.title: fingerprint_text(seed=2),
    }

    assert world.refresh(one, other).accepted == 2


@pytest.mark.parametrize(
    ("entry", "titles"),
    [
        (ListEntry(ListKind.DENY, "asked for", tiktok_id=a_candidate(1).tiktok_id), ["B"]),
        (ListEntry(ListKind.DENY, "asked for", tiktok_id=a_candidate(1).track_id), ["B"]),
        (ListEntry(ListKind.DENY, "asked for", pattern="mira 1 - fuck*"), ["B"]),
        (ListEntry(ListKind.DENY, "asked for", pattern="mira 1 - *nothing"), ["B"]),
        (ListEntry(ListKind.ALLOW, "a name", pattern="MIRA 1 - *"), ["Fuck A", "B"]),
        (
            ListEntry(
                ListKind.TITLE, "cleaned", tiktok_id=a_candidate(1).tiktok_id, title="F*** off A"
            ),
            ["B"],
        ),
        (
            ListEntry(ListKind.TITLE, "renamed", tiktok_id=a_candidate(1).tiktok_id, title="A"),
            ["A", "B"],
        ),
    ],
)
def test_the_operator_has_the_last_word(world: World, entry: ListEntry, titles: list[str]) -> None:
    world.lists = OperatorLists((entry,))

    world.refresh(a_candidate(1, title="Fuck A"), a_candidate(2, title="B"))

    assert [row["title"] for row in world.served()] == titles


def test_an_entry_ends_when_it_was_to() -> None:
    entry = ListEntry(ListKind.DENY, "for a day", pattern="* - song", expires_at=NOON)

    assert OperatorLists.at([entry], NOON - timedelta(seconds=1)) == OperatorLists((entry,))
    assert OperatorLists.at([entry], NOON) == OperatorLists()


def test_the_same_sound_on_two_charts_is_one_track(world: World) -> None:
    report = world.refresh(a_candidate(1, user_count=5), a_candidate(1, user_count=7))

    assert [(row["id"], row["userCount"]) for row in world.served()] == [
        (a_candidate(1).track_id, 7)
    ]
    assert world.archive.records[a_candidate(1).track_id].status is TrackStatus.ACTIVE
    assert report.accepted == 1


def test_a_second_refresh_with_nothing_new_fetches_and_stores_no_media(world: World) -> None:
    candidates = [a_candidate(number) for number in range(5)]
    world.refresh(*candidates)
    asked, puts, writes = len(world.downloader.asked), world.store.puts, world.archive.writes
    first = world.served()

    world.now += timedelta(hours=12)
    report = world.refresh(*candidates)

    assert (report.outcome, report.new_media, report.added) == (Outcome.PUBLISHED, 0, 0)
    assert (len(world.downloader.asked), world.store.puts) == (asked, puts)
    assert world.archive.writes == writes
    assert world.served() == first


def test_a_track_that_left_the_chart_is_kept_with_when_it_was_last_seen(world: World) -> None:
    staying = [a_candidate(number) for number in (1, 3, 4)]
    leaving = a_candidate(2, user_count=77)
    world.refresh(*staying, leaving)

    world.now += timedelta(hours=12)
    report = world.refresh(*staying)

    assert (report.added, report.removed) == (0, 1)
    record = world.archive.records[leaving.track_id]
    assert (record.status, record.last_seen_at, record.user_count) == (
        TrackStatus.OFF_CHART,
        NOON,
        77,
    )


def test_a_track_that_comes_back_keeps_its_first_day_and_its_media(world: World) -> None:
    staying = [a_candidate(number) for number in (1, 3, 4)]
    coming = a_candidate(2)
    world.refresh(*staying, coming)
    world.now += timedelta(hours=12)
    world.refresh(*staying)

    world.now += timedelta(hours=12)
    report = world.refresh(*staying, coming)

    record = world.archive.records[coming.track_id]
    assert (record.status, record.first_seen_at) == (TrackStatus.ACTIVE, NOON)
    assert report.new_media == 0


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


def test_the_same_tick_is_done_once(world: World) -> None:
    world.refresh(a_candidate(1))
    version = world.snapshots.pointer().current.version

    report = world.refresh(a_candidate(1), holder="run-2")

    assert (report.outcome, report.version) == (Outcome.ALREADY_DONE, None)
    assert world.snapshots.pointer().current.version == version


def test_an_operator_can_force_the_same_tick(world: World) -> None:
    world.refresh(a_candidate(1))

    report = world.refresh(a_candidate(1), a_candidate(2), is_forced=True)

    assert (report.outcome, len(world.served())) == (Outcome.PUBLISHED, 2)


def test_a_refresh_under_way_locks_another_out(world: World) -> None:
    world.snapshots.acquire_lease("somebody else", NOON, 60)

    report = world.refresh(a_candidate(1))

    assert (report.outcome, report.reason) == (Outcome.LOCKED, "another refresh is running")
    assert world.snapshots.current() is None
    assert world.reports.reports == {}


def test_a_run_is_recorded_with_a_verdict_for_every_sound(world: World) -> None:
    world.media_encoder.problems["Broken"] = AudioUnreadable("no audio")
    chart = (
        a_candidate(1),
        a_candidate(2, title="Lantern Street 1", author="Mira 1"),
        a_candidate(3, title="Broken"),
        a_candidate(4, title="Fuck It"),
    )

    report = world.refresh(*chart)

    recording = unpack_recording(world.reports.recordings[NOON])
    assert [(each.status, each.reason) for each in recording.verdicts] == [
        ("accepted", "accepted"),
        ("merged", f"merged into {chart[0].tiktok_id}"),
        ("rejected", "AUDIO_UNREADABLE"),
        ("rejected", "PROFANITY"),
    ]
    assert (recording.outcome, recording.version) == ("PUBLISHED", report.version)
    assert [each.title for each in recording.chart.candidates] == [each.title for each in chart]
    assert world.reports.lines == [
        {
            "scheduledAt": NOON.isoformat(),
            "startedAt": NOON.isoformat(),
            "outcome": "PUBLISHED",
            "reason": None,
            "version": report.version,
            "rows": 4,
            "accepted": 1,
            "rejected": 2,
            "added": 1,
            "removed": 0,
            "isRecorded": True,
        }
    ]


def test_a_recorded_run_says_the_same_when_it_is_judged_again(world: World) -> None:
    same = fingerprint_text(3)
    world.media_encoder.fingerprints |= {"Low Tide": same, "Tide, Low": same}
    world.downloader.dead.add(a_candidate(3).preview_urls[0])
    world.refresh(
        a_candidate(1, title="Low Tide"),
        a_candidate(2, title="Tide, Low"),
        a_candidate(3),
        a_candidate(4, preview_urls=()),
        a_candidate(5, title="original sound", is_original_sound=True),
    )
    recording = unpack_recording(world.reports.recordings[NOON])

    now = replay(recording, RULES, (world.archive, world.ledger))

    assert {each.reason for each in now} == {
        "accepted",
        f"merged into {a_candidate(1).tiktok_id}",
        "DOWNLOAD_FAILED",
        "NO_PREVIEW",
        "GENERIC_SOUND",
    }
    assert changes_of(recording.verdicts, now) == []


def test_a_run_without_a_chart_is_listed_and_not_recorded(world: World) -> None:
    world.source.problem = SourceUnavailable("upstream is down " + 400 * "x")

    report = world.refresh()

    [line] = world.reports.lines
    assert (line["outcome"], line["isRecorded"], len(line["reason"])) == (
        "SOURCE_FAILED",
        False,
        300,
    )
    assert (world.reports.recordings, report.is_saved) == ({}, True)


@pytest.mark.parametrize("seconds", [900.0, 29.0])
def test_a_recording_that_fails_fails_nothing_else(world: World, seconds: float) -> None:
    """Neither when the store does not take it, nor when there is no time for it."""
    world.reports.cannot_record = seconds == 900.0
    world.refresh(a_candidate(1), remaining_seconds=lambda: 900.0)
    world.now += timedelta(hours=12)

    def left() -> float:
        has_published = world.snapshots.pointer().current.scheduled_at == world.now
        return seconds if has_published else 900.0

    report = world.refresh(a_candidate(1), remaining_seconds=left)

    assert (report.outcome, report.is_saved) == (Outcome.PUBLISHED, False)
    assert world.reports.get_report(world.now) == report.to_dict()
    assert [line["isRecorded"] for line in world.reports.lines][:1] == [False]
    assert world.snapshots.holder is None


def test_a_fault_of_our_own_in_the_recording_fails_nothing_either(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> bytes:
        raise RuntimeError("nobody thought of it")

    monkeypatch.setattr("tiktok_music.refresh.history.save_run.pack_recording", fail)

    report = world.refresh(a_candidate(1))

    assert (report.outcome, report.is_saved) == (Outcome.PUBLISHED, False)
    assert world.served()[0]["title"] == "Lantern Street 1"


def test_a_run_that_is_not_remembered_is_counted(world: World) -> None:
    world.reports.cannot_record = True
    metrics = Metrics(namespace="Test", service="refresh_music")

    notify(world.refresh(a_candidate(1)), Logger(service="refresh_music"), metrics)

    counted = dict(metrics.serialize_metric_set())
    assert counted["RunNotRemembered"] == [1.0]
    assert counted["RefreshPublished"] == [1.0]
    metrics.clear_metrics()


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


def test_media_that_time_does_not_allow_waits_for_the_next_run(world: World) -> None:
    world.refresh(a_candidate(1))

    world.now += timedelta(hours=12)
    report = world.refresh(a_candidate(1), a_candidate(2), remaining_seconds=lambda: 100.0)

    assert (report.outcome, report.deferred) == (Outcome.PUBLISHED, 1)
    assert [row["id"] for row in world.served()] == [a_candidate(1).track_id]


def test_media_stored_by_a_run_that_died_is_taken_as_it_is(world: World) -> None:
    candidate = a_candidate(1)
    facts = {"sha256": "e" * 64, "bytes": "9", "seconds": "31.000", "lufs": "-15.00",
             "dbtp": "-2.00", "source-lufs": "-8.00"}  # fmt: skip
    key = f"music/{candidate.track_id}/preview.mp3"
    world.store.save_once(key, b"an earlier encoding", "audio/mpeg", facts)

    world.refresh(candidate)

    media = world.archive.records[candidate.track_id].media
    assert media is not None
    assert (media.preview_sha256, media.duration_seconds) == ("e" * 64, 31.0)
    assert world.served()[0]["duration"] == 31
    assert world.store.objects[key][0] == b"an earlier encoding"


def test_progress_is_told_stage_by_stage(world: World) -> None:
    world.refresh(a_candidate(1), a_candidate(2))

    assert world.progress.steps == [
        ("source", 2, 2),
        ("rules", 2, 2),
        ("media", 1, 2),
        ("media", 2, 2),
    ]


def test_an_unexpected_error_stores_a_report_and_releases_the_lease(world: World) -> None:
    world.refresh(a_candidate(1))
    served = world.served()
    world.now += timedelta(hours=12)
    world.source.problem = RecursionError("deep \ud83d")

    with pytest.raises(RecursionError):
        world.refresh(holder="run-2")

    stored = world.reports.get_report(world.now)
    assert stored is not None
    assert (stored["outcome"], stored["reason"]) == ("FAILED", "RecursionError('deep \\ud83d')")
    assert world.served() == served
    world.source.problem = None
    assert world.refresh(holder="run-3").outcome is Outcome.PUBLISHED


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
    told = report.to_dict()
    assert list(told["unreadableFields"].items()) == [("extra", 1), ("user_count", 5)]
    assert told["emptyParts"] == ["aweme: scene 1"]


def test_songs_without_a_clip_do_not_fail_the_check_of_unreadable_rows(world: World) -> None:
    finding = Finding(RejectionReason.NO_CLIP, "no clip of the song has an id")
    world.source.rejections = (Rejection("13660", "", "", finding),) * 9

    report = world.refresh(*(a_candidate(number) for number in range(10)))

    assert (report.outcome, report.rejected_by_reason()) == (Outcome.PUBLISHED, {"NO_CLIP": 9})


def test_unreadable_rows_and_unknown_languages_are_reported(world: World) -> None:
    finding = Finding(RejectionReason.INVALID_ROW, "the title is empty")
    world.source.rejections = (Rejection("13660", "", "", finding),)

    report = world.refresh(a_candidate(1, language_name="Klingonese"))

    assert (report.rows, report.rejected_by_reason()) == (2, {"INVALID_ROW": 1})
    assert report.unknown_languages == ("Klingonese",)


def test_a_report_has_a_few_examples_of_each_reason(world: World) -> None:
    bad = [a_candidate(number, takedown="status is not 1") for number in range(9)]

    report = world.refresh(a_candidate(20), *bad).to_dict()

    assert report["rejected"] == {"UNAVAILABLE": 9}
    assert report["examples"][0] == {
        "tiktokId": bad[0].tiktok_id,
        "title": "Lantern Street 0",
        "author": "Mira 0",
        "reason": "UNAVAILABLE",
        "detail": "unavailable upstream: status is not 1",
        "field": None,
        "word": None,
        "measured": None,
        "limit": None,
    }
    assert len(report["examples"]) == 5


def test_ids_are_those_of_the_contract(world: World) -> None:
    world.refresh(a_candidate(1))

    assert world.served()[0]["id"] == track_id_of(a_candidate(1).tiktok_id)


def test_media_found_wanting_is_not_fetched_again_for_a_week(world: World) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.media_encoder.problems[bad.title] = AudioUnreadable("no audio")
    first = world.refresh(bad, good)
    asked = len(world.downloader.asked)

    world.now += timedelta(days=6, hours=23)
    again = world.refresh(bad, good)
    assert again.rejections == first.rejections
    assert len(world.downloader.asked) == asked

    for hours in (2, 12):
        world.now += timedelta(hours=hours)
        world.refresh(bad, good)
        assert len(world.downloader.asked) == asked + 1


def test_media_under_a_new_address_is_tried_at_once(world: World) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.media_encoder.problems[bad.title] = AudioUnreadable("no audio")
    world.refresh(bad, good)
    world.media_encoder.problems.clear()

    world.now += timedelta(hours=12)
    signed = replace(bad, preview_urls=(f"{bad.preview_urls[0]}?signature=2",))
    assert world.refresh(signed, good).accepted == 1
    world.now += timedelta(hours=12)
    moved = replace(bad, preview_urls=("http://cdn.test/elsewhere",))
    assert world.refresh(moved, good).accepted == 2


def test_a_dead_link_is_tried_again_in_the_next_run(world: World) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.downloader.dead.add(bad.preview_urls[0])
    world.refresh(bad, good)
    world.downloader.dead.clear()

    world.now += timedelta(hours=12)

    assert world.refresh(bad, good).accepted == 2


def test_a_pinned_catalog_is_left_as_it_is(world: World) -> None:
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


def test_an_operators_move_during_a_refresh_stands(world: World) -> None:
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


def test_after_a_rollback_the_next_tick_publishes_again(world: World) -> None:
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


def test_versions_that_are_let_go_are_swept(world: World) -> None:
    for _ in range(20):
        world.refresh(a_candidate(1))
        world.now += timedelta(days=1)

    pointer = world.snapshots.pointer()
    assert len(pointer.history) == 13
    kept = {descriptor.version for descriptor in (pointer.current, *pointer.history)}
    assert {version for version, _ in world.snapshots.chunks} == kept


def test_force_opens_the_gates_that_compare(world: World) -> None:
    world.refresh(*(a_candidate(number) for number in range(10)))
    world.now += timedelta(hours=12)

    refused = world.refresh(a_candidate(1))
    forced = world.refresh(a_candidate(1), is_forced=True)

    assert (refused.outcome, refused.reason) == (
        Outcome.REFUSED,
        "SHRINK: 1 tracks are less than 60% of the 10 served now",
    )
    assert forced.outcome is Outcome.PUBLISHED


def test_a_served_snapshot_that_is_broken_is_mended_by_the_next_publish(world: World) -> None:
    world.refresh(a_candidate(1))
    world.snapshots.chunks.clear()

    world.now += timedelta(hours=12)

    assert world.refresh(a_candidate(1)).outcome is Outcome.PUBLISHED
    assert len(world.served()) == 1


@pytest.mark.parametrize("ending", ["crash", "refusal"])
def test_what_a_run_made_before_it_ended_is_not_made_again(world: World, ending: str) -> None:
    candidates = [a_candidate(number) for number in range(8)]
    world.refresh(*candidates[:3])
    asked = len(world.downloader.asked)

    world.now += timedelta(hours=12)
    if ending == "crash":

        def crash(records: Any) -> None:
            raise StoreUnavailable("DynamoDB is down")

        keep, world.archive.save_many = world.archive.save_many, crash  # type: ignore[method-assign]
        with pytest.raises(StoreUnavailable):
            world.refresh(*candidates)
        world.archive.save_many = keep  # type: ignore[method-assign]
    else:
        world.downloader.dead |= {each.preview_urls[0] for each in candidates[3:]}
        assert world.refresh(*candidates).outcome is Outcome.REFUSED
        world.downloader.dead.clear()
        assert world.refresh(*candidates, holder="run-2").outcome is Outcome.PUBLISHED
    fetched = len(world.downloader.asked)
    assert fetched > asked

    world.now += timedelta(hours=12)
    assert world.refresh(*candidates).accepted == 8
    assert len(world.downloader.asked) == fetched


def test_what_the_operator_retired_is_never_listed_again(world: World) -> None:
    gone, good, better = a_candidate(1), a_candidate(3), a_candidate(2)
    world.refresh(gone, good, better)
    record = retired_record(world.archive.records[gone.track_id], "a takedown", NOON)
    world.archive.save_many([record])

    for _ in range(2):
        world.now += timedelta(hours=12)
        report = world.refresh(gone, good, better)

    assert [row["id"] for row in world.served()] == [better.track_id, good.track_id]
    assert world.archive.records[gone.track_id] == record
    assert report.rejections == (
        Rejection(
            gone.tiktok_id,
            gone.title,
            gone.author,
            Finding(RejectionReason.RETIRED, "retired by the operator: a takedown"),
        ),
    )


def test_a_retired_track_was_last_seen_when_it_was_last_listed(world: World) -> None:
    gone, *good = (a_candidate(number) for number in range(1, 5))
    world.refresh(gone, *good)
    world.now += timedelta(hours=12)
    world.refresh(a_candidate(1, user_count=77_000), *good)
    world.archive.save_many(
        [retired_record(world.archive.records[gone.track_id], "why", world.now)]
    )
    listed_until = world.now
    world.now += timedelta(hours=12)

    world.refresh(gone, *good)

    record = world.archive.records[gone.track_id]
    assert (record.status, record.retired_reason) == (TrackStatus.RETIRED, "why")
    assert (record.last_seen_at, record.user_count) == (listed_until, 77_000)


def test_a_double_of_a_retired_track_does_not_come_back_for_it(world: World) -> None:
    gone = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    double = a_candidate(2, title="Sunset Drive", author="Mae & Co", user_count=9)
    others = [a_candidate(number) for number in (3, 4)]
    world.refresh(gone, double, *others)
    record = world.archive.records[gone.track_id]
    world.archive.save_many([retired_record(record, "a takedown", NOON)])

    world.now += timedelta(hours=12)
    report = world.refresh(double, *others)

    assert [row["id"] for row in world.served()] == [other.track_id for other in others]
    assert report.rejections[0].finding.detail == (
        f"a duplicate of {gone.track_id}, retired by the operator: a takedown"
    )
    assert world.archive.records[double.track_id].status is TrackStatus.ALIAS


def test_a_report_that_cannot_be_kept_ends_no_run(world: World) -> None:
    world.reports.cannot_keep = True

    report = world.refresh(a_candidate(1), is_forced=True)

    assert (report.outcome, report.is_saved) == (Outcome.PUBLISHED, False)
    assert world.snapshots.holder is None


def test_a_report_is_one_item_whatever_upstream_says(world: World) -> None:
    long = "\U0001f3b5" * 300
    duplicates = [a_candidate(number, title=long, author=long) for number in range(200)]
    shouting = [a_candidate(1_000 + n, title=f"fuck {long}", author=long) for n in range(9)]
    babel = a_candidate(5_000, title="Lantern", language_name="x" * 420_000)

    report = world.refresh(*duplicates, *shouting, babel)

    told = report.to_dict()
    assert report.outcome is Outcome.PUBLISHED
    assert len(json.dumps(told)) < 400_000
    assert (told["mergedCount"], told["unknownLanguages"]) == (199, ["x" * 60])


def test_a_version_of_a_time_to_come_stands_in_nobodys_way(world: World) -> None:
    world.now += timedelta(days=365)
    world.refresh(a_candidate(1))
    world.now -= timedelta(days=365)

    outcomes = [world.refresh(a_candidate(1), holder=f"run-{n}").outcome for n in range(2)]

    assert outcomes == [Outcome.PUBLISHED, Outcome.ALREADY_DONE]
