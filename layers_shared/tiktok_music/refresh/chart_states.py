"""The charts beside the default one before a run, and the stored list of them after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tiktok_music.chart_listing import ChartEntry, ChartListing, entry_of
from tiktok_music.errors import PublishLost, SnapshotCorrupt
from tiktok_music.refresh.chart import ConfiguredChart
from tiktok_music.refresh.ports import ChartStore, Publisher
from tiktok_music.refresh.publication.archive_records import rows_of
from tiktok_music.refresh.publication.current_catalog import (
    CurrentCatalog,
    Rows,
    current_catalog,
    merged_rows,
)
from tiktok_music.refresh.report import ChartReport, Outcome

# A write of the list fails only if an operator moves a chart in between.
TRIES = 3
GOOD = (Outcome.PUBLISHED, Outcome.ALREADY_DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartState:
    """A configured chart before a run; `fence` is the token of its next version."""

    configured: ConfiguredChart
    publisher: Publisher
    current: CurrentCatalog
    fence: int

    @property
    def chart_id(self) -> str:
        return self.configured.coordinates.chart_id


def chart_states(
    charts: Sequence[ConfiguredChart], store: ChartStore | None, fence: int
) -> tuple[ChartState, ...]:
    """Reads the current version of each chart; `fence` is the run's token.

    A chart with the same or a higher one (the lock was lost, or another run has overtaken this
    one) gets a token above it: what this run fetches from now on is newer than its version.
    """
    if store is None:
        return ()
    states = []
    for configured in charts:
        publisher = store.publisher(configured.coordinates.chart_id)
        current = current_catalog(publisher)
        is_behind = current.pointer is not None and current.pointer.fence >= fence
        token = publisher.next_fence() if is_behind else fence
        states.append(
            ChartState(configured=configured, publisher=publisher, current=current, fence=token)
        )
    return tuple(states)


def rows_of_removed(store: ChartStore, listing: ChartListing, states: Sequence[ChartState]) -> Rows:
    """The rows of listed charts that are no longer configured."""
    configured = {state.chart_id for state in states}
    removed = []
    for entry in listing.entries:
        if entry.chart_id in configured or entry.current is None:
            continue
        try:
            rows = rows_of(store.publisher(entry.chart_id).load(entry.current))
        except SnapshotCorrupt:
            continue
        removed.append(CurrentCatalog(None, rows))
    return merged_rows(removed)


def save_listing(
    store: ChartStore,
    states: Sequence[ChartState],
    reports: Mapping[str, ChartReport],
    every: timedelta,
    started_at: datetime,
) -> None:
    """Stores the list of configured charts as their pointers are now; writes nothing if it is so.

    `every` is the interval of the schedule. Raises StoreError.
    """
    for tries_left in reversed(range(TRIES)):
        before = store.listing()
        past = {entry.chart_id: entry for entry in before.entries}
        entries = tuple(
            _entry(state, reports.get(state.chart_id), past.get(state.chart_id), every, started_at)
            for state in states
        )
        if entries == before.entries:
            return
        try:
            store.save_listing(entries, before)
        except PublishLost:
            if not tries_left:
                raise
        else:
            return


def _entry(
    state: ChartState,
    report: ChartReport | None,
    past: ChartEntry | None,
    every: timedelta,
    started_at: datetime,
) -> ChartEntry:
    pointer, coordinates = state.publisher.current(), state.configured.coordinates
    if report is None or report.outcome in GOOD:
        return entry_of(coordinates, pointer, every)
    return entry_of(
        coordinates,
        pointer,
        every,
        failing_since=(past.failing_since if past else None) or started_at,
        problem=f"{report.outcome}: {report.reason}",
    )
