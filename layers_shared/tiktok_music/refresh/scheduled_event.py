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

    A repeated delivery has the scheduled time of the first one, but another request id.
    """
    text = event.get("scheduledTime")
    scheduled_at = _utc(text) if isinstance(text, str) else now
    return RefreshRequest(scheduled_at, is_forced=event.get("force") is True)


def _utc(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ValueError(f"scheduledTime {text!r} is not an ISO 8601 time") from exc
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
