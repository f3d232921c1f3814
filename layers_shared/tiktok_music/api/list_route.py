"""`GET /v1/tiktok-music`: the stored body, or a search if there are search parameters."""

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.conditional import snapshot_response


def list_music(request: Request, view: CatalogView) -> Response:
    """Responds with the list; imports the search only if there is a query string."""
    if request.scope["query_string"]:
        from tiktok_music.api.search_route import search_music

        response = search_music(request, view)
        if response is not None:
            return response
    return snapshot_response(request, view.snapshots.snapshot(), view.freshness())
