"""Moves of the pointer: pure functions from a pointer to the next one.

Each move is stored by one conditional write.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tiktok_music.errors import SnapshotGone
from tiktok_music.snapshot import Descriptor, Pointer

# Enough to compare two weeks, and to roll back over a long weekend.
KEPT_VERSIONS = 14
KEPT_FOR = timedelta(days=7)
# Bounds forced refreshes too: a descriptor takes 300 bytes of an item's 400,000.
MOST_VERSIONS = 100


def advanced(last: Pointer | None, current: Descriptor) -> Pointer:
    """The pointer after a publish; drops versions older than both retention limits."""
    past = (last.current, *last.history) if last else ()
    oldest = current.published_at - KEPT_FOR
    retained = [
        descriptor
        for place, descriptor in enumerate(past, start=1)
        if place < KEPT_VERSIONS or descriptor.published_at > oldest
    ]
    secret = last.cursor_secret if last else ""
    return Pointer(current, tuple(retained[: MOST_VERSIONS - 1]), cursor_secret=secret)


def rolled_back(pointer: Pointer, version: str, fence: int) -> Pointer:
    """The pointer at an older (or newer) version; raises SnapshotGone if it cannot be served."""
    stored = (pointer.current, *pointer.history)
    chosen = next((descriptor for descriptor in stored if descriptor.version == version), None)
    if chosen is None:
        versions = ", ".join(descriptor.version for descriptor in stored)
        raise SnapshotGone(f"{version} is not kept; there are {versions}")
    if chosen.is_withdrawn:
        raise SnapshotGone(f"{version} lists a track that was retired at once: choose another one")
    others = sorted(set(stored) - {chosen}, key=lambda descriptor: -descriptor.fence)
    return replace(pointer, current=chosen, history=tuple(others), operator_fence=fence)


def replaced(pointer: Pointer, current: Descriptor, fence: int) -> Pointer:
    """The pointer with `current` in place of the current version, for a takedown.

    The replaced version stays for `changes` and cursors, marked as withdrawn. A pin stays.
    """
    withdrawn = pointer.current._replace(is_withdrawn=True)
    history = (withdrawn, *pointer.history)[: MOST_VERSIONS - 1]
    return replace(pointer, current=current, history=history, operator_fence=fence)


def pinned(pointer: Pointer, version: str, fence: int) -> Pointer:
    """The pointer pinned at a version: no refresh moves it until it is unpinned."""
    return replace(rolled_back(pointer, version, fence), is_pinned=True)


def unpinned(pointer: Pointer, fence: int) -> Pointer:
    """The pointer without its pin; the current version stays until the next refresh."""
    return replace(pointer, is_pinned=False, operator_fence=fence)


def recovered(
    whole: Sequence[Descriptor], version: str | None, fence: int, *, is_pinned: bool
) -> Pointer:
    """A pointer at `version` if it is one of the whole versions, else at the newest of them.

    A pin stays only with its version. A withdrawn version is the last choice.
    """
    newest_first = sorted(whole, key=lambda descriptor: -descriptor.fence)
    newest = next((each for each in newest_first if not each.is_withdrawn), newest_first[0])
    chosen = next((each for each in newest_first if each.version == version), newest)
    return Pointer(
        chosen,
        tuple(each for each in newest_first if each != chosen)[: MOST_VERSIONS - 1],
        operator_fence=fence,
        is_pinned=is_pinned and chosen.version == version,
    )


def last_scheduled_at(pointer: Pointer, until: datetime) -> datetime | None:
    """The newest scheduled time up to `until` of all stored versions, not only the current one."""
    stored = (pointer.current, *pointer.history)
    times = [each.scheduled_at for each in stored if each.scheduled_at <= until]
    return max(times, default=None)
