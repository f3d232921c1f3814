"""Makes the shortlist of a chart: merges rows by id, drops retired tracks, applies text rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tiktok_music.archive import TrackRecord
from tiktok_music.archive_lookup import ReadableArchive, resolve_aliases
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.text_rules import Curation, TextRules, curate
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A chart after the rules that need no media.

    `sounds` is the number of distinct ids; `known` are the archive's records by track id.
    """

    sounds: int
    known: Mapping[str, TrackRecord]
    retired: tuple[Rejection, ...]
    curation: Curation


def make_shortlist(chart: Chart, rules: TextRules, archive: ReadableArchive) -> Shortlist:
    """Judges a chart by its metadata; reads the archive, a second time if there are aliases."""
    candidates = merge_same_ids(chart.candidates)
    known = archive.get_many(candidate.track_id for candidate in candidates)
    listed, retired = _without_retired(candidates, known, archive)
    return Shortlist(len(candidates), known, retired, curate(listed, rules))


def merge_same_ids(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Merges rows with the same TikTok id, in the order of their first appearance.

    The first row wins; later ones fill its gaps. The user count is the highest of all rows, and a
    takedown in any row counts.
    """
    merged: dict[str, Candidate] = {}
    for candidate in candidates:
        first = merged.get(candidate.tiktok_id)
        merged[candidate.tiktok_id] = candidate if first is None else _merge(first, candidate)
    return list(merged.values())


def _merge(first: Candidate, second: Candidate) -> Candidate:
    return replace(
        first,
        author=first.author or second.author,
        album=first.album or second.album,
        duration_seconds=first.duration_seconds or second.duration_seconds,
        user_count=max(first.user_count, second.user_count),
        is_commerce_music=first.is_commerce_music or second.is_commerce_music,
        language_name=first.language_name or second.language_name,
        preview_urls=_distinct(first.preview_urls, second.preview_urls),
        cover_urls=_distinct(first.cover_urls, second.cover_urls),
        group_ids=_distinct(first.group_ids, second.group_ids),
        is_original_sound=first.is_original_sound or second.is_original_sound,
        takedown=first.takedown or second.takedown,
        song_clip_id=first.song_clip_id or second.song_clip_id,
    )


def _distinct(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _without_retired(
    candidates: Sequence[Candidate], known: Mapping[str, TrackRecord], archive: ReadableArchive
) -> tuple[list[Candidate], tuple[Rejection, ...]]:
    """Splits candidates into those that may be listed and rejections of retired ones.

    An alias of a retired track is the same recording and is rejected, too: otherwise it would be
    listed as a track of its own.
    """
    aliases = [track_id for track_id, record in known.items() if record.canonical_id is not None]
    records = {**known, **resolve_aliases(archive, aliases)}
    listed: list[Candidate] = []
    rejected: list[Rejection] = []
    for candidate in candidates:
        record = records.get(candidate.track_id)
        if record is not None and record.is_withheld():
            rejected.append(Rejection.of(candidate, _retired(candidate, record)))
        else:
            listed.append(candidate)
    return listed, tuple(rejected)


def _retired(candidate: Candidate, record: TrackRecord) -> Finding:
    is_alias = record.track_id != candidate.track_id
    duplicate = f"a duplicate of {record.track_id}, " if is_alias else ""
    reason = record.retired_reason or "no reason stored"
    return Finding(RejectionReason.RETIRED, f"{duplicate}retired by the operator: {reason}")
