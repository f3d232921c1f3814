"""The collaborators of a refresh, as its use cases receive them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tiktok_music.refresh.chart import ChartSource
from tiktok_music.refresh.curation.shortlist import CurationArchive
from tiktok_music.refresh.curation.text_rules import TextRules
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.check import PublishedFiles
from tiktok_music.refresh.media.pipeline import MediaDependencies
from tiktok_music.refresh.media.ports import MediaLedger, ReadableLedger
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.ports import (
    Progress,
    PublishedSnapshots,
    Publisher,
    RunReports,
    TrackArchive,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnlyDependencies:
    """For dry runs and media plans: no member has a method that writes (checked by mypy).

    `now` is UTC, `seconds` a monotonic clock.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshDependencies:
    """For a refresh; `now` is UTC, `seconds` a monotonic clock, `refresh_every` the interval of the
    schedule. Without `files`, no run checks published media."""

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
