"""How old an answer is, and when the next one is due: RFC 9111 headers, health."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from tiktok_music.snapshot import Descriptor

REFRESH_EVERY = timedelta(hours=12)
# The longest refresh takes this long; until it has ended, what was there before may be shown.
REVALIDATE_SECONDS = 900
# A run is 12 hours after the last, takes up to 15 minutes and may be tried again.
DEGRADED_AFTER = timedelta(hours=14)
FAILING_AFTER = timedelta(hours=24)


def next_refresh_due(descriptor: Descriptor) -> datetime:
    """The first tick of the schedule after the snapshot was published."""
    late = descriptor.published_at - descriptor.scheduled_at
    ticks = max(late // REFRESH_EVERY, 0) + 1
    return descriptor.scheduled_at + ticks * REFRESH_EVERY


def age_seconds(descriptor: Descriptor, now: float) -> int:
    return max(int(now - descriptor.published_at.timestamp()), 0)


def freshness_headers(descriptor: Descriptor, now: float) -> dict[str, str]:
    """Fresh until the next refresh is due.

    `max-age` counts from the publication, as `Age` does, so that what is left of it ends there.
    Only the caller's own cache may keep an answer: a shared one would give it to other keys.
    """
    return {**_of_version(descriptor), "Age": str(age_seconds(descriptor, now))}


@lru_cache(maxsize=4)
def _of_version(descriptor: Descriptor) -> Mapping[str, str]:
    lifetime = next_refresh_due(descriptor) - descriptor.published_at
    return {
        "Cache-Control": (
            f"private, max-age={int(lifetime.total_seconds())}, "
            f"stale-while-revalidate={REVALIDATE_SECONDS}"
        ),
        "Last-Modified": format_datetime(descriptor.published_at, usegmt=True),
        "X-Catalog-Snapshot": descriptor.version,
    }


def health(descriptor: Descriptor | None, now: float) -> Mapping[str, Any]:
    """`ok`, `degraded` from 14 hours of age, `failing` from 24 or without any snapshot."""
    if descriptor is None:
        return {"status": "failing", "snapshot": None, "nextRefreshDueAt": None}
    age = age_seconds(descriptor, now)
    return {
        "status": _status(timedelta(seconds=age)),
        "snapshot": {
            "version": descriptor.version,
            "publishedAt": utc_text(descriptor.published_at),
            "ageSeconds": age,
            "trackCount": descriptor.track_count,
        },
        "nextRefreshDueAt": utc_text(next_refresh_due(descriptor)),
    }


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second, with `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _status(age: timedelta) -> str:
    if age > FAILING_AFTER:
        return "failing"
    return "degraded" if age > DEGRADED_AFTER else "ok"
