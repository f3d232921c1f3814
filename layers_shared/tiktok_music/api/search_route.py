"""The list with search parameters: query -> index -> page, with a cursor to the next one."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.conditional import computed_response
from tiktok_music.api.cursor import Cursor, read_cursor, write_cursor
from tiktok_music.api.index import Index
from tiktok_music.api.query import Query, parse_query
from tiktok_music.api.responses import json_bytes
from tiktok_music.api.search import Page, search
from tiktok_music.archive_lookup import resolve_aliases
from tiktok_music.errors import Invalid, SnapshotGone

NO_CURSOR = "Must be the nextCursor of the same search."
GONE = "The catalog has moved on since; start the list again without a cursor."


def search_music(request: Request, view: CatalogView) -> Response | None:
    """Responds to a search; returns None if there is no known parameter; raises Invalid."""
    query = parse_query(request.query_params.multi_items())
    if query is None:
        return None
    index, offset = _start(query, view)
    positions = view.indexes.positions(index, query.sort)
    page = search(index, _with_alias_resolved(query, view, index), positions, offset)
    body = json_bytes(_body(page, query, index))
    return computed_response(request, body, index.descriptor, view.freshness())


def _start(query: Query, view: CatalogView) -> tuple[Index, int]:
    if query.cursor is None:
        return view.indexes.current(), 0
    cursor = read_cursor(query.cursor, query.digest())
    if cursor is None:
        raise Invalid((("cursor", NO_CURSOR),))
    try:
        return view.indexes.at(cursor.version), cursor.offset
    except SnapshotGone as exc:
        raise Invalid((("cursor", GONE),)) from exc


def _with_alias_resolved(query: Query, view: CatalogView, index: Index) -> Query:
    """Replaces the id of an alias by that of its canonical track."""
    if query.track_id is None or query.track_id in index.ranks:
        return query
    records = resolve_aliases(view.archive, [query.track_id], index.ranks.__contains__)
    record = records.get(query.track_id)
    return replace(query, track_id=record.track_id) if record else query


def _body(page: Page, query: Query, index: Index) -> dict[str, Any]:
    offset = page.next_offset
    version = index.descriptor.version
    body: dict[str, Any] = {
        "tracks": page.rows,
        "total": page.total,
        "nextCursor": (
            None if offset is None else write_cursor(Cursor(version, offset), query.digest())
        ),
    }
    if page.facets is not None:
        body["facets"] = page.facets
    return body
