"""How old an answer is, and when the next one is due: RFC 9111 headers, health."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from tiktok_music.snapshot import Descriptor

# The longest refresh takes this long; until it has ended, what was there before may be shown.
REVALIDATE_SECONDS = 900
# A run starts when it is due, takes up to 15 minutes and may be tried again.
GRACE = timedelta(hours=2)
MISSED_RUNS = 2


@dataclass(frozen=True, slots=True)
class Freshness:
    """What can be said of a snapshot's age at `now`, in Unix seconds, when every `every` there is
    to be a new one."""

    every: timedelta
    now: float

    @property
    def degraded_after(self) -> timedelta:
        return self.every + GRACE

    @property
    def failing_after(self) -> timedelta:
        return MISSED_RUNS * self.every

    def headers(self, descriptor: Descriptor) -> dict[str, str]:
        """Fresh until the next refresh is due.

        `max-age` counts from the publication, as `Age` does, so that what is left of it ends
        there. Only the caller's own cache may keep an answer: a shared one would give it to other
        keys.
        """
        of_version = _of_version(descriptor, self.every)
        return {**of_version, "Age": str(age_seconds(descriptor, self.now))}

    def health(self, descriptor: Descriptor | None) -> Mapping[str, Any]:
        """`ok`, `degraded` two hours after a refresh was due, `failing` when two were missed or
        without any snapshot."""
        if descriptor is None:
            return {"status": "failing", "snapshot": None, "nextRefreshDueAt": None}
        age = age_seconds(descriptor, self.now)
        return {
            "status": self._status(timedelta(seconds=age)),
            "snapshot": {
                "version": descriptor.version,
                "publishedAt": utc_text(descriptor.published_at),
                "ageSeconds": age,
                "trackCount": descriptor.track_count,
            },
            "nextRefreshDueAt": utc_text(next_refresh_due(descriptor, self.every)),
        }

    def _status(self, age: timedelta) -> str:
        if age > self.failing_after:
            return "failing"
        return "degraded" if age > self.degraded_after else "ok"


def next_refresh_due(descriptor: Descriptor, every: timedelta) -> datetime:
    """The first tick of the schedule after the snapshot was published."""
    late = descriptor.published_at - descriptor.scheduled_at
    ticks = max(late // every, 0) + 1
    return descriptor.scheduled_at + ticks * every


def age_seconds(descriptor: Descriptor, now: float) -> int:
    return max(int(now - descriptor.published_at.timestamp()), 0)


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second, with `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=4)
def _of_version(descriptor: Descriptor, every: timedelta) -> Mapping[str, str]:
    lifetime = next_refresh_due(descriptor, every) - descriptor.published_at
    return {
        "Cache-Control": (
            f"private, max-age={int(lifetime.total_seconds())}, "
            f"stale-while-revalidate={REVALIDATE_SECONDS}"
        ),
        "Last-Modified": format_datetime(descriptor.published_at, usegmt=True),
        "X-Catalog-Snapshot": descriptor.version,
    }
