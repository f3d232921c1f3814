"""`GET /v1/tiktok-music/charts`, and the summary of all charts for the health."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.conditional import computed_response
from tiktok_music.api.freshness import age_seconds, utc_text
from tiktok_music.api.responses import json_bytes
from tiktok_music.charts import Coordinates
from tiktok_music.snapshot import Descriptor

# Two of the longest intervals of the schedule.
STALE_SECONDS = 24 * 3600


def list_charts(request: Request, view: CatalogView) -> Response:
    """Responds with the published charts: the default one, then the others by id."""
    charts, descriptor = view.charts(), view.snapshots.snapshot().descriptor
    freshness = view.freshness()
    due = utc_text(freshness.next_due())
    others = [
        _chart(each.coordinates, each.current, due, is_default=False)
        for each in charts.published()
        if each.current
    ]
    listed = [_chart(charts.default, descriptor, due, is_default=True), *others]
    body = json_bytes({"charts": listed, "total": len(listed)})
    return computed_response(request, body, descriptor, freshness)


def _chart(
    place: Coordinates, descriptor: Descriptor, due: str, *, is_default: bool
) -> dict[str, Any]:
    return {
        "id": place.chart_id,
        "source": place.source,
        "country": place.country,
        "genre": place.genre,
        "period": place.period,
        "kind": place.kind,
        "isDefault": is_default,
        "total": descriptor.track_count,
        "version": descriptor.version,
        "publishedAt": utc_text(descriptor.published_at),
        "nextRefreshAt": due,
    }


def charts_health(view: CatalogView, default: Descriptor) -> dict[str, int]:
    """Counts the published charts and those older than a day; raises StoreError."""
    others = [each.current for each in view.charts().published() if each.current]
    ages = [age_seconds(each, view.now()) for each in (default, *others)]
    return {
        "published": len(ages),
        "stale": sum(age > STALE_SECONDS for age in ages),
        "oldestAgeSeconds": max(ages),
    }
