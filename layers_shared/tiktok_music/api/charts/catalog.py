"""The charts that the API serves: the default one, and those of the stored list beside it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from tiktok_music.api.catalog_view import CatalogView, ChartName
from tiktok_music.api.charts.choice import ChartChoice, choose
from tiktok_music.api.charts.sized_cache import SizedCache
from tiktok_music.api.index import Index
from tiktok_music.api.snapshot_cache import CHECK_SECONDS, FAILURE_SECONDS, SnapshotSource
from tiktok_music.chart_listing import ChartEntry, ChartListing
from tiktok_music.charts import Coordinates
from tiktok_music.errors import SnapshotCorrupt, StoreError
from tiktok_music.snapshot import Descriptor

# For snapshots and indexes of all charts beside the default one, half of it each.
MOST_BYTES = 32 * 1024 * 1024
# A parsed index takes about so many times the bytes of its gzipped snapshot.
BYTES_PER_GZIPPED = 16


class ChartReader(Protocol):
    """Reads the charts beside the default one."""

    def listing(self) -> ChartListing:
        """The stored list."""

    def snapshots(self, chart_id: str) -> SnapshotSource:
        """The snapshots of one chart."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A chart's current ranks, and those one interval before, None if these are unreadable."""

    chart_id: str
    index: Index
    previous: Mapping[str, int] | None


class Charts:
    """Selects the chart of a request; an LRU cache bounded by bytes has their views.

    Nothing is read for charts that nobody asks for.
    """

    def __init__(
        self,
        default: Coordinates,
        configured: Collection[str] = (),
        reader: ChartReader | None = None,
        *,
        new_view: Callable[[SnapshotSource], CatalogView] | None = None,
        clock: Callable[[], float] = lambda: 0.0,
        on_stale: Callable[[StoreError], None] = lambda _: None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """`configured` are the ids that may be served; `clock` is monotonic seconds.

        Without a reader, the default chart is the only one.
        """
        self.default = default
        self._configured = configured
        self._reader = reader
        self._new_view = new_view
        self._clock = clock
        self._on_stale = on_stale
        self._entries: tuple[ChartEntry, ...] | None = None
        self._next_check = 0.0
        self._views = SizedCache[CatalogView](most_bytes // 2)
        self._indexes = SizedCache[Index](most_bytes // 2)

    def published(self) -> tuple[ChartEntry, ...]:
        """The published charts beside the default one, by id; raises StoreError if none was read.

        A chart that is not configured any more is not among them.
        """
        if self._reader is None:
            return ()
        now = self._clock()
        if self._entries is None or now >= self._next_check:
            try:
                self._entries = self._published(self._reader.listing())
                self._next_check = now + CHECK_SECONDS
            except StoreError as exc:
                if self._entries is None:
                    raise
                self._on_stale(exc)
                self._next_check = now + FAILURE_SECONDS
        return self._entries

    def _published(self, listing: ChartListing) -> tuple[ChartEntry, ...]:
        found = (each for each in listing.entries if each.chart_id in self._configured)
        return tuple(sorted((each for each in found if each.current), key=lambda e: e.chart_id))

    def chosen(self, choice: ChartChoice, default_view: CatalogView) -> CatalogView:
        """The view of the chart that a request means; raises Invalid, StoreError."""
        published = (self.default, *(each.coordinates for each in self.published()))
        chart_id = choose(choice, published, self.default).chart_id
        if chart_id == self.default.chart_id:
            return default_view._replace(chart=ChartName(chart_id, is_default=True))
        return self._view(chart_id)

    def standings(self) -> list[Standing]:
        """The ranks of all charts beside the default one; an unreadable chart is left out."""
        found = []
        for entry in self.published():
            try:
                found.append(self._standing(entry))
            except StoreError as exc:
                self._on_stale(exc)
        return found

    def _standing(self, entry: ChartEntry) -> Standing:
        index, before = self._index(entry.chart_id, entry.current), entry.before
        if before is None:
            return Standing(entry.chart_id, index, {})
        try:
            return Standing(entry.chart_id, index, self._index(entry.chart_id, before).ranks)
        except SnapshotCorrupt:
            return Standing(entry.chart_id, index, None)

    def _index(self, chart_id: str, descriptor: Descriptor | None) -> Index:
        """The index of a listed version, which never changes; raises StoreError."""
        if self._reader is None or descriptor is None:
            raise SnapshotCorrupt(f"{chart_id} has no version")
        name = f"{chart_id}@{descriptor.version}"
        index = self._indexes.get(name)
        if index is None:
            index = Index(self._reader.snapshots(chart_id).load(descriptor))
            self._indexes.save(name, index, descriptor.byte_length * BYTES_PER_GZIPPED)
        return index

    def _view(self, chart_id: str) -> CatalogView:
        view = self._views.get(chart_id)
        if view is None:
            if self._reader is None or self._new_view is None:
                raise SnapshotCorrupt(f"{chart_id} has no reader")
            view = self._new_view(self._reader.snapshots(chart_id))._replace(
                chart=ChartName(chart_id, is_default=False),
            )
        # Two versions, the current one and the one that it is compared with.
        size = 2 * view.snapshots.snapshot().descriptor.byte_length * BYTES_PER_GZIPPED
        self._views.save(chart_id, view, size)
        return view
