"""The list with parameters: query -> index -> page, with a cursor to the next one."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.conditional import made_response
from tiktok_music.api.cursor import Cursor, read_cursor, write_cursor
from tiktok_music.api.index import Index
from tiktok_music.api.query import Query, parse_query
from tiktok_music.api.responses import json_bytes
from tiktok_music.api.search import Page, search
from tiktok_music.archive_lookup import resolve_aliases
from tiktok_music.errors import Invalid, SnapshotGone

NO_CURSOR = "Must be the nextCursor of the same search."
GONE = "The catalog has moved on since; start the list again without a cursor."


def search_music(request: Request, library: CatalogView) -> Response | None:
    """The answer to a search, None when no parameter is one of ours; raises Invalid."""
    query = parse_query(request.query_params.multi_items())
    if query is None:
        return None
    index, offset = _start(query, library)
    places = library.indexes.places(index, query.sort)
    page = search(index, _followed(query, library, index), places, offset)
    body = json_bytes(_body(page, query, index))
    return made_response(request, body, index.descriptor, library.freshness())


def _start(query: Query, library: CatalogView) -> tuple[Index, int]:
    if query.cursor is None:
        return library.indexes.current(), 0
    cursor = read_cursor(query.cursor, query.digest())
    if cursor is None:
        raise Invalid((("cursor", NO_CURSOR),))
    try:
        return library.indexes.at(cursor.version), cursor.offset
    except SnapshotGone as exc:
        raise Invalid((("cursor", GONE),)) from exc


def _followed(query: Query, library: CatalogView, index: Index) -> Query:
    """A link that leads to a merged double asks for its canonical."""
    if query.track_id is None or query.track_id in index.ranks:
        return query
    record = resolve_aliases(library.archive, [query.track_id], index.ranks.__contains__)
    found = record.get(query.track_id)
    return replace(query, track_id=found.track_id) if found else query


def _body(page: Page, query: Query, index: Index) -> dict[str, Any]:
    after = page.next_offset
    version = index.descriptor.version
    body: dict[str, Any] = {
        "tracks": page.rows,
        "total": page.total,
        "nextCursor": (
            None if after is None else write_cursor(Cursor(version, after), query.digest())
        ),
    }
    if page.facets is not None:
        body["facets"] = page.facets
    return body
