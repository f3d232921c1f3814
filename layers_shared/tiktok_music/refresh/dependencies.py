"""The collaborators of a refresh, as its use cases receive them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tiktok_music.refresh.chart import ChartSource, ConfiguredChart
from tiktok_music.refresh.curation.shortlist import CurationArchive
from tiktok_music.refresh.curation.text_rules import TextRules
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.check import PublishedFiles
from tiktok_music.refresh.media.pipeline import MediaDependencies
from tiktok_music.refresh.media.ports import MediaLedger, ReadableLedger
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.ports import (
    ChartStore,
    Progress,
    PublishedSnapshots,
    Publisher,
    RunReports,
    TrackArchive,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnlyDependencies:
    """For dry runs and media plans: no member has a method that writes (checked by mypy).

    `now` is UTC, `seconds` a monotonic clock; `charts` are those beside the default one.
    """

    source: ChartSource
    rules: TextRules
    archive: CurationArchive
    ledger: ReadableLedger
    publisher: PublishedSnapshots
    gates: GateLimits
    media_base_url: str
    progress: Progress
    now: Callable[[], datetime]
    seconds: Callable[[], float]
    charts: tuple[ConfiguredChart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshDependencies:
    """The collaborators of a refresh; `now` is UTC, `seconds` a monotonic clock.

    `refresh_every` is the interval of the schedule. Without `files`, no run checks published media.

    `charts` are those beside the default one, `chart_gates` their limits; `chart_store` is None
    only without them.
    """

    source: ChartSource
    rules: TextRules
    tools: MediaTools
    archive: TrackArchive
    ledger: MediaLedger
    publisher: Publisher
    reports: RunReports
    gates: GateLimits
    media_base_url: str
    progress: Progress
    now: Callable[[], datetime]
    seconds: Callable[[], float]
    refresh_every: timedelta = timedelta(hours=12)
    files: PublishedFiles | None = None
    charts: tuple[ConfiguredChart, ...] = ()
    chart_store: ChartStore | None = None
    chart_gates: GateLimits = field(default_factory=GateLimits)

    def chart_publishers(self) -> Iterator[Publisher]:
        """The snapshots of each chart beside the default one."""
        if self.chart_store is not None:
            for each in self.charts:
                yield self.chart_store.publisher(each.coordinates.chart_id)

    def read_only(self) -> ReadOnlyDependencies:
        """The same collaborators without their writing methods."""
        return ReadOnlyDependencies(
            source=self.source,
            rules=self.rules,
            archive=self.archive,
            ledger=self.ledger,
            publisher=self.publisher,
            gates=self.gates,
            media_base_url=self.media_base_url,
            progress=self.progress,
            now=self.now,
            seconds=self.seconds,
            charts=self.charts,
        )


def media_dependencies(dependencies: RefreshDependencies) -> MediaDependencies:
    """The collaborators of the media pipeline."""
    return MediaDependencies(
        tools=dependencies.tools,
        ledger=dependencies.ledger,
        progress=dependencies.progress,
        now=dependencies.now,
        refresh_every=dependencies.refresh_every,
    )
