"""The grid of scheduled runs, read from the stored versions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tiktok_music.snapshot import Descriptor, Pointer

# A clock slower than the scheduler's publishes before the scheduled time; a later one is wrong.
CLOCK_SKEW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`scheduled_at` is one run of the schedule, `published_at` the last publication of all.

    A rollback and a pin publish nothing, a refresh by hand is no run of the schedule: none of them
    moves the grid.
    """

    scheduled_at: datetime
    published_at: datetime
    is_pinned: bool = False

    @classmethod
    def of(cls, pointer: Pointer) -> "Schedule":
        stored = (pointer.current, *pointer.history)
        runs = [each for each in stored if _is_scheduled(each)] or [pointer.current]
        return cls(
            scheduled_at=max(runs, key=lambda run: run.fence).scheduled_at,
            published_at=max(each.published_at for each in stored),
            is_pinned=pointer.is_pinned,
        )

    def next_due(self, every: timedelta, now: datetime) -> datetime:
        """The first run after the last publication; in the past if it was missed.

        No run replaces a pinned version: then it is the first run after `now`.
        """
        after = max(now, self.published_at) if self.is_pinned else self.published_at
        delay = after - self.scheduled_at
        if -CLOCK_SKEW < delay < timedelta(0):
            delay = timedelta(0)
        return self.scheduled_at + (delay // every + 1) * every


def _is_scheduled(descriptor: Descriptor) -> bool:
    """A run of the schedule is for a whole second; one by hand has the clock's microseconds."""
    return descriptor.scheduled_at.microsecond == 0
