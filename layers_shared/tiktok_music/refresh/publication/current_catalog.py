"""The catalog before a publication: its pointer and rows, and what a new one has of it."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.errors import SnapshotCorrupt
from tiktok_music.refresh.ports import PublishedSnapshots
from tiktok_music.refresh.publication.archive_records import rows_of
from tiktok_music.snapshot import Pointer

_logger = logging.getLogger(__name__)

# Rows of a list by track id.
Rows = Mapping[str, Mapping[str, object]]
NOWHERE: Rows = {}


@dataclass(frozen=True, slots=True)
class CurrentCatalog:
    """The catalog before a publication: the pointer, and its rows by track id."""

    pointer: Pointer | None
    rows: Rows

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


def merged_rows(charts: Iterable[CurrentCatalog]) -> Rows:
    """The rows of all charts by track id; the first chart with a track has its row."""
    merged: dict[str, Mapping[str, object]] = {}
    for chart in charts:
        for track_id, row in chart.rows.items():
            merged.setdefault(track_id, row)
    return merged
