"""The data behind all routes: the live catalog, or the sandbox in its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tiktok_music.api.freshness import Freshness
from tiktok_music.api.index import Index, Indexes
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.errors import Invalid, SnapshotGone, StoreError, VersionGone
from tiktok_music.publish_policy import SWITCHED_OFF, PublishPolicy

if TYPE_CHECKING:
    from tiktok_music.api.charts.catalog import Charts
    from tiktok_music.archive import TrackRecord
    from tiktok_music.archive_lookup import ReadableArchive

FOREIGN = "Is of the other environment: live and test keys have versions of their own."


class ChartName(NamedTuple):
    """The chart that a request has chosen."""

    chart_id: str
    is_default: bool

    def headers(self, version: str) -> dict[str, str]:
        """The headers that name the chart, and the version of one beside the default chart."""
        named = {"X-Catalog-Chart": self.chart_id}
        return named if self.is_default else {**named, "X-Catalog-Snapshot": self.of(version)}

    def of(self, version: str) -> str:
        return f"{self.chart_id}@{version}"


def only_default() -> Charts:
    """The charts of a view without any beside the default one."""
    from tiktok_music.api.charts.catalog import Charts
    from tiktok_music.charts import Coordinates

    return Charts(Coordinates(source="app", country="US"))


class CatalogView(NamedTuple):
    """Snapshots, their indexes and the archive; `now` is in Unix seconds, `refresh_every` the
    interval of the schedule; `ahead_seconds` is how far the clock of the world is ahead of `now`;
    `is_foreign` knows versions of the other environment; `policy` is that of direct publish;
    `on_no_archive` receives the error when rows are served without their media.

    `charts` makes the charts on the first call; `has_charts` if there are any beside the default
    one; `chart` is the one that a request has chosen by its parameters, whose snapshots are in it.
    """

    snapshots: SnapshotCache
    indexes: Indexes
    archive: ReadableArchive
    media_base_url: str
    now: Callable[[], float]
    refresh_every: timedelta
    is_foreign: Callable[[str], bool]
    policy: PublishPolicy = SWITCHED_OFF
    on_no_archive: Callable[[StoreError], None] = lambda exc: None
    ahead_seconds: Callable[[], float] = lambda: 0.0
    charts: Callable[[], Charts] = only_default
    has_charts: bool = False
    chart: ChartName | None = None

    def freshness(self) -> Freshness:
        """Raises StoreError like `SnapshotCache.snapshot`."""
        schedule = self.snapshots.schedule()
        return Freshness(self.refresh_every, self.now(), schedule, self.ahead_seconds())

    def listed_records(self, index: Index) -> Mapping[str, TrackRecord | None]:
        """The archive's records of all tracks of a version, as `records_of`; raises StoreError."""
        return self.records_of(index, index.ranks)

    def records_of(
        self, index: Index, track_ids: Collection[str]
    ) -> Mapping[str, TrackRecord | None]:
        """The archive's records of some tracks of a version, and of those read before.

        They are without fingerprints, and None where the archive has none. Each is read once per
        version and instance, a hundred with a call. Raises StoreError.
        """
        version = index.descriptor.version
        known = self.indexes.known_records.get(version) or {}
        unread = [each for each in track_ids if each not in known]
        if unread:
            found = self.archive.get_many(unread)
            read = ((each, found.get(each)) for each in unread)
            known = {
                **known,
                **{name: record and _without_fingerprint(record) for name, record in read},
            }
            self.indexes.known_records.save(version, known)
        return known

    def index_at(self, version: str, *, path: str, advice: str) -> Index:
        """The index of a version; raises VersionGone with `advice` if it is not stored any more.

        Raises Invalid for a version of the other environment; `path` names the parameter.
        """
        try:
            return self.indexes.at(version)
        except SnapshotGone as exc:
            if self.is_foreign(version):
                raise Invalid(((path, FOREIGN),)) from exc
            raise VersionGone((path, advice)) from exc


def _without_fingerprint(record: TrackRecord) -> TrackRecord:
    """Fingerprints are nine tenths of a record, and no answer has them."""
    if record.media is None:
        return record
    return replace(record, media=replace(record.media, fingerprint=""))
