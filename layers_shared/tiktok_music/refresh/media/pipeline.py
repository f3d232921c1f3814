"""The media of groups, with what is remembered of them: the same step wherever it runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.archive import TrackRecord
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup
from tiktok_music.refresh.media.known_media import StoredMedia, noted
from tiktok_music.refresh.media.prepare import MediaTools, prepare_media
from tiktok_music.refresh.media.stage import GroupMedia, MediaJob, run_media_stage, settle
from tiktok_music.refresh.ports import MediaLedger, Progress, ReadableLedger


@dataclass(frozen=True, slots=True)
class MediaParts:
    """What the step works with; `now` is UTC."""

    tools: MediaTools
    ledger: MediaLedger
    progress: Progress
    now: Callable[[], datetime]


def media_of(
    groups: Sequence[DuplicateGroup],
    known: Mapping[str, TrackRecord],
    parts: MediaParts,
    has_time: Callable[[], bool],
    *,
    is_forced: bool = False,
) -> list[GroupMedia]:
    """The media of every group, in their order; what is learned is noted at once.

    What archive or ledger know is not fetched, so that the step may be run again, or by several at
    a time; what there is no time for is deferred. Forced, it tries again what failed before.
    """
    members = [member for group in groups for member in group.members]
    now = parts.now()
    job = MediaJob(
        StoredMedia.of(members, known, parts.ledger, now, is_forced=is_forced),
        prepare=lambda candidate: noted(
            parts.ledger, candidate, prepare_media(candidate, parts.tools), now
        ),
        has_time=has_time,
    )
    return run_media_stage(
        groups, job, lambda done, total: parts.progress.advance("media", done, total)
    )


def known_media(
    groups: Sequence[DuplicateGroup],
    known: Mapping[str, TrackRecord],
    ledger: ReadableLedger,
    now: datetime,
) -> list[GroupMedia]:
    """As `media_of`, with nothing fetched, decoded or written: unknown media are deferred."""
    members = [member for group in groups for member in group.members]
    memory = StoredMedia.of(members, known, ledger, now, is_forced=False)
    return [settle(group, memory) for group in groups]
