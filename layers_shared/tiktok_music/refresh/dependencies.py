"""What a refresh works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.refresh.chart import ChartSource
from tiktok_music.refresh.curation.text_rules import TextRules
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.pipeline import MediaParts
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.ports import (
    MediaLedger,
    Progress,
    PublishedSnapshots,
    Publisher,
    ReadableLedger,
    RunReports,
    TrackArchive,
)


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


def media_parts(parts: Parts) -> MediaParts:
    """What the media step needs of these."""
    return MediaParts(parts.tools, parts.ledger, parts.progress, parts.now)


@dataclass(frozen=True, slots=True)
class ReadOnlyParts:
    """What a dry run works with: nothing in here can write, which mypy holds."""

    source: ChartSource
    rules: TextRules
    archive: ReadableArchive
    ledger: ReadableLedger
    publisher: PublishedSnapshots
    gates: GateLimits
    progress: Progress
    now: Callable[[], datetime]
    seconds: Callable[[], float]

    @classmethod
    def of(cls, parts: Parts) -> "ReadOnlyParts":
        return cls(
            source=parts.source,
            rules=parts.rules,
            archive=parts.archive,
            ledger=parts.ledger,
            publisher=parts.publisher,
            gates=parts.gates,
            progress=parts.progress,
            now=parts.now,
            seconds=parts.seconds,
        )
