"""`GET /v1/tiktok-music`: the stored answer as it is, or a search where one is asked for."""

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.conditional import snapshot_response


def list_music(request: Request, library: CatalogView) -> Response:
    """Without parameters nothing of searching is even imported."""
    if request.scope["query_string"]:
        from tiktok_music.api.search_route import search_music

        found = search_music(request, library)
        if found is not None:
            return found
    return snapshot_response(request, library.catalog.snapshot(), library.freshness())
