"""The grid of scheduled runs: every so many hours from midnight UTC, as in the template's cron."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from tiktok_music.snapshot import Pointer

A_DAY = timedelta(days=1)
# A clock slower than the scheduler's publishes before the scheduled time; a later one is wrong.
CLOCK_SKEW = timedelta(minutes=15)


@lru_cache(maxsize=16)
def next_run(every: timedelta, after: datetime) -> datetime:
    """The first run later than `after`, aware and in UTC.

    The grid starts again each midnight, so that it is the same on every day.
    """
    midnight = datetime.combine(after, time(), after.tzinfo)
    runs = (midnight + number * every for number in count(1))
    return min(next(run for run in runs if run > after), midnight + A_DAY)


class Schedule(NamedTuple):
    """`published_at` is the last publication of all, `scheduled_at` the scheduled time of its run.

    Neither moves the grid: not a refresh by hand, a rollback or a pin, nor a missed run.
    """

    scheduled_at: datetime
    published_at: datetime
    is_pinned: bool = False

    @classmethod
    def of(cls, pointer: Pointer) -> "Schedule":
        last = max((pointer.current, *pointer.history), key=lambda each: each.published_at)
        return cls(last.scheduled_at, last.published_at, pointer.is_pinned)

    def next_due(self, every: timedelta, now: datetime) -> datetime:
        """The first run after the last publication; in the past if it was missed.

        No run replaces a pinned version: then it is the first run after `now`.
        """
        after = max(now, self.published_at) if self.is_pinned else self.published_at
        early = self.scheduled_at - after
        if timedelta(0) < early < CLOCK_SKEW:
            after = self.scheduled_at
        return next_run(every, after)
