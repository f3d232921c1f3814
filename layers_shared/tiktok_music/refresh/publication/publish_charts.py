"""Publishes the charts beside the default one: all chunks, the archive, then a flip for each."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.charts import Coordinates
from tiktok_music.errors import PublishLost
from tiktok_music.pointer_moves import advanced
from tiktok_music.refresh.build_catalog import PreparedCatalog
from tiktok_music.refresh.ports import Publisher, TrackArchive
from tiktok_music.refresh.publication.current_catalog import CurrentCatalog, Rows, current_catalog
from tiktok_music.refresh.publication.publish import changed_records, departures
from tiktok_music.refresh.publication.reconcile import follow
from tiktok_music.snapshot import Pointer, Snapshot

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartDraft:
    """A version of a chart that passed its publish checks, with its rows by track id."""

    coordinates: Coordinates
    publisher: Publisher
    current: CurrentCatalog
    snapshot: Snapshot
    rows: Rows

    @property
    def chart_id(self) -> str:
        return self.coordinates.chart_id

    def pointer(self) -> Pointer:
        """The pointer to the new version."""
        return advanced(self.current.pointer, self.snapshot.descriptor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The rows that are served during a publication.

    They are those of the default list, of unchanged charts, and of charts that are configured no
    more.
    """

    default: Rows
    staying: Rows
    leaving: Rows


def publish_charts(
    drafts: Sequence[ChartDraft], prepared: PreparedCatalog, served: Served, archive: TrackArchive
) -> dict[str, str]:
    """Publishes every draft; returns the reason of each that lost, by chart id.

    As with the default chart, nothing is served before its conditional write, and the chunks of a
    run that ends before it say which records to correct. Raises StoreError if a store fails.
    """
    for draft in drafts:
        draft.publisher.write_chunks(draft.snapshot)
        draft.publisher.load(draft.snapshot.descriptor)
    listed = {**_merged([draft.rows for draft in drafts]), **served.staying, **served.default}
    archive.save_songs(prepared.songs)
    archive.save_many(_records(drafts, prepared, served, listed))
    _save_departures(drafts, served, listed, archive)
    lost: dict[str, str] = {}
    for draft in drafts:
        try:
            draft.publisher.flip(draft.pointer(), draft.current.pointer)
        except PublishLost as exc:
            lost[draft.chart_id] = str(exc)
    if lost:
        _follow_others(drafts, served, lost, archive)
    return lost


def _records(
    drafts: Sequence[ChartDraft], prepared: PreparedCatalog, served: Served, listed: Rows
) -> list[TrackRecord]:
    """The records of listed tracks and of their duplicates.

    The default chart's own stage writes the records of its tracks: rows of other charts, with
    other values, would otherwise change what the plain list says in the next run.
    """
    now = max(draft.snapshot.descriptor.published_at for draft in drafts)
    return [
        record
        for record in changed_records(prepared.catalog, now, prepared.known)
        if record.track_id not in served.default
        and (record.canonical_id or record.track_id) in listed
        and not (record.status is TrackStatus.ALIAS and record.track_id in listed)
    ]


def _save_departures(
    drafts: Sequence[ChartDraft], served: Served, listed: Rows, archive: TrackArchive
) -> None:
    """Takes the tracks off the chart that no chart lists any more."""
    before = {**served.leaving, **_merged([draft.current.rows for draft in drafts])}
    departed = [track_id for track_id in before if track_id not in listed]
    pointers = [draft.current.pointer for draft in drafts if draft.current.pointer]
    if not departed or not pointers:
        return
    last_seen_at = max(pointer.current.published_at for pointer in pointers)
    known = archive.get_many(departed)
    archive.save_many(departures(departed, before, known, last_seen_at))


def _follow_others(
    drafts: Sequence[ChartDraft],
    served: Served,
    lost: Mapping[str, str],
    archive: TrackArchive,
) -> None:
    """Corrects the records of lost versions by what another run has published."""
    for chart_id, reason in lost.items():
        _logger.warning("chart %s was not published: %s", chart_id, reason)
    current = [
        current_catalog(draft.publisher).rows if draft.chart_id in lost else draft.rows
        for draft in drafts
    ]
    listed = {**_merged(current), **served.staying, **served.default}
    follow(listed, _merged([d.rows for d in drafts if d.chart_id in lost]), archive)


def _merged(parts: Sequence[Rows]) -> Rows:
    merged: dict[str, Mapping[str, object]] = {}
    for part in parts:
        merged |= part
    return merged
