"""Publishes a catalog: chunks, then read-back, then archive, then one conditional pointer write."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.errors import PublishLost
from tiktok_music.pointer_moves import advanced
from tiktok_music.refresh.catalog import Catalog
from tiktok_music.refresh.ports import Publisher, TrackArchive
from tiktok_music.refresh.publication.archive_records import (
    active_record,
    alias_record,
    departed_record,
    needs_writing,
    rows_of,
)
from tiktok_music.refresh.publication.current_catalog import (
    NOWHERE,
    CurrentCatalog,
    Rows,
    current_catalog,
)
from tiktok_music.refresh.publication.reconcile import follow
from tiktok_music.snapshot import (
    ChartFigures,
    Descriptor,
    Pointer,
    Snapshot,
    describe,
)

# An alias does not depart: it left the list when it became a duplicate of another track.
DEPARTING = (TrackStatus.ACTIVE, TrackStatus.RETIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishContext:
    """The fencing token and times of a publication; `gzipped` is the list, rendered and packed."""

    fence: int
    scheduled_at: datetime
    published_at: datetime
    gzipped: bytes
    chart: ChartFigures
    is_forced: bool


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
    elsewhere: Rows = NOWHERE,
) -> Published:
    """Stores everything that the snapshot names, then makes it current.

    The snapshot is stored before the archive: if the run ends before the flip, the next one finds
    in it which records to correct. `elsewhere` are the rows of other charts: their tracks stay
    active.
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
    archive.save_many(changed_records(catalog, context.published_at, known))
    if current.pointer:
        last_seen_at = current.pointer.current.published_at
        aliases = {duplicate.candidate.track_id for duplicate in catalog.duplicates}
        listed = aliases | elsewhere.keys()
        off_chart = [track_id for track_id in departed if track_id not in listed]
        archive.save_many(departures(off_chart, rows, known, last_seen_at))
    try:
        publisher.flip(advanced(current.pointer, snapshot.descriptor), current.pointer)
    except PublishLost:
        follow({**elsewhere, **current_catalog(publisher).rows}, rows_of(snapshot), archive)
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


def changed_records(
    catalog: Catalog, now: datetime, known: Mapping[str, TrackRecord]
) -> list[TrackRecord]:
    """The records of a catalog's tracks and aliases that differ from the archived ones."""
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
    ]
    # The canonical track's own record replaces that of the same sound on another chart.
    records = {record.track_id: record for record in [*aliases, *active.values()]}
    return [
        record for record in records.values() if needs_writing(record, known.get(record.track_id))
    ]


def departures(
    departed: Iterable[str],
    rows: Rows,
    known: Mapping[str, TrackRecord],
    last_seen_at: datetime,
) -> list[TrackRecord]:
    """The records of tracks that left the charts; `rows` are their last ones."""
    return [
        departed_record(known[track_id], rows[track_id], last_seen_at)
        for track_id in departed
        if track_id in known and known[track_id].status in DEPARTING
    ]
