"""Routes without a key: health and the OpenAPI document."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.freshness import NO_SNAPSHOT
from tiktok_music.api.responses import json_response
from tiktok_music.errors import StoreError
from tiktok_music.snapshot import Descriptor

OPENAPI = Path(__file__).with_name("openapi.json")


def health_of(view: CatalogView) -> Response:
    """Responds 200 with the status in the body; costs no more store reads than the list."""
    try:
        descriptor = view.snapshots.snapshot().descriptor
        health = view.freshness().health(descriptor)
        if view.has_charts:
            health = _with_charts(health, view, descriptor)
    except StoreError:
        health = NO_SNAPSHOT
    return json_response(health)


def _with_charts(
    health: Mapping[str, Any], view: CatalogView, default: Descriptor
) -> Mapping[str, Any]:
    """Adds the figures of all charts; a stale one degrades a good status.

    While the list of charts is unavailable, the health is that of the default chart alone.
    """
    from tiktok_music.api.charts.routes import charts_health

    try:
        charts = charts_health(view, default)
    except StoreError:
        return health
    is_degraded = charts["stale"] and health["status"] == "ok"
    return {**health, "status": "degraded" if is_degraded else health["status"], "charts": charts}


def openapi() -> Response:
    """Responds with the OpenAPI document that is deployed with the code."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(_document(), headers=headers, media_type="application/json")


@cache
def _document() -> bytes:
    return OPENAPI.read_bytes()
