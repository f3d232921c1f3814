"""Publishes a catalog: chunks, then read-back, then archive, then one conditional pointer write."""

import itertools
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.errors import PublishLost, SnapshotCorrupt
from tiktok_music.pointer_moves import advanced
from tiktok_music.refresh.catalog import Catalog
from tiktok_music.refresh.ports import PublishedSnapshots, Publisher, TrackArchive
from tiktok_music.refresh.publication.archive_records import (
    active_record,
    alias_record,
    departed_record,
    needs_writing,
    rows_in,
    rows_of,
)
from tiktok_music.snapshot import ChartFigures, Descriptor, Pointer, Snapshot, describe

_logger = logging.getLogger(__name__)

# An alias does not depart: it left the list when it became a duplicate of another track.
DEPARTING = (TrackStatus.ACTIVE, TrackStatus.RETIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishContext:
    """The fencing token and times of a publication; `gzipped` is the list, rendered and packed."""

    fence: int
    scheduled_at: datetime
    published_at: datetime
    gzipped: bytes
    chart: ChartFigures = field(default_factory=ChartFigures)
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class CurrentCatalog:
    """The catalog before a publication: the pointer, and its rows by track id."""

    pointer: Pointer | None
    rows: Mapping[str, Mapping[str, object]]

    @property
    def run_at(self) -> datetime | None:
        """The earliest time at which its run may have started."""
        made = self.pointer.current if self.pointer else None
        return min(made.scheduled_at, made.published_at) if made else None


def current_catalog(publisher: PublishedSnapshots) -> CurrentCatalog:
    """The current catalog, empty before the first publication.

    A corrupt snapshot counts as having no rows: the next publication replaces it.
    """
    pointer = publisher.current()
    if pointer is None:
        return CurrentCatalog(None, {})
    try:
        return CurrentCatalog(pointer, rows_of(publisher.load(pointer.current)))
    except SnapshotCorrupt as exc:
        _logger.error("the current snapshot cannot be read: %s", exc)
        return CurrentCatalog(pointer, {})


def best_overlap(
    publisher: PublishedSnapshots, current: CurrentCatalog, ids: Collection[str], enough: float
) -> float | None:
    """The highest share of a kept version's ids that are among `ids`; None without a version.

    Older versions are read only while no share is `enough`: a return to a former chart is good.
    """
    if current.pointer is None:
        return None
    listed = set(ids)
    best = len(listed & current.rows.keys()) / max(len(current.rows), 1)
    for descriptor in current.pointer.history:
        if best >= enough:
            break
        try:
            rows = rows_of(publisher.load(descriptor))
        except SnapshotCorrupt:
            continue
        best = max(best, len(listed & rows.keys()) / max(len(rows), 1))
    return best


@dataclass(frozen=True, slots=True)
class Published:
    """The published snapshot, with the number of tracks added and removed.

    `unchanged_runs` counts the versions before it, the newest first, with the same content.
    """

    descriptor: Descriptor
    added: int
    removed: int
    unchanged_runs: int


def publish(
    catalog: Catalog,
    context: PublishContext,
    current: CurrentCatalog,
    known: Mapping[str, TrackRecord],
    stores: tuple[TrackArchive, Publisher],
) -> Published:
    """Stores everything that the snapshot names, then makes it current.

    The snapshot is stored before the archive: if the run ends before the flip, the next one finds
    in it which records to correct.
    Raises PublishLost if a newer refresh published first, StoreUnavailable if a store fails; both
    leave the current snapshot unchanged.
    """
    archive, publisher = stores
    rows = current.rows
    track_ids = {accepted.candidate.track_id for accepted in catalog.accepted}
    departed = [track_id for track_id in rows if track_id not in track_ids]
    known = {**archive.get_many(departed), **known}
    snapshot = _snapshot(catalog, context)
    publisher.write_chunks(snapshot)
    publisher.load(snapshot.descriptor)
    archive.save_many(_records(catalog, context, known))
    if current.pointer:
        last_seen_at = current.pointer.current.published_at
        aliases = {duplicate.candidate.track_id for duplicate in catalog.duplicates}
        off_chart = [track_id for track_id in departed if track_id not in aliases]
        archive.save_many(_departures(off_chart, rows, known, last_seen_at))
    try:
        publisher.flip(advanced(current.pointer, snapshot.descriptor), current.pointer)
    except PublishLost:
        _follow(current_catalog(publisher), rows_of(snapshot), archive)
        raise
    return Published(
        snapshot.descriptor,
        added=len(track_ids - rows.keys()),
        removed=len(departed),
        unchanged_runs=_unchanged_runs(snapshot.descriptor, current.pointer),
    )


def _unchanged_runs(published: Descriptor, pointer: Pointer | None) -> int:
    past = (pointer.current, *pointer.history) if pointer else ()
    same = itertools.takewhile(lambda version: version.sha256 == published.sha256, past)
    return len(list(same))


def reconcile(archive: TrackArchive, publisher: Publisher, current: CurrentCatalog) -> int:
    """Corrects the archive after a move back or a run that ended before its flip.

    A track that only a version which is not served lists is off the chart; one that the current
    version lists is active. Returns the number of records written; without such a version it
    reads no record.
    """
    rows: dict[str, Mapping[str, object]] = {}
    for gzipped in publisher.unpublished(current.pointer):
        rows |= rows_in(gzipped)
    for descriptor in _rolled_back(current.pointer):
        try:
            rows |= rows_of(publisher.load(descriptor))
        except SnapshotCorrupt:
            continue
    return _follow(current, rows, archive) if rows else 0


def _rolled_back(pointer: Pointer | None) -> list[Descriptor]:
    if pointer is None:
        return []
    return [each for each in pointer.history if each.fence > pointer.current.fence]


def _follow(
    current: CurrentCatalog, rows: Mapping[str, Mapping[str, object]], archive: TrackArchive
) -> int:
    """Makes the records of `rows` and of the current snapshot agree with what is served."""
    known = archive.get_many({**rows, **current.rows})
    records = [
        departed_record(record, rows[track_id], record.last_seen_at)
        for track_id, record in known.items()
        if track_id not in current.rows and record.status is TrackStatus.ACTIVE
    ]
    records += [
        replace(record, status=TrackStatus.ACTIVE, canonical_id=None)
        for track_id, record in known.items()
        if track_id in current.rows and record.status in (TrackStatus.OFF_CHART, TrackStatus.ALIAS)
    ]
    archive.save_many(records)
    return len(records)


def _snapshot(catalog: Catalog, context: PublishContext) -> Snapshot:
    descriptor = describe(
        context.gzipped,
        fence=context.fence,
        scheduled_at=context.scheduled_at,
        published_at=context.published_at,
        track_count=len(catalog.accepted),
        chart=context.chart,
        is_forced=context.is_forced,
    )
    return Snapshot(descriptor, context.gzipped)


def _records(
    catalog: Catalog, context: PublishContext, known: Mapping[str, TrackRecord]
) -> list[TrackRecord]:
    now = context.published_at
    active = {
        accepted.candidate.track_id: active_record(
            accepted, known.get(accepted.candidate.track_id), now
        )
        for accepted in catalog.accepted
    }
    aliases = [
        alias_record(
            duplicate.candidate,
            active[duplicate.canonical.track_id],
            duplicate.media,
            known.get(duplicate.candidate.track_id),
            now,
        )
        for duplicate in catalog.duplicates
        if duplicate.candidate.track_id != duplicate.canonical.track_id
    ]
    records = {record.track_id: record for record in [*aliases, *active.values()]}
    return [
        record for record in records.values() if needs_writing(record, known.get(record.track_id))
    ]


def _departures(
    departed: list[str],
    rows: Mapping[str, Mapping[str, object]],
    known: Mapping[str, TrackRecord],
    last_seen_at: datetime,
) -> list[TrackRecord]:
    return [
        departed_record(known[track_id], rows[track_id], last_seen_at)
        for track_id in departed
        if track_id in known and known[track_id].status in DEPARTING
    ]
