"""Announces changes of the catalog: stored change -> event -> bus.

The events follow from the stream of the catalog table, so that they follow every committed write: a
run that dies after its pointer write loses none, and an operator's moves are announced too.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tiktok_music.announce.events import (
    DEFAULT_CHART,
    CatalogEvent,
    ChangeCounts,
    refreshed_event,
    refused_event,
)
from tiktok_music.announce.pointer_move import PointerMove, pointer_move
from tiktok_music.announce.refused_runs import RunEntry, refused_runs
from tiktok_music.api.changes import changes
from tiktok_music.api.index import Index
from tiktok_music.archive import TrackStatus
from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.errors import SnapshotCorrupt
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerChange:
    """Describes a write of a chart's pointer; `is_first` if there was none before.

    `old` is None also if it was unreadable, `new` if it is or was deleted.
    """

    chart: str
    old: Pointer | None
    new: Pointer | None
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsChange:
    """Describes a write of the list of runs by its readable entries."""

    old: Sequence[RunEntry]
    new: Sequence[RunEntry]


Change = PointerChange | RunsChange


class SnapshotLoader(Protocol):
    """Loads stored snapshots."""

    def load(self, descriptor: Descriptor) -> Snapshot:
        """The snapshot, verified; raises SnapshotCorrupt."""


class EventBus(Protocol):
    """Sends events."""

    def send(self, events: Sequence[CatalogEvent]) -> None:
        """Sends all events, in order; raises StoreUnavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceDependencies:
    """The stores that counts are read from, and the bus; `snapshots` are those of a chart."""

    snapshots: Callable[[str], SnapshotLoader]
    archive: ReadableArchive
    bus: EventBus


def announce(
    changed: Iterable[Change], dependencies: AnnounceDependencies
) -> tuple[CatalogEvent, ...]:
    """Sends the events of the changes, and returns them; raises StoreUnavailable.

    At least once: after an error, a retry of the same changes sends events with the same ids.
    """
    events = tuple(event for each in changed for event in _events(each, dependencies))
    if events:
        dependencies.bus.send(events)
    return events


def _events(change: Change, dependencies: AnnounceDependencies) -> list[CatalogEvent]:
    if isinstance(change, RunsChange):
        return [refused_event(DEFAULT_CHART, run) for run in refused_runs(change.old, change.new)]
    move = pointer_move(change.old, change.new)
    if move is None:
        return []
    return [refreshed_event(change.chart, move, _counts(change, move, dependencies))]


def _counts(
    change: PointerChange, move: PointerMove, dependencies: AnnounceDependencies
) -> ChangeCounts:
    """Compares the two versions; an unreadable one costs the counts, not the event."""
    if change.is_first:
        return ChangeCounts(added=move.current.track_count, removed=0, moved=0, retired=0)
    if move.previous is None:
        return ChangeCounts()
    try:
        load = dependencies.snapshots(change.chart).load
        before, now = (Index(load(each)) for each in (move.previous, move.current))
    except SnapshotCorrupt:
        return ChangeCounts()
    compared = changes(before, now)
    removed = [each["id"] for each in compared["removed"]]
    records = dependencies.archive.get_many(removed).values()
    return ChangeCounts(
        added=len(compared["added"]),
        removed=len(removed),
        moved=len(compared["moved"]),
        retired=sum(record.status is TrackStatus.RETIRED for record in records),
    )
