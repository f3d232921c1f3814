"""What a refresh works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.refresh.chart import ChartSource
from tiktok_music.refresh.curation import TextRules
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media_step import MediaParts
from tiktok_music.refresh.ports import MediaLedger, Progress, Publisher, RunReports, TrackArchive
from tiktok_music.refresh.preparation import MediaTools


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

    def media(self) -> MediaParts:
        """What the media step needs of these."""
        return MediaParts(self.tools, self.ledger, self.progress, self.now)
