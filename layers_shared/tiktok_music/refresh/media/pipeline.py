"""Media of duplicate groups, many at a time; if one member fails, the next one is tried."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime, timedelta

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.errors import OutOfTime
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup
from tiktok_music.refresh.media.known_media import KnownMedia, StoredMedia, save_outcome
from tiktok_music.refresh.media.ledger import FailureClock
from tiktok_music.refresh.media.ports import MediaLedger, ReadableLedger
from tiktok_music.refresh.media.prepare import MediaTools, prepare_media
from tiktok_music.refresh.ports import Progress
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason

# Downloads and uploads wait on the network; the encoder bounds decoding by itself.
IO_THREADS = 16

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MediaDependencies:
    """The collaborators of `fetch_media`; `now` is UTC, `refresh_every` the schedule's interval."""

    tools: MediaTools
    ledger: MediaLedger
    progress: Progress
    now: Callable[[], datetime]
    refresh_every: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class GroupMedia:
    """A duplicate group with its media.

    `canonical` is the member with media, None if there is none. `tried` counts the members whose
    media was fetched in this run, `first_tries` those that did not fail in an earlier run, and
    `first_failures` those of them without good media. A deferred group has untried members.
    `duplicates_media` is the media, by TikTok id, of other members, where it is known; that of
    members in the commercial library is fetched, so that their sound can be compared.
    """

    group: DuplicateGroup
    canonical: Candidate | None = None
    media: MediaFacts | None = None
    _: KW_ONLY
    rejections: tuple[Rejection, ...] = ()
    tried: int = 0
    first_tries: int = 0
    first_failures: int = 0
    is_new: bool = False
    is_deferred: bool = False
    duplicates_media: Mapping[str, MediaFacts] = field(default_factory=dict)

    def untried(self) -> Iterator[Candidate]:
        """The members whose media was not rejected, in the order of the group."""
        rejected = {rejection.tiktok_id for rejection in self.rejections}
        return (each for each in self.group.members if each.tiktok_id not in rejected)


def fetch_media(
    groups: Sequence[DuplicateGroup],
    known: Mapping[str, TrackRecord],
    dependencies: MediaDependencies,
    has_time: Callable[[], bool],
    *,
    is_forced: bool = False,
) -> list[GroupMedia]:
    """The media of every group, in their order; each outcome is saved at once.

    Idempotent and safe to run concurrently: media known to archive or ledger is not fetched.
    Groups left when `has_time` turns false are deferred. `is_forced` retries earlier failures.
    """
    ledger, now = dependencies.ledger, dependencies.now()
    stored = StoredMedia.read(_members(groups), known, ledger, now, is_forced=is_forced)
    clock = FailureClock(now, dependencies.refresh_every)

    def prepare(candidate: Candidate) -> MediaFacts | Finding:
        outcome = prepare_media(candidate, dependencies.tools, has_time)
        save_outcome(ledger, candidate, outcome, clock, stored.earlier_failure(candidate))
        return outcome

    with ThreadPoolExecutor(IO_THREADS, thread_name_prefix="media") as pool:
        futures = [pool.submit(_fetch_group, group, stored, prepare, has_time) for group in groups]
        for done, _ in enumerate(as_completed(futures), start=1):
            dependencies.progress.advance("media", done, len(futures))
    return [future.result() for future in futures]


def known_media(
    groups: Sequence[DuplicateGroup],
    known: Mapping[str, TrackRecord],
    ledger: ReadableLedger,
    now: datetime,
) -> list[GroupMedia]:
    """Like `fetch_media`, but read-only: groups with unknown media are deferred."""
    stored = StoredMedia.read(_members(groups), known, ledger, now, is_forced=False)
    return [settle(group, stored) for group in groups]


def settle(group: DuplicateGroup, known: KnownMedia) -> GroupMedia:
    """The media of a group as far as it is known; an unknown member defers the group."""
    return _with_songs_media(_first_with_media(group, known.outcome, known), known.outcome)


def _fetch_group(
    group: DuplicateGroup,
    known: KnownMedia,
    prepare: Callable[[Candidate], MediaFacts | Finding],
    has_time: Callable[[], bool],
) -> GroupMedia:
    """Like `settle`, but fetches the media of unknown members while there is time."""
    fetched: list[Candidate] = []

    def outcome(candidate: Candidate) -> MediaFacts | Finding | None:
        stored = known.outcome(candidate)
        if stored is not None or not has_time():
            return stored
        found = _isolated(prepare, candidate)
        if found is not None:
            fetched.append(candidate)
        return found

    result = _first_with_media(group, outcome, known)
    first = [each for each in fetched if not known.has_failed(each)]
    counted = replace(
        result,
        tried=len(fetched),
        first_tries=len(first),
        first_failures=sum(each != result.canonical for each in first),
        is_new=result.canonical in fetched,
    )
    return _with_songs_media(counted, outcome)


def _first_with_media(
    group: DuplicateGroup,
    outcome: Callable[[Candidate], MediaFacts | Finding | None],
    known: KnownMedia,
) -> GroupMedia:
    rejections: list[Rejection] = []
    for candidate in group.members:
        found = outcome(candidate)
        if isinstance(found, MediaFacts):
            others = [each for each in group.members if each is not candidate]
            return GroupMedia(
                group,
                candidate,
                found,
                rejections=tuple(rejections),
                duplicates_media=_media_of(others, known),
            )
        if found is None:
            return GroupMedia(group, rejections=tuple(rejections), is_deferred=True)
        rejections.append(Rejection.of(candidate, found))
    return GroupMedia(group, rejections=tuple(rejections))


def _with_songs_media(
    result: GroupMedia, outcome: Callable[[Candidate], MediaFacts | Finding | None]
) -> GroupMedia:
    """Adds the media of members in the commercial library; one that fails rejects nothing."""
    canonical = result.canonical
    if canonical is None or canonical.publish is not None:
        return result
    songs = [each for each in result.untried() if each.publish and each != canonical]
    found = {each.tiktok_id: outcome(each) for each in songs}
    media = {name: each for name, each in found.items() if isinstance(each, MediaFacts)}
    return replace(result, duplicates_media={**result.duplicates_media, **media})


def _media_of(members: Sequence[Candidate], known: KnownMedia) -> dict[str, MediaFacts]:
    outcomes = ((each.tiktok_id, known.outcome(each)) for each in members)
    return {key: found for key, found in outcomes if isinstance(found, MediaFacts)}


def _isolated(
    prepare: Callable[[Candidate], MediaFacts | Finding], candidate: Candidate
) -> MediaFacts | Finding | None:
    """An unexpected error rejects this candidate in this run only: it is not saved.

    None if the time was up before a decoder was free: nothing is known of the file.
    """
    try:
        return prepare(candidate)
    except OutOfTime:
        return None
    except Exception as exc:
        _logger.exception("media of sound %s failed", candidate.tiktok_id)
        detail = f"an unexpected {type(exc).__name__}; the log has more"
        return Finding(RejectionReason.MEDIA_WORKER_FAILED, detail)


def _members(groups: Sequence[DuplicateGroup]) -> list[Candidate]:
    return [member for group in groups for member in group.members]
