"""What a refresh works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tiktok_music.refresh.chart import ChartSource
from tiktok_music.refresh.curation import TextRules
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media_step import MediaParts
from tiktok_music.refresh.ports import MediaLedger, Progress, Publisher, RunReports, TrackArchive
from tiktok_music.refresh.preparation import MediaTools


class DraftParts(Protocol):
    """What of it a draft works with: a catalog is made, and nothing is published."""

    @property
    def rules(self) -> TextRules: ...

    @property
    def tools(self) -> MediaTools: ...

    @property
    def archive(self) -> TrackArchive: ...

    @property
    def ledger(self) -> MediaLedger: ...

    @property
    def progress(self) -> Progress: ...

    @property
    def now(self) -> Callable[[], datetime]: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The collaborators of one run; `now` is UTC, `seconds` a monotonic clock."""

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


def media_parts(parts: DraftParts) -> MediaParts:
    """What the media step needs of these."""
    return MediaParts(parts.tools, parts.ledger, parts.progress, parts.now)
