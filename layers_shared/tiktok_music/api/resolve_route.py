"""`POST /v1/tiktok-music/resolve`: returns the music payload for each post."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.json_body import parse_json
from tiktok_music.api.responses import json_response
from tiktok_music.api.tracks import music_lookup
from tiktok_music.resolve import resolve
from tiktok_music.resolve_publish import PublishRules

# Fifty targets take about 7 KB.
MOST_BODY_BYTES = 64 * 1024


async def resolve_music(request: Request, view: CatalogView) -> Response:
    """Resolves all targets or none; read-only, although the method is POST."""
    body = parse_json(await request.body(), MOST_BODY_BYTES)
    rules = PublishRules(view.policy, datetime.fromtimestamp(view.now(), UTC))
    return json_response(resolve(body, music_lookup(view), rules))
