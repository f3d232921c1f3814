"""Makes the shortlist of a chart: merges rows by id, drops retired tracks, applies text rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from tiktok_music.archive import TrackRecord
from tiktok_music.archive_lookup import resolve_aliases
from tiktok_music.errors import OutOfTime
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_facts import PublishFacts
from tiktok_music.refresh.candidate import Candidate, best_place
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup
from tiktok_music.refresh.curation.last_known import with_last_known
from tiktok_music.refresh.curation.operator_lists import with_title
from tiktok_music.refresh.curation.recordings import candidate_of, united, with_identity
from tiktok_music.refresh.curation.songs import KnownSongs, SongArchive
from tiktok_music.refresh.curation.text_rules import Curation, TextRules, curate
from tiktok_music.refresh.rejection import Finding, RejectionReason

# The charts of all countries are fetched within this time.
ONE_ANSWER = timedelta(minutes=15)
NOTHING_SERVED: Mapping[str, Mapping[str, object]] = {}


class CurationArchive(SongArchive, Protocol):
    """The archive as the rules read it."""

    def list_retired(self) -> Sequence[TrackRecord]:
        """The records of all tracks that the operator has retired."""


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A chart after the rules that need no media.

    `sounds` counts distinct ids. `known` holds the archive's records of them and of the tracks
    that they are aliases of. `withdrawn` are the retired records: what sounds like one of them is
    not listed either. `songs` are the stored track ids of the chart's songs.
    """

    sounds: int
    known: Mapping[str, TrackRecord]
    curation: Curation
    withdrawn: tuple[TrackRecord, ...] = ()
    songs: Mapping[str, str] = field(default_factory=dict)


def make_shortlist(
    chart: Chart,
    rules: TextRules,
    archive: CurationArchive,
    now: datetime,
    *,
    served: Mapping[str, Mapping[str, object]] = NOTHING_SERVED,
    has_time: Callable[[], bool] = lambda: True,
) -> Shortlist:
    """Judges a chart by its metadata; reads the archive, once more for each step of an alias.

    `served` are the rows of the current snapshot by track id. A fact that upstream leaves out
    today keeps its value for a while, and a listed track that is not on the chart takes part in
    grouping: a new upload of the recording continues it. So does the track of a song of the
    commercial library, listed or not: a new clip of the song continues it.

    Raises OutOfTime once `has_time` is false.
    """

    def check_time() -> None:
        if not has_time():
            raise OutOfTime(f"the rules did not end in time for {len(candidates)} sounds")

    candidates = merge_same_ids(chart.candidates)
    known = archive.get_many(candidate.track_id for candidate in candidates)
    aliases = [track_id for track_id, record in known.items() if record.canonical_id is not None]
    canonical = {**known, **resolve_aliases(archive, aliases)}
    songs = KnownSongs.read(candidates, archive)
    retired = _withheld([*archive.list_retired(), *songs.records.values()])
    absent = {**songs.records, **archive.get_many(served.keys() - known.keys())}
    rows = [
        songs.marked(
            with_last_known(each, known.get(each.track_id), served.get(each.track_id, {}), now)
        )
        for each in candidates
    ]
    complete = [*rows, *(_carried(absent, served) if chart.failed_sources else ())]
    off_chart = _off_chart([*retired, *absent.values()], complete)
    findings = _findings(complete, canonical, retired)
    others = [songs.marked(candidate_of(each)) for each in off_chart]
    curation = curate(complete, rules, findings, others, check_time)
    rejected = {each.tiktok_id for each in curation.rejections()}
    rejected_ids = {each.track_id for each in complete if each.tiktok_id in rejected}
    records = {**absent, **canonical}
    off_chart_ids = {record.track_id for record in off_chart}
    identified = (
        with_identity(group, records, rejected_ids, off_chart_ids) for group in curation.groups
    )
    titles = _titles(rules, archive)
    listed = united(group for group in identified if group is not None)
    groups = tuple(_with_title(group, titles) for group in listed)
    by_id = {**{each.track_id: each for each in records.values()}, **known}
    curation = replace(curation, groups=groups)
    return Shortlist(len(candidates), by_id, curation, retired, songs.stored)


def _carried(
    absent: Mapping[str, TrackRecord], served: Mapping[str, Mapping[str, object]]
) -> list[Candidate]:
    """The listed songs of the library as the last run knew them, for a run without the library.

    A song may have been on another chart, too, which lacks it today.
    """
    carried = []
    times = (record.publish.last_seen_at for record in absent.values() if record.publish)
    last_answer = max(times, default=None)
    for place, (track_id, row) in enumerate(served.items(), start=1):
        record, users = absent.get(track_id), row.get("userCount")
        if record and last_answer and _was_in_library(record, last_answer):
            count = users if isinstance(users, int) else 0
            carried.append(replace(candidate_of(record), user_count=count, place=place))
    return carried


