"""Routes without a key: health, and the description of the API."""

from functools import cache
from pathlib import Path

from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.responses import json_response
from tiktok_music.errors import StoreError

OPENAPI = Path(__file__).with_name("openapi.json")


def health_of(library: CatalogView) -> Response:
    """Always 200: the answer itself says how things are, and costs what a list costs at most."""
    try:
        descriptor = library.catalog.snapshot().descriptor
    except StoreError:
        descriptor = None
    return json_response(library.freshness().health(descriptor))


def openapi() -> Response:
    """The description that is shipped with the code."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(_document(), headers=headers, media_type="application/json")


@cache
def _document() -> bytes:
    return OPENAPI.read_bytes()
