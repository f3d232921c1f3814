"""Finds the version that another one is compared with. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from tiktok_music.snapshot import Descriptor, Pointer

# Runs start late and take up to a quarter of an hour, so that intervals differ.
SLACK = 0.25


def version_before(pointer: Pointer, version: str, every: timedelta) -> Descriptor | None:
    """The version served about one interval of the schedule before `version` was published.

    Not simply the last one: a refresh by hand, or a takedown, publishes between two runs. The
    oldest one if all are younger; None if `version` is the first one, or is not stored.
    """
    stored = (pointer.current, *pointer.history)
    of_version = next((each for each in stored if each.version == version), None)
    if of_version is None:
        return None
    older = [each for each in _not_rolled_back(pointer) if each.fence < of_version.fence]
    served_at = of_version.published_at - every * (1 - SLACK)
    in_time = [each for each in older if each.published_at <= served_at]
    if in_time:
        return max(in_time, key=lambda each: each.fence)
    return min(older, key=lambda each: each.fence, default=None)


def _not_rolled_back(pointer: Pointer) -> Iterator[Descriptor]:
    """The versions that later ones built on, newest first.

    The pointer has the versions in the order in which they were served: a version behind one with
    a lower fence was rolled back.
    """
    lowest = pointer.current.fence + 1
    for each in (pointer.current, *pointer.history):
        if each.fence < lowest:
            lowest = each.fence
            yield each
