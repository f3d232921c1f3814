"""A snapshot taken apart for searching: rows, ranks and folded texts, each made when first used."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from tiktok_music.api.folding import fold
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.errors import SnapshotGone, StoreError
from tiktok_music.snapshot import Descriptor, Snapshot

Row = Mapping[str, Any]
T = TypeVar("T")

# The current version, and the one before it while callers page to its end.
HELD_INDEXES = 2


class Index:
    """One snapshot's rows in list order; a rank is a row's place, counted from 1."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.descriptor: Descriptor = snapshot.descriptor
        self.rows: list[Row] = json.loads(snapshot.plain())["tracks"]

    @cached_property
    def ranks(self) -> dict[str, int]:
        return {row["id"]: rank for rank, row in enumerate(self.rows, start=1)}

    @cached_property
    def texts(self) -> list[str]:
        """What `q` is searched in; a word never runs over from one field to the next."""
        return [fold(f"{row['title']}\n{row['author']}\n{row['album']}") for row in self.rows]

    @cached_property
    def by_title(self) -> list[int]:
        """Places in the order of titles, tracks of the same title by popularity."""
        titles = [fold(row["title"]) for row in self.rows]
        return sorted(range(len(titles)), key=titles.__getitem__)

    def row(self, track_id: str) -> Row | None:
        rank = self.ranks.get(track_id)
        return None if rank is None else self.rows[rank - 1]


class Indexes:
    """The last indexes in use, by version, and the ranks that each one's predecessor had."""

    def __init__(self, catalog: SnapshotCache, on_stale: Callable[[StoreError], None]) -> None:
        self._catalog = catalog
        self._on_stale = on_stale
        self._held: OrderedDict[str, Index] = OrderedDict()
        self._rising: OrderedDict[str, list[int]] = OrderedDict()
        self._previous: OrderedDict[str, dict[str, int]] = OrderedDict()

    def current(self) -> Index:
        """The index of what is served; raises StoreError as the catalog does."""
        return self._index(self._catalog.snapshot())

    def at(self, version: str) -> Index:
        """The index of a version; raises SnapshotGone when that is not kept."""
        if version not in self._held:
            return self._index(self._catalog.at(version))
        self._held.move_to_end(version)
        return self._held[version]

    def previous_ranks(self, index: Index) -> Mapping[str, int] | None:
        """The ranks in the version before; empty before the first, None while it cannot be had."""
        version = index.descriptor.version
        known = self._previous.get(version)
        if known is not None:
            return known
        try:
            before = self._catalog.before(version)
        except SnapshotGone:
            return None
        except StoreError as exc:
            self._on_stale(exc)
            return None
        ranks = Index(before).ranks if before else {}
        _keep(self._previous, version, ranks)
        return ranks

    def places(self, index: Index, sort: str) -> Sequence[int]:
        """All rows of an index in the order of a sort: `popular`, `rising` or `title`."""
        if sort == "title":
            return index.by_title
        return self._rising_places(index) if sort == "rising" else range(len(index.rows))

    def _rising_places(self, index: Index) -> Sequence[int]:
        """While the ranks before cannot be had, the order is that of popularity."""
        version = index.descriptor.version
        known = self._rising.get(version)
        if known is not None:
            return known
        previous = self.previous_ranks(index)
        if previous is None:
            return range(len(index.rows))
        places = rising(index, previous)
        _keep(self._rising, version, places)
        return places

    def _index(self, snapshot: Snapshot) -> Index:
        version = snapshot.descriptor.version
        if version not in self._held:
            _keep(self._held, version, Index(snapshot))
        self._held.move_to_end(version)
        return self._held[version]


def rising(index: Index, previous: Mapping[str, int]) -> list[int]:
    """Places by ranks gained since the version before, the most first.

    A track that was not in it counts as coming from the rank after its last. Ties by popularity.
    """
    outside = len(previous) + 1
    ranks = enumerate(index.rows, start=1)
    gains = [previous.get(row["id"], outside) - rank for rank, row in ranks]
    return sorted(range(len(gains)), key=lambda place: -gains[place])


def _keep(held: OrderedDict[str, T], version: str, value: T) -> None:
    held[version] = value
    if len(held) > HELD_INDEXES:
        held.popitem(last=False)
