"""Corrects the archive, so that it follows what is served."""

from collections.abc import Mapping
from dataclasses import replace

from tiktok_music.archive import TrackStatus
from tiktok_music.errors import SnapshotCorrupt
from tiktok_music.refresh.ports import Publisher, TrackArchive
from tiktok_music.refresh.publication.archive_records import departed_record, rows_in, rows_of
from tiktok_music.refresh.publication.current_catalog import (
    NOWHERE,
    CurrentCatalog,
    Rows,
    merged_rows,
)
from tiktok_music.snapshot import Descriptor, Pointer


def reconcile(
    archive: TrackArchive, *charts: tuple[Publisher, CurrentCatalog], elsewhere: Rows = NOWHERE
) -> int:
    """Corrects the archive after a move back or a run that ended before its flip.

    A track that only versions list which are not served is off the chart; one that a current
    version of any of the charts, or `elsewhere`, lists is active. Returns the number of records
    written; without such a version it reads no record.
    """
    rows: dict[str, Mapping[str, object]] = {}
    for publisher, current in charts:
        for gzipped in publisher.unpublished(current.pointer):
            rows |= rows_in(gzipped)
        for descriptor in _rolled_back(current.pointer):
            try:
                rows |= rows_of(publisher.load(descriptor))
            except SnapshotCorrupt:
                continue
    listed = {**elsewhere, **merged_rows(current for _, current in charts)}
    return follow(listed, rows, archive) if rows else 0


def _rolled_back(pointer: Pointer | None) -> list[Descriptor]:
    if pointer is None:
        return []
    return [each for each in pointer.history if each.fence > pointer.current.fence]


def follow(listed: Rows, rows: Rows, archive: TrackArchive) -> int:
    """Makes the records of `rows` and of the listed tracks agree with what is served."""
    known = archive.get_many({**rows, **listed})
    records = [
        departed_record(record, rows[track_id], record.last_seen_at)
        for track_id, record in known.items()
        if track_id not in listed and record.status is TrackStatus.ACTIVE
    ]
    records += [
        replace(record, status=TrackStatus.ACTIVE, canonical_id=None)
        for track_id, record in known.items()
        if track_id in listed and record.status in (TrackStatus.OFF_CHART, TrackStatus.ALIAS)
    ]
    archive.save_many(records)
    return len(records)
