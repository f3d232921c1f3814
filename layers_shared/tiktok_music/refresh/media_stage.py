"""Media for groups of doubles, many at a time; a survivor's failure is the next member's turn."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from tiktok_music.archive import MediaFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.doubles.groups import DuplicateGroup
from tiktok_music.refresh.verdict import Finding, Rejection, RejectionReason

# Downloads and uploads wait on the network; decoding is bounded by the workshop itself.
IO_THREADS = 16

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MediaJob:
    """How one candidate gets its media; `has_time` is the run's clock.

    `stored` gives what is there already, `failed` what was found wanting before and still is.
    """

    stored: Callable[[Candidate], MediaFacts | None]
    failed: Callable[[Candidate], Finding | None]
    prepare: Callable[[Candidate], MediaFacts | Rejection]
    has_time: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class GroupMedia:
    """One group after its media: `survivor` is the member that has some, None when none does.

    `tried` counts the members whose media was fetched; `doubles_media` is the media of members
    that only their sound told to be doubles.
    """

    group: DuplicateGroup
    survivor: Candidate | None = None
    media: MediaFacts | None = None
    rejections: tuple[Rejection, ...] = ()
    tried: int = 0
    is_new: bool = False
    is_deferred: bool = False
    doubles_media: Mapping[str, MediaFacts] = field(default_factory=dict)


def run_media_stage(
    groups: Sequence[DuplicateGroup], job: MediaJob, on_progress: Callable[[int, int], None]
) -> list[GroupMedia]:
    """The media of every group, in the order of `groups`."""
    with ThreadPoolExecutor(IO_THREADS, thread_name_prefix="media") as pool:
        futures = [pool.submit(_group_media, group, job) for group in groups]
        for done, _ in enumerate(as_completed(futures), start=1):
            on_progress(done, len(futures))
    return [future.result() for future in futures]


def _group_media(group: DuplicateGroup, job: MediaJob) -> GroupMedia:
    rejections: list[Rejection] = []
    tried = 0
    result = GroupMedia(group)
    for candidate in group.members:
        stored, finding = job.stored(candidate), job.failed(candidate)
        if stored is not None:
            result = replace(result, survivor=candidate, media=stored)
            break
        if finding is not None:
            rejections.append(Rejection.of(candidate, finding))
            continue
        if not job.has_time():
            result = replace(result, is_deferred=True)
            break
        made = _isolated(candidate, job)
        tried += 1
        if isinstance(made, MediaFacts):
            result = replace(result, survivor=candidate, media=made, is_new=True)
            break
        rejections.append(made)
    return replace(result, rejections=tuple(rejections), tried=tried)


def _isolated(candidate: Candidate, job: MediaJob) -> MediaFacts | Rejection:
    """One candidate's fault, even one that nobody thought of, costs that candidate alone."""
    try:
        return job.prepare(candidate)
    except Exception as exc:
        _logger.exception("media of sound %s failed", candidate.tiktok_id)
        detail = f"an unexpected {type(exc).__name__}; the log has more"
        return Rejection.of(candidate, Finding(RejectionReason.MEDIA_WORKER_FAILED, detail))
