"""A run's recording: packed and unpacked, bounded in size, and replayed."""

import gzip
import json
import random
from dataclasses import asdict, replace
from typing import Any

import pytest

from tests.builders import NOON, a_candidate, a_record
from tests.fakes import FakeArchive, FakeLedger, FakeSnapshots
from tests.refresh_world import RULES
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import RecordingCorrupt, RecordingTooLarge
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_facts import Clip, ClipKind, PublishFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart, chart_of
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind, OperatorLists
from tiktok_music.refresh.history.recording import (
    HAD_ADDRESS,
    Recording,
    _candidate_from,
    pack_recording,
    unpack_recording,
)
from tiktok_music.refresh.history.replay import (
    REASONS_WITHOUT_MEDIA,
    changes_of,
    replay,
)
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason, finding_from
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict
from tiktok_music.snapshot import CHUNK_BYTES

SILENT = Finding(RejectionReason.AUDIO_SILENT, "silence", measured=-70.0, limit=-60.0)


def test_a_finding_of_a_newer_release_is_read_without_its_new_fields() -> None:
    stored = json.loads(json.dumps({**asdict(SILENT), "channel": "left"}))

    assert finding_from(stored) == SILENT


def a_verdict(candidate: Candidate, verdict: RowStatus, **fields: Any) -> RowVerdict:
    return RowVerdict(candidate.tiktok_id, candidate.title, candidate.author, verdict, **fields)


def a_recording(*rows: tuple[Candidate, RowVerdict]) -> Recording:
    chart = chart_of([candidate for candidate, _ in rows])
    verdicts = tuple(verdict for _, verdict in rows)
    return Recording(
        scheduled_at=NOON,
        started_at=NOON,
        outcome="PUBLISHED",
        version="0000000007-ab",
        chart=chart,
        verdicts=verdicts,
    )


def accepted(candidate: Candidate) -> tuple[Candidate, RowVerdict]:
    return candidate, a_verdict(candidate, RowStatus.ACCEPTED)


def rejected(candidate: Candidate, finding: Finding) -> tuple[Candidate, RowVerdict]:
    return candidate, a_verdict(candidate, RowStatus.REJECTED, finding=finding)


def flipped(packed: bytes) -> bytes:
    """The bytes with the middle one changed."""
    middle = len(packed) // 2
    return packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :]


def replayed(
    recording: Recording, archive: FakeArchive | None = None, *entries: ListEntry
) -> dict[str, tuple[str, str]]:
    """The changed reasons, before and now, by title."""
    rules = replace(RULES, lists=OperatorLists(entries))
    now = replay(recording, rules, (archive or FakeArchive(), FakeLedger(), FakeSnapshots()))
    return {
        change.now.title: (change.before.reason, change.now.reason)
        for change in changes_of(recording.verdicts, now)
    }


SONG = PublishFacts(
    clips=(Clip("7000000000000000001", ClipKind.FULL, 60.0),),
    commercial_music_id="6817312022837872642",
    evidence=Evidence.LISTED,
    countries=("US",),
    first_seen_at=NOON,
    last_seen_at=NOON,
)


def test_a_recording_of_an_earlier_release_is_read() -> None:
    row = {"tiktok_id": "7000000000000000001", "title": "Sunset Drive", "song_clip_id": "7"}

    assert _candidate_from(row) == Candidate("7000000000000000001", "Sunset Drive")


def test_a_recording_is_unpacked_equal_but_for_the_addresses() -> None:
    one, two, three = (
        a_candidate(1, title="Ночной \ud83d трамвай\u2028", group_ids=("a", "b"), album="Окна"),
        a_candidate(2, cover_urls=(), publish=SONG, is_commerce_music=True),
        a_candidate(3, takedown="status is not 1", preview_urls=()),
    )
    broken = Rejection(None, "No Id", "", Finding(RejectionReason.INVALID_ROW, "no id"))
    chart = Chart(4, (one, two, three), (broken,), ("brand_new",), failed_sources=("cml: 503",))
    verdicts = (
        a_verdict(one, RowStatus.ACCEPTED),
        a_verdict(two, RowStatus.DUPLICATE, duplicate_of=one.tiktok_id, evidence="same title"),
        a_verdict(three, RowStatus.REJECTED, finding=SILENT),
    )
    recording = Recording(
        scheduled_at=NOON,
        started_at=NOON,
        outcome="REFUSED",
        version=None,
        chart=chart,
        verdicts=verdicts,
    )

    packed = pack_recording(recording)

    assert unpack_recording(packed) == replace(
        recording,
        chart=replace(
            chart,
            candidates=(
                replace(one, preview_urls=HAD_ADDRESS, cover_urls=HAD_ADDRESS),
                replace(two, preview_urls=HAD_ADDRESS),
                replace(three, cover_urls=HAD_ADDRESS),
            ),
        ),
    )
    assert b"cdn.test" not in gzip.decompress(packed)


