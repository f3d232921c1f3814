"""What requests are answered from: the live catalog, or the sandbox in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tiktok_music.api.freshness import Freshness
from tiktok_music.api.index import Indexes
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.archive_lookup import ReadableArchive


@dataclass(frozen=True, slots=True)
class CatalogView:
    """A catalog, its indexes and the archive behind them; `now` is in Unix seconds,
    `refresh_every` the rate of the schedule."""

    catalog: SnapshotCache
    indexes: Indexes
    archive: ReadableArchive
    media_base_url: str
    now: Callable[[], float]
    refresh_every: timedelta

    def freshness(self) -> Freshness:
        return Freshness(self.refresh_every, self.now())
