"""The steps of a refresh with nothing new, and of one with a new track, measured for one size."""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from bench.growing_list import timed
from tiktok_music.archive import MediaFacts, TrackRecord, TrackStatus, record_from, record_to
from tiktok_music.refresh.build_catalog import build_catalog
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.shortlist import make_shortlist
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.refresh.publication.archive_records import active_record, needs_writing
from tools.evaluation.measure_rules import invented_chart

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FINGERPRINT_WORDS = 490  # of 23 seconds


class Archive:
    """The records of all tracks, in memory."""

    def __init__(self, records: Mapping[str, TrackRecord]) -> None:
        self.records = records

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        return {each: self.records[each] for each in track_ids if each in self.records}

    def list_retired(self) -> Sequence[TrackRecord]:
        return ()

    def tracks_of_songs(self, song_ids: Iterable[str]) -> Mapping[str, str]:
        return {}


def refresh_figures(size: int) -> Iterator[tuple[str, float]]:
    """Milliseconds of CPU by step; every step runs once, as in a refresh."""
    rules = TextRules.load(RuleSettings())
    candidates = invented_chart(size)
    chart = Chart(rows=size, candidates=tuple(candidates), rejections=())
    records = {each.track_id: a_record(each, number) for number, each in enumerate(candidates)}
    stored, spent = timed(lambda: [record_to(each) for each in records.values()], rounds=1)
    yield "archive: write", spent
    yield "archive: read", timed(lambda: [record_from(each) for each in stored], rounds=1)[1]
    archive = Archive(records)
    shortlist, spent = timed(lambda: make_shortlist(chart, rules, archive, NOW), rounds=1)
    yield "rules, duplicates, languages", spent
    media = [
        GroupMedia(group, group.canonical, records[group.canonical.track_id].media)
        for group in shortlist.curation.groups
    ]
    prepared, spent = timed(lambda: build_catalog(chart, shortlist, media, rules), rounds=1)
    yield "catalog, nothing new", spent
    accepted = prepared.catalog.accepted

    def unwritten() -> int:
        pairs = ((each, records.get(each.candidate.track_id)) for each in accepted)
        return sum(needs_writing(active_record(each, known, NOW), known) for each, known in pairs)

    yield "archive: what is to be written", timed(unwritten, rounds=1)[1]
    new_id = accepted[-1].candidate.track_id
    others = {key: each for key, each in records.items() if key != new_id}
    with_new = replace(shortlist, known=others)
    _, spent = timed(lambda: build_catalog(chart, with_new, media, rules), rounds=1)
    yield "catalog, one new sound", spent


def a_record(candidate: Candidate, number: int) -> TrackRecord:
    words = np.random.default_rng(number).integers(1, 2**32, FINGERPRINT_WORDS, dtype=np.uint32)
    media = MediaFacts(
        duration_seconds=24.0,
        loudness_lufs=-14.0,
        true_peak_dbtp=-1.5,
        source_lufs=-12.0,
        preview_sha256="0" * 64,
        preview_bytes=400_000,
        cover_sha256="0" * 64,
        cover_bytes=40_000,
        fingerprint=base64.b64encode(words.tobytes()).decode(),
    )
    return TrackRecord(
        track_id=candidate.track_id,
        tiktok_id=candidate.tiktok_id,
        title=candidate.title,
        author=candidate.author,
        album=candidate.album,
        link=f"https://www.tiktok.com/music/-{candidate.tiktok_id}",
        language="en",
        language_source="model",
        language_score=0.9,
        user_count=candidate.user_count,
        is_commerce_music=False,
        first_seen_at=NOW,
        last_seen_at=NOW,
        status=TrackStatus.ACTIVE,
        media=media,
    )
