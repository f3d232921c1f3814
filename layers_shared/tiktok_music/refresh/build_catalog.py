"""Builds the catalog of a chart from the results of rules and media. Pure: nothing is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.catalog import Catalog, catalog_of
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup
from tiktok_music.refresh.curation.recordings import candidate_of, seniority
from tiktok_music.refresh.curation.shortlist import Shortlist
from tiktok_music.refresh.curation.songs import changed_songs
from tiktok_music.refresh.curation.text_rules import Curation, TextRules
from tiktok_music.refresh.media.other_recordings import SeparatedTrack, part_other_recordings
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.refresh.media.same_recording import join_same_recordings
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason

# Accepted clock skew. AWS keeps its clocks to the second; an operator's machine may be far off.
MAX_CLOCK_SKEW = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCatalog:
    """A catalog ready to be published, with the result of every row.

    `known` holds the archive's records of the chart's sounds, `media` every group that passed the
    text rules, `withdrawn` the rejections of what sounds like a retired track, `separated` the
    candidates that are tracks of their own by their sound alone, `songs` the songs
    of the commercial library whose track is not stored yet, by song id, `catalog` the tracks that
    may be published.
    """

    chart: Chart
    known: Mapping[str, TrackRecord]
    curation: Curation
    media: tuple[GroupMedia, ...]
    withdrawn: tuple[Rejection, ...]
    separated: tuple[SeparatedTrack, ...]
    songs: Mapping[str, str]
    catalog: Catalog

    def rejections(self) -> tuple[Rejection, ...]:
        """All rejected rows, in the order of the stages."""
        return (
            *self.chart.rejections,
            *self.curation.rejections(),
            *self.withdrawn,
            *self.catalog.rejections,
        )


def build_catalog(
    chart: Chart,
    shortlist: Shortlist,
    media: Sequence[GroupMedia],
    rules: TextRules,
    *,
    last_run_at: datetime | None = None,
    is_forced: bool = False,
) -> PreparedCatalog:
    """The catalog of a chart, its shortlist and the media of its groups.

    Tracks that are active already, or were retired before the last run that published
    (`last_run_at`), were compared by sound before and are skipped; `is_forced` compares them again.
    """
    known = shortlist.known
    compared = _compared_retired(shortlist.withdrawn, last_run_at)

    def was_compared(candidate: Candidate) -> bool:
        is_known = candidate.track_id in compared or _is_active(known.get(candidate.track_id))
        return is_known and not is_forced

    on_chart = {each.tiktok_id: each for each in shortlist.curation.candidates}
    parted, separated = part_other_recordings(media, on_chart)
    joined = join_same_recordings(
        [*parted, *_withdrawn(shortlist, parted)],
        is_settled=was_compared,
        seniority=lambda each: seniority(known.get(each.track_id)),
    )
    listed, withdrawn = _without_withdrawn(joined, shortlist.withdrawn)
    recordings = ((each.canonical, each.group.members) for each in listed if each.canonical)
    return PreparedCatalog(
        chart=chart,
        known=known,
        curation=shortlist.curation,
        media=tuple(listed),
        withdrawn=withdrawn,
        separated=separated,
        songs=changed_songs(recordings, shortlist.songs),
        catalog=catalog_of(listed, rules, known),
    )


def _compared_retired(retired: Sequence[TrackRecord], last_run_at: datetime | None) -> set[str]:
    """The tracks that were retired before the last run began."""
    times = ((record.track_id, record.retired_at) for record in retired)
    return {
        track_id
        for track_id, moment in times
        if moment and last_run_at and moment + MAX_CLOCK_SKEW <= last_run_at
    }


def _withdrawn(shortlist: Shortlist, media: Sequence[GroupMedia]) -> Iterator[GroupMedia]:
    """The retired tracks with a stored fingerprint, as groups of their own for the comparison."""
    grouped = {member.track_id for result in media for member in result.group.members}
    for record in shortlist.withdrawn:
        if record.media is not None and record.track_id not in grouped:
            candidate = candidate_of(record)
            yield GroupMedia(DuplicateGroup((candidate,), {}, ""), candidate, record.media)


def _without_withdrawn(
    joined: Sequence[GroupMedia], withdrawn: Sequence[TrackRecord]
) -> tuple[list[GroupMedia], tuple[Rejection, ...]]:
    """The groups without a retired recording, and rejections of the others' members."""
    reasons = {record.tiktok_id: record for record in withdrawn}
    listed, rejections = [], []
    for result in joined:
        retired = next((each for each in result.group.members if each.tiktok_id in reasons), None)
        if retired is None:
            listed.append(result)
            continue
        record = reasons[retired.tiktok_id]
        detail = f"the same recording as {record.track_id}, retired by the operator"
        finding = Finding(RejectionReason.RETIRED, detail)
        others = (each for each in result.group.members if each.tiktok_id not in reasons)
        rejections += [Rejection.of(each, finding) for each in others]
    return listed, tuple(rejections)


def _is_active(record: TrackRecord | None) -> bool:
    return record is not None and record.status is TrackStatus.ACTIVE
