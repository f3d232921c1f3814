"""Parses scheduled events: JSON in, the requested refresh out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """The scheduled run of a refresh; `is_forced` if an operator repeats it."""

    scheduled_at: datetime
    is_forced: bool


def parse_event(event: Mapping[str, Any], now: datetime) -> RefreshRequest:
    """Reads `scheduledTime` (ISO 8601, UTC) and `force`; an event without a time means now.

    A repeated delivery has the scheduled time of the first one, but another request id. A time in
    the future, from a skewed clock or a typing error, means now as well: the age of the catalog is
    counted from it, and so is the time for which clients may cache the list. Raises ValueError for
    a time that is unreadable.
    """
    time = event.get("scheduledTime")
    scheduled_at = now if time is None else min(_utc(time), now)
    return RefreshRequest(scheduled_at, is_forced=event.get("force") is True)


def _utc(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise ValueError(f"scheduledTime {str(value)[:40]!r} is not an ISO 8601 time") from exc
