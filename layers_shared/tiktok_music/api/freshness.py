"""Age of a snapshot and due time of the next one: RFC 9111 headers, health."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, NamedTuple

from tiktok_music.api.schedule import Schedule
from tiktok_music.snapshot import Descriptor

# The longest refresh: clients may show the previous snapshot until it has ended.
REVALIDATE_SECONDS = 900
# A scheduled run starts on time, takes up to 15 minutes and may be retried.
GRACE = timedelta(hours=2)
MISSED_RUNS = 2
NO_SNAPSHOT: Mapping[str, Any] = {"status": "failing", "snapshot": None, "nextRefreshDueAt": None}


class Freshness(NamedTuple):
    """Judges the age of a snapshot at `now`, in Unix seconds; a run starts every `every`.

    `ahead_seconds` is how far the clock of the world is ahead of `now`, which stands still in the
    sandbox: headers then name the same snapshot as if it were published again in each interval.
    """

    every: timedelta
    now: float
    schedule: Schedule
    ahead_seconds: float = 0.0

    def headers(self, descriptor: Descriptor) -> dict[str, str]:
        """Caching headers: fresh until the next refresh is due.

        `max-age` counts from the publication, like `Age`. The cache is private, as a shared one
        would serve the response to other keys.
        """
        shift = self._shift()
        constant = _version_headers(descriptor, self.next_due(), shift)
        now = self.now + self.ahead_seconds - shift.total_seconds()
        return {**constant, "Age": str(age_seconds(descriptor, now))}

    def modified_at(self, descriptor: Descriptor) -> datetime:
        """The time of `Last-Modified`."""
        return descriptor.published_at + self._shift()

    def next_due(self) -> datetime:
        return self.schedule.next_due(self.every, datetime.fromtimestamp(self.now, UTC))

    def _shift(self) -> timedelta:
        if not self.ahead_seconds:
            return timedelta()
        return self.ahead_seconds // self.every.total_seconds() * self.every

    def health(self, descriptor: Descriptor) -> Mapping[str, Any]:
        """The health body: `degraded` two hours after a refresh was due, `failing` when two were
        missed."""
        age = age_seconds(descriptor, self.now)
        return {
            "status": self._status(timedelta(seconds=age)),
            "snapshot": {
                "version": descriptor.version,
                "publishedAt": utc_text(descriptor.published_at),
                "ageSeconds": age,
                "trackCount": descriptor.track_count,
            },
            "nextRefreshDueAt": utc_text(self.next_due()),
        }

    def _status(self, age: timedelta) -> str:
        if age > failing_after(self.every):
            return "failing"
        return "degraded" if age > degraded_after(self.every) else "ok"


def degraded_after(every: timedelta) -> timedelta:
    return every + GRACE


def failing_after(every: timedelta) -> timedelta:
    return MISSED_RUNS * every


def age_seconds(descriptor: Descriptor, now: float) -> int:
    """Whole seconds since the second of `Last-Modified`, so that both name the same moment."""
    return max(int(now) - int(descriptor.published_at.timestamp()), 0)


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second, with `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=64)
def _version_headers(descriptor: Descriptor, due: datetime, shift: timedelta) -> Mapping[str, str]:
    lifetime = due - descriptor.published_at.replace(microsecond=0)
    return {
        "Cache-Control": (
            f"private, max-age={int(lifetime.total_seconds())}, "
            f"stale-while-revalidate={REVALIDATE_SECONDS}"
        ),
        "Last-Modified": format_datetime(descriptor.published_at + shift, usegmt=True),
        "X-Catalog-Snapshot": descriptor.version,
    }
