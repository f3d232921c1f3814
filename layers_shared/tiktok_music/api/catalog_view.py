"""The data behind all routes: the live catalog, or the sandbox in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tiktok_music.api.freshness import Freshness
from tiktok_music.api.index import Indexes
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.archive_lookup import ReadableArchive


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogView:
    """Snapshots, their indexes and the archive; `now` is in Unix seconds, `refresh_every` the
    interval of the schedule."""

    snapshots: SnapshotCache
    indexes: Indexes
    archive: ReadableArchive
    media_base_url: str
    now: Callable[[], float]
    refresh_every: timedelta

    def freshness(self) -> Freshness:
        return Freshness(self.refresh_every, self.now())
