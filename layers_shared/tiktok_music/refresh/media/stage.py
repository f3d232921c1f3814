"""Media for groups of doubles, many at a time; a survivor's failure is the next member's turn."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import Protocol

from tiktok_music.archive import MediaFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason

# Downloads and uploads wait on the network; decoding is bounded by the workshop itself.
IO_THREADS = 16

_logger = logging.getLogger(__name__)


class KnownMedia(Protocol):
    """What is known of a candidate's media before anything is fetched."""

    def stored(self, candidate: Candidate) -> MediaFacts | None:
        """Media that are stored already."""

    def failed(self, candidate: Candidate) -> Finding | None:
        """Why an earlier run rejected the media, while that verdict stands."""


@dataclass(frozen=True, slots=True)
class MediaJob:
    """How one candidate gets its media; `has_time` is the run's clock."""

    known: KnownMedia
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


def settle(group: DuplicateGroup, known: KnownMedia) -> GroupMedia:
    """What is known of a group's media already; nothing is fetched, an unknown member defers it."""
    rejections: list[Rejection] = []
    for candidate in group.members:
        stored, finding = known.stored(candidate), known.failed(candidate)
        if stored is not None:
            return GroupMedia(group, candidate, stored, tuple(rejections))
        if finding is None:
            return GroupMedia(group, rejections=tuple(rejections), is_deferred=True)
        rejections.append(Rejection.of(candidate, finding))
    return GroupMedia(group, rejections=tuple(rejections))


def _group_media(group: DuplicateGroup, job: MediaJob) -> GroupMedia:
    """Fetches for the first member that nothing is known of, until one has media or time is up."""
    tried: dict[str, Rejection] = {}
    result = settle(group, job.known)
    while result.is_deferred and job.has_time():
        candidate = group.members[len(result.rejections)]
        made = _isolated(candidate, job)
        if isinstance(made, MediaFacts):
            return replace(
                result,
                survivor=candidate,
                media=made,
                tried=len(tried) + 1,
                is_new=True,
                is_deferred=False,
            )
        tried[candidate.tiktok_id] = made
        result = settle(group, _Tried(job.known, tried))
    return replace(result, tried=len(tried))


@dataclass(frozen=True, slots=True)
class _Tried:
    """What is known, and what this run has found out since."""

    known: KnownMedia
    rejected: Mapping[str, Rejection]

    def stored(self, candidate: Candidate) -> MediaFacts | None:
        return None if candidate.tiktok_id in self.rejected else self.known.stored(candidate)

    def failed(self, candidate: Candidate) -> Finding | None:
        rejection = self.rejected.get(candidate.tiktok_id)
        return rejection.finding if rejection else self.known.failed(candidate)


def _isolated(candidate: Candidate, job: MediaJob) -> MediaFacts | Rejection:
    """One candidate's fault, even one that nobody thought of, costs that candidate alone."""
    try:
        return job.prepare(candidate)
    except Exception as exc:
        _logger.exception("media of sound %s failed", candidate.tiktok_id)
        detail = f"an unexpected {type(exc).__name__}; the log has more"
        return Rejection.of(candidate, Finding(RejectionReason.MEDIA_WORKER_FAILED, detail))
