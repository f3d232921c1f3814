"""Routes without a key: health and the OpenAPI document."""

from functools import cache
from pathlib import Path

from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.freshness import NO_SNAPSHOT
from tiktok_music.api.responses import json_response
from tiktok_music.errors import StoreError

OPENAPI = Path(__file__).with_name("openapi.json")


def health_of(view: CatalogView) -> Response:
    """Responds 200 with the status in the body; costs no more store reads than the list."""
    try:
        descriptor = view.snapshots.snapshot().descriptor
        health = view.freshness().health(descriptor)
    except StoreError:
        health = NO_SNAPSHOT
    return json_response(health)


def openapi() -> Response:
    """Responds with the OpenAPI document that is deployed with the code."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(_document(), headers=headers, media_type="application/json")


@cache
def _document() -> bytes:
    return OPENAPI.read_bytes()
