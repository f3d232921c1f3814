"""Snapshots parsed for searching: rows, ranks and folded texts, each computed on first use."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tiktok_music.api.bounded_cache import BoundedCache
from tiktok_music.api.folding import fold, without_punctuation
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.errors import SnapshotGone, StoreError
from tiktok_music.snapshot import Descriptor, Snapshot

if TYPE_CHECKING:
    from tiktok_music.archive import TrackRecord

Row = Mapping[str, Any]

# The current version, and the one before it while clients page to its end.
CACHED_INDEXES = 2
# Bases of `rising` that are no version: nothing is older; the older version was unreadable.
NO_BASE, POPULARITY = "none", "popular"


class Index:
    """One snapshot's rows in list order; a rank is the position of a row, counted from 1."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.descriptor: Descriptor = snapshot.descriptor
        self.rows: list[Row] = json.loads(snapshot.plain())["tracks"]

    @cached_property
    def ranks(self) -> dict[str, int]:
        return {row["id"]: rank for rank, row in enumerate(self.rows, start=1)}

    @cached_property
    def texts(self) -> list[str]:
        """The folded text of each row that `q` searches; no word spans two fields."""
        return [fold(f"{row['title']}\n{row['author']}\n{row['album']}") for row in self.rows]

    @cached_property
    def plain(self) -> list[str]:
        """The texts without punctuation; the same object where a text has none."""
        pairs = zip(self.texts, map(without_punctuation, self.texts), strict=True)
        return [text if text == plain else plain for text, plain in pairs]

    @cached_property
    def joined(self) -> list[str]:
        """The texts without punctuation and spaces."""
        return [plain.replace(" ", "") for plain in self.plain]

    @cached_property
    def by_title(self) -> list[int]:
        """Positions in order of title; equal titles by popularity."""
        titles = [fold(row["title"]) for row in self.rows]
        return sorted(range(len(titles)), key=titles.__getitem__)

    @cached_property
    def by_popularity(self) -> list[int]:
        """Positions by user count, the highest first; equal ones by rank."""
        return sorted(range(len(self.rows)), key=lambda at: -self.rows[at]["userCount"])

    def row(self, track_id: str) -> Row | None:
        rank = self.ranks.get(track_id)
        return None if rank is None else self.rows[rank - 1]


class Indexes:
    """Caches the last used indexes by version, and the ranks of the versions compared with.

    `known_records` has the archive's records of a version's tracks, as far as they were read.
    """

    def __init__(
        self,
        snapshots: SnapshotCache,
        on_stale: Callable[[StoreError], None],
        refresh_every: timedelta,
        *,
        is_in_chart_order: bool = False,
    ) -> None:
        """`on_stale` receives the error when the ranks of an older version cannot be read.

        `refresh_every` is the interval of the schedule, over which movement is measured. The rows
        are sorted by popularity unless they are in the order of upstream's chart.
        """
        self._is_in_chart_order = is_in_chart_order
        self._snapshots = snapshots
        self._on_stale = on_stale
        self._refresh_every = refresh_every
        self._indexes = BoundedCache[Index](CACHED_INDEXES)
        self._rising = BoundedCache[list[int]](CACHED_INDEXES)
        self._ranks = BoundedCache[dict[str, int]](CACHED_INDEXES)
        self.known_records = BoundedCache[Mapping[str, "TrackRecord | None"]](CACHED_INDEXES)

    def current(self) -> Index:
        """The index of the current snapshot; raises StoreError like `SnapshotCache.snapshot`."""
        return self._index(self._snapshots.snapshot())

    def at(self, version: str) -> Index:
        """The index of a version; raises SnapshotGone if it is not stored."""
        return self._indexes.get(version) or self._index(self._snapshots.at(version))

    def previous_ranks(self, index: Index) -> Mapping[str, int] | None:
        """The ranks one interval before: empty for the first version, None if unreadable."""
        before = self._snapshots.before(index.descriptor.version, self._refresh_every)
        if before is None:
            return {}
        try:
            return self._ranks_of(before)
        except SnapshotGone:
            return None
        except StoreError as exc:
            self._on_stale(exc)
            return None

    def ordered(self, index: Index, sort: str, base: str | None) -> tuple[Sequence[int], str]:
        """The positions of all rows in a sort order, and the base of `rising`, for the next page.

        `base` is that of the page before, None on the first page. Raises SnapshotGone if the base
        is not stored any more.
        """
        if sort == "title":
            return index.by_title, NO_BASE
        if sort == "popular" and self._is_in_chart_order:
            return index.by_popularity, NO_BASE
        if sort != "rising":
            return range(len(index.rows)), NO_BASE
        if base is None:
            base = self._rising_base(index)
        return self._rising_positions(index, base), base

    def _rising_base(self, index: Index) -> str:
        """The version that ranks are compared with; popularity while it is unreadable."""
        if self.previous_ranks(index) is None:
            return POPULARITY
        before = self._snapshots.before(index.descriptor.version, self._refresh_every)
        return before.version if before else NO_BASE

    def _rising_positions(self, index: Index, base: str) -> Sequence[int]:
        if base == POPULARITY:
            return range(len(index.rows))
        name = f"{index.descriptor.version} {base}"
        positions = self._rising.get(name)
        if positions is None:
            is_first = base == NO_BASE
            ranks = {} if is_first else self._ranks_of(self._snapshots.descriptor(base))
            positions = rising(index, ranks)
            self._rising.save(name, positions)
        return positions

    def _ranks_of(self, descriptor: Descriptor) -> dict[str, int]:
        ranks = self._ranks.get(descriptor.version)
        if ranks is None:
            ranks = Index(self._snapshots.load_past(descriptor)).ranks
            self._ranks.save(descriptor.version, ranks)
        return ranks

    def _index(self, snapshot: Snapshot) -> Index:
        version = snapshot.descriptor.version
        index = self._indexes.get(version)
        if index is None:
            index = Index(snapshot)
            self._indexes.save(version, index)
        return index


def rising(index: Index, previous: Mapping[str, int]) -> list[int]:
    """Positions by ranks gained since the base, the highest gain first.

    A new track counts as coming from the rank after the last one. Ties by popularity.
    """
    outside = len(previous) + 1
    ranks = enumerate(index.rows, start=1)
    gains = [previous.get(row["id"], outside) - rank for rank, row in ranks]
    return sorted(range(len(gains)), key=lambda position: -gains[position])
