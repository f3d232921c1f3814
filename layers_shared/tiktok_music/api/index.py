"""Snapshots parsed for searching: rows, ranks and folded texts, each computed on first use."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from tiktok_music.api.bounded_cache import BoundedCache
from tiktok_music.api.folding import fold
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.errors import SnapshotGone, StoreError
from tiktok_music.snapshot import Descriptor, Snapshot

Row = Mapping[str, Any]

# The current version, and the one before it while clients page to its end.
CACHED_INDEXES = 2


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
    def by_title(self) -> list[int]:
        """Positions in order of title; equal titles by popularity."""
        titles = [fold(row["title"]) for row in self.rows]
        return sorted(range(len(titles)), key=titles.__getitem__)

    def row(self, track_id: str) -> Row | None:
        rank = self.ranks.get(track_id)
        return None if rank is None else self.rows[rank - 1]


class Indexes:
    """Caches the last used indexes by version, and the ranks of the version before each."""

    def __init__(self, snapshots: SnapshotCache, on_stale: Callable[[StoreError], None]) -> None:
        """`on_stale` receives the error when the ranks of the version before cannot be read."""
        self._snapshots = snapshots
        self._on_stale = on_stale
        self._indexes = BoundedCache[Index](CACHED_INDEXES)
        self._rising = BoundedCache[list[int]](CACHED_INDEXES)
        self._previous = BoundedCache[dict[str, int]](CACHED_INDEXES)

    def current(self) -> Index:
        """The index of the current snapshot; raises StoreError like `SnapshotCache.snapshot`."""
        return self._index(self._snapshots.snapshot())

    def at(self, version: str) -> Index:
        """The index of a version; raises SnapshotGone if it is not stored."""
        return self._indexes.get(version) or self._index(self._snapshots.at(version))

    def previous_ranks(self, index: Index) -> Mapping[str, int] | None:
        """The ranks in the version before: empty for the first version, None if unreadable."""
        version = index.descriptor.version
        cached = self._previous.get(version)
        if cached is not None:
            return cached
        try:
            before = self._snapshots.before(version)
        except SnapshotGone:
            return None
        except StoreError as exc:
            self._on_stale(exc)
            return None
        ranks = Index(before).ranks if before else {}
        self._previous.save(version, ranks)
        return ranks

    def positions(self, index: Index, sort: str) -> Sequence[int]:
        """The positions of all rows in a sort order: `popular`, `rising` or `title`."""
        if sort == "title":
            return index.by_title
        return self._rising_positions(index) if sort == "rising" else range(len(index.rows))

    def _rising_positions(self, index: Index) -> Sequence[int]:
        """Falls back on order of popularity while the ranks before are unreadable."""
        version = index.descriptor.version
        cached = self._rising.get(version)
        if cached is not None:
            return cached
        previous = self.previous_ranks(index)
        if previous is None:
            return range(len(index.rows))
        positions = rising(index, previous)
        self._rising.save(version, positions)
        return positions

    def _index(self, snapshot: Snapshot) -> Index:
        version = snapshot.descriptor.version
        index = self._indexes.get(version)
        if index is None:
            index = Index(snapshot)
            self._indexes.save(version, index)
        return index


def rising(index: Index, previous: Mapping[str, int]) -> list[int]:
    """Positions by ranks gained since the version before, the highest gain first.

    A new track counts as coming from the rank after the last one. Ties by popularity.
    """
    outside = len(previous) + 1
    ranks = enumerate(index.rows, start=1)
    gains = [previous.get(row["id"], outside) - rank for rank, row in ranks]
    return sorted(range(len(gains)), key=lambda position: -gains[position])
