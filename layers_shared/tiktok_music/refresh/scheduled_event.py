"""What a scheduled event asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """The tick that a refresh is for, and whether an operator wants it done again."""

    scheduled_at: datetime
    is_forced: bool


def parse_event(event: Mapping[str, Any], now: datetime) -> RefreshRequest:
    """Reads `scheduledTime` (ISO 8601, UTC) and `force`; an event without a time means now.

    The scheduled time, not the attempt's own id, tells a repeated delivery from a new tick.
    """
    text = event.get("scheduledTime")
    scheduled_at = _utc(text) if isinstance(text, str) else now
    return RefreshRequest(scheduled_at, is_forced=event.get("force") is True)


def _utc(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ValueError(f"scheduledTime is {text!r}, not a time in ISO 8601") from exc
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