def _was_in_library(record: TrackRecord, last_answer: datetime) -> bool:
    """True for a row of the library's last answer, whose id is that of its first clip."""
    facts = record.publish
    if facts is None or facts.last_seen_at < last_answer - ONE_ANSWER:
        return False
    is_row = facts.clip.song_clip_id == record.tiktok_id
    return facts.evidence is Evidence.LISTED or (facts.evidence is Evidence.SAME_ID and is_row)


def _titles(rules: TextRules, archive: CurationArchive) -> dict[str, str]:
    """The operator's titles by track id, also by that of the recording that a sound belongs to."""
    titles = rules.lists.titles()
    recordings = resolve_aliases(archive, titles) if titles else {}
    of_recordings = {record.track_id: titles[each] for each, record in recordings.items()}
    return {**of_recordings, **titles}


def _with_title(group: DuplicateGroup, titles: Mapping[str, str]) -> DuplicateGroup:
    """The group under the operator's title for any of its uploads, its canonical one first."""
    named = (titles[each.track_id] for each in group.members if each.track_id in titles)
    title = next(named, None)
    if title is None:
        return group
    return replace(group, members=(with_title(group.canonical, title), *group.members[1:]))


def merge_same_ids(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Merges rows with the same TikTok id, in the order of their first appearance.

    The first row wins; later ones fill its gaps. User count and place are the best of all rows, and
    a takedown in any row counts.
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
        is_commerce_music=_either(first.is_commerce_music, second.is_commerce_music),
        language_name=first.language_name or second.language_name,
        preview_urls=_distinct(first.preview_urls, second.preview_urls),
        cover_urls=_distinct(first.cover_urls, second.cover_urls),
        group_ids=_distinct(first.group_ids, second.group_ids),
        is_original_sound=first.is_original_sound or second.is_original_sound,
        takedown=first.takedown or second.takedown,
        publish=_merged_facts(first.publish, second.publish),
        has_commerce_right=(
            second.has_commerce_right
            if first.has_commerce_right is None
            else first.has_commerce_right
        ),
        place=best_place((first, second)),
        about=first.about.joined_with(second.about),
        chorus_start_ms=_first_known(first.chorus_start_ms, second.chorus_start_ms),
    )


def _merged_facts(first: PublishFacts | None, second: PublishFacts | None) -> PublishFacts | None:
    """The facts of two rows with one id; one of another chart has the id of a clip."""
    facts = first or second
    if facts is None:
        return None
    if first is None or second is None:
        return replace(facts, evidence=Evidence.SAME_ID)
    return replace(first, countries=tuple(sorted({*first.countries, *second.countries})))


def _first_known(first: int | None, second: int | None) -> int | None:
    return second if first is None else first


def _either(first: bool | None, second: bool | None) -> bool | None:
    return second if first is None else first or bool(second)


def _distinct(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _findings(
    candidates: Sequence[Candidate],
    canonical: Mapping[str, TrackRecord],
    retired: Sequence[TrackRecord],
) -> dict[str, Finding]:
    """By TikTok id: the retired sounds, on the chart or not, and their aliases on the chart."""
    findings = {record.tiktok_id: _retired(record.track_id, record) for record in retired}
    for candidate in candidates:
        record = canonical.get(candidate.track_id)
        if record is not None and record.is_withheld():
            findings[candidate.tiktok_id] = _retired(candidate.track_id, record)
    return findings


def _withheld(records: Iterable[TrackRecord]) -> tuple[TrackRecord, ...]:
    withheld = {record.track_id: record for record in records if record.is_withheld()}
    return tuple(withheld.values())


def _off_chart(
    records: Sequence[TrackRecord], candidates: Sequence[Candidate]
) -> list[TrackRecord]:
    on_chart = {candidate.track_id for candidate in candidates}
    distinct = {record.track_id: record for record in records}
    return [record for track_id, record in distinct.items() if track_id not in on_chart]


def _retired(track_id: str, record: TrackRecord) -> Finding:
    duplicate = f"a duplicate of {record.track_id}, " if record.track_id != track_id else ""
    reason = record.retired_reason or "no reason stored"
    return Finding(RejectionReason.RETIRED, f"{duplicate}retired by the operator: {reason}")