def test_two_thousand_rows_take_less_than_a_chunk() -> None:
    rng = random.Random(7)
    words = [bytes(rng.randrange(97, 123) for _ in range(7)).decode() for _ in range(5_000)]

    def text(count: int) -> str:
        return " ".join(rng.choice(words) for _ in range(count))

    rows = [
        a_candidate(
            rng.randrange(10**18),
            title=text(4),
            author=text(2),
            album=text(3),
            user_count=rng.randrange(10**7),
            group_ids=(str(rng.randrange(10**18)), str(rng.randrange(10**18))),
            publish=replace(SONG, clips=(Clip(str(rng.randrange(10**18)), ClipKind.FULL),)),
        )
        for _ in range(2_000)
    ]

    packed = pack_recording(a_recording(*map(accepted, rows)))

    assert 0.4 * CHUNK_BYTES < len(packed) < CHUNK_BYTES


def test_a_recording_that_is_too_large_is_not_packed() -> None:
    rows = [
        a_candidate(number, title=random.Random(number).randbytes(40).hex())
        for number in range(500)
    ]

    with pytest.raises(RecordingTooLarge, match="takes more than 4000 bytes"):
        pack_recording(a_recording(*map(accepted, rows)), most_bytes=4_000)


@pytest.mark.parametrize(
    ("packed", "problem"),
    [
        (b"", "not enough values"),
        (b"no gzip", "Not a gzipped file"),
        (gzip.compress(b"{}", mtime=0), "KeyError"),
        (gzip.compress(b'{"format": 2}', mtime=0), "has the format 2, not 1"),
        (pack_recording(a_recording(accepted(a_candidate())))[:-20], "cannot be read"),
        (gzip.compress(json.dumps({"format": 1, "rows": "many"}).encode(), mtime=0), "many"),
        (flipped(pack_recording(a_recording(accepted(a_candidate())))), "cannot be read"),
    ],
)
def test_a_corrupt_recording_is_reported(packed: bytes, problem: str) -> None:
    with pytest.raises(RecordingCorrupt, match=problem):
        unpack_recording(packed)


def test_the_same_rules_give_the_same_verdicts() -> None:
    """The media that were stored since then change nothing."""
    failed, untried = a_candidate(2), a_candidate(3)
    archive = FakeArchive({r.track_id: r for r in (a_record(2), a_record(3))})
    recording = a_recording(
        accepted(a_candidate(1)),
        rejected(failed, SILENT),
        (untried, a_verdict(untried, RowStatus.UNTRIED)),
        rejected(a_candidate(4, cover_urls=()), Finding(RejectionReason.NO_COVER, "no cover")),
    )

    assert replayed(unpack_recording(pack_recording(recording)), archive) == {}


def test_a_denied_track_takes_its_duplicates_with_it() -> None:
    best, duplicate = (
        a_candidate(1, user_count=9),
        a_candidate(2, title="Lantern Street 1", author="Mira 1", user_count=8),
    )
    recording = a_recording(
        accepted(best),
        (
            duplicate,
            a_verdict(duplicate, RowStatus.DUPLICATE, duplicate_of=best.tiktok_id, evidence="x"),
        ),
    )
    deny = ListEntry(ListKind.DENY, "asked for", best.tiktok_id)

    rules = replace(RULES, lists=OperatorLists((deny,)))
    now = replay(recording, rules, (FakeArchive(), FakeLedger(), FakeSnapshots()))

    changes = changes_of(recording.verdicts, now)
    assert [(each.now.status, each.now.reason, each.leaves, each.comes) for each in changes] == [
        (RowStatus.REJECTED, "DENIED", True, False),
        (RowStatus.REJECTED, "DENIED", False, False),
    ]


def test_a_candidate_that_a_stricter_rule_rejected_is_untried() -> None:
    strict = Finding(RejectionReason.PROFANITY, "a word of old", field="title", word="Lantern")
    recording = a_recording(rejected(a_candidate(1), strict), accepted(a_candidate(2)))

    assert replayed(recording) == {"Lantern Street 1": ("PROFANITY", "untried")}
    archive = FakeArchive({a_record(1).track_id: a_record(1)})
    assert replayed(recording, archive) == {"Lantern Street 1": ("PROFANITY", "accepted")}


def test_a_later_retirement_or_title_is_a_change() -> None:
    recording = a_recording(accepted(a_candidate(1)), accepted(a_candidate(2)))
    gone = a_record(1, status=TrackStatus.RETIRED, retired_reason="asked for")
    title = ListEntry(ListKind.TITLE, "typo", a_candidate(2).tiktok_id, title="Lovely")

    changes = replayed(recording, FakeArchive({gone.track_id: gone}), title)

    assert changes == {
        "Lantern Street 1": ("accepted", "RETIRED"),
        "Lovely": ("accepted", "accepted"),
    }


def test_every_reason_is_replayed_or_is_about_a_file() -> None:
    """A new reason is in REASONS_WITHOUT_MEDIA, or its name says which file it is about."""
    of_files = {each for each in RejectionReason if each not in REASONS_WITHOUT_MEDIA}

    words = ("AUDIO", "COVER", "PREVIEW", "DOWNLOAD", "MEDIA")
    assert {each for each in of_files if not any(word in each for word in words)} == set()
