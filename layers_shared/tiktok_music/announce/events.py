"""The events on the bus, in their public form. Pure.

An event's id is derived from what it reports, so that a repeated stream record gives the same one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tiktok_music.announce.pointer_move import PointerMove
from tiktok_music.announce.refused_runs import RunEntry
from tiktok_music.api.freshness import utc_text
from tiktok_music.request_id import ulid

REFRESHED = "CatalogRefreshed"
REFRESH_REFUSED = "CatalogRefreshRefused"
DETAIL_VERSION = "1.0"
# The id of the only chart until a deployment publishes several.
DEFAULT_CHART = "default"


@dataclass(frozen=True, slots=True)
class CatalogEvent:
    """An entry for the bus."""

    detail_type: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCounts:
    """The numbers of tracks that a move added, removed and gave another rank.

    `retired` are those of the removed ones that were taken down. None if a version cannot be read.
    """

    added: int | None = None
    removed: int | None = None
    moved: int | None = None
    retired: int | None = None


def refreshed_event(chart: str, move: PointerMove, counts: ChangeCounts) -> CatalogEvent:
    """The event of a pointer move."""
    current, previous = move.current, move.previous
    return CatalogEvent(
        REFRESHED,
        {
            **_head(chart, current.published_at, current.version, str(move.fence)),
            "snapshot": current.version,
            "previousSnapshot": previous.version if previous else None,
            "publishedAt": utc_text(current.published_at),
            "cause": str(move.cause),
            "total": current.track_count,
            "added": counts.added,
            "removed": counts.removed,
            "moved": counts.moved,
            "retired": counts.retired,
        },
    )


def refused_event(chart: str, run: RunEntry) -> CatalogEvent:
    """The event of a run whose catalog failed a publish check, for operators."""
    scheduled_at, started_at = _utc(run["scheduledAt"]), run.get("startedAt")
    return CatalogEvent(
        REFRESH_REFUSED,
        {
            **_head(chart, scheduled_at, run["scheduledAt"], str(started_at)),
            "scheduledAt": utc_text(scheduled_at),
            "startedAt": utc_text(_utc(started_at)) if started_at else None,
            "reason": run.get("reason"),
            "rows": run.get("rows"),
            "accepted": run.get("accepted"),
            "rejected": run.get("rejected"),
        },
    )


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _head(chart: str, moment: datetime, *subject: str) -> dict[str, Any]:
    digest = hashlib.sha256("\n".join((chart, *subject)).encode()).digest()
    return {
        "version": DETAIL_VERSION,
        "eventId": "evt_" + ulid(int(moment.timestamp() * 1000), digest[:10]),
        "chart": chart,
        "isDefault": chart == DEFAULT_CHART,
    }
