"""Moves of the pointer: pure, a pointer in, the next one out. Each is one conditional write."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from tiktok_music.errors import SnapshotGone
from tiktok_music.snapshot import Descriptor, Pointer

# Enough to compare a week with the week before, and to roll back over a long weekend.
KEPT_VERSIONS = 14
KEPT_FOR = timedelta(days=7)
# However often an operator forces a refresh: a descriptor takes 300 of an item's 400,000 bytes.
MOST_VERSIONS = 100


def advanced(last: Pointer | None, current: Descriptor) -> Pointer:
    """The pointer after a publish; what is neither recent nor among the last ones is let go."""
    past = (last.current, *last.history) if last else ()
    oldest = current.published_at - KEPT_FOR
    kept = [
        descriptor
        for place, descriptor in enumerate(past, start=1)
        if place < KEPT_VERSIONS or descriptor.published_at > oldest
    ]
    return Pointer(current, tuple(kept[: MOST_VERSIONS - 1]))


def rolled_back(pointer: Pointer, version: str, fence: int) -> Pointer:
    """The pointer at an older (or newer) version that is kept; raises SnapshotGone."""
    kept = (pointer.current, *pointer.history)
    chosen = next((descriptor for descriptor in kept if descriptor.version == version), None)
    if chosen is None:
        raise SnapshotGone(f"{version} is not kept; there are {', '.join(_names(kept))}")
    others = sorted(set(kept) - {chosen}, key=lambda descriptor: -descriptor.fence)
    return replace(pointer, current=chosen, history=tuple(others), operator_fence=fence)


def replaced(pointer: Pointer, current: Descriptor, fence: int) -> Pointer:
    """The pointer with `current` in the place of what is current, which is kept no more.

    For a takedown: what was current must not be served again. A pin stays.
    """
    return replace(pointer, current=current, operator_fence=fence)


def pinned(pointer: Pointer, version: str, fence: int) -> Pointer:
    """The pointer held at a version: no refresh moves it until it is unpinned."""
    return replace(rolled_back(pointer, version, fence), is_pinned=True)


def unpinned(pointer: Pointer, fence: int) -> Pointer:
    """The pointer free again; what is current stays until the next refresh."""
    return replace(pointer, is_pinned=False, operator_fence=fence)


def last_scheduled_at(pointer: Pointer, until: datetime) -> datetime | None:
    """The newest tick up to `until` that is kept, also when an older version is current."""
    kept = (pointer.current, *pointer.history)
    ticks = [each.scheduled_at for each in kept if each.scheduled_at <= until]
    return max(ticks, default=None)


def _names(kept: Iterable[Descriptor]) -> list[str]:
    return [descriptor.version for descriptor in kept]
