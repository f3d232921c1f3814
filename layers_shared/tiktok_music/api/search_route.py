"""The list with search parameters: query -> index -> page, with a cursor to the next one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.conditional import computed_response
from tiktok_music.api.cursor import Cursor, Seal, accepted_cursor, seal_of, write_cursor
from tiktok_music.api.index import Index, Row
from tiktok_music.api.media_members import about_member, media_member
from tiktok_music.api.publish_members import members_of_rows, usable_ids
from tiktok_music.api.query import PUBLISH_INCLUDE, Query, parse_query
from tiktok_music.api.responses import json_bytes
from tiktok_music.api.search import Page, search
from tiktok_music.archive import TrackRecord
from tiktok_music.archive_lookup import resolve_aliases
from tiktok_music.errors import SnapshotGone, StoreError, VersionGone

NO_CURSOR = "Must be the nextCursor of the same search."
GONE = "The catalog has moved on since; start the list again without a cursor."


def search_music(request: Request, view: CatalogView) -> Response | None:
    """Responds to a search; returns None if there is no known parameter.

    Raises Invalid, also for a chart that is not published, and VersionGone for a cursor of a
    version that is not stored any more.
    """
    query = parse_query(request.query_params.multi_items(), view.policy)
    if query is None:
        return None
    if query.chart is not None:
        view = view.charts().chosen(query.chart, view)
    digest = query.digest(view.chart.chart_id if view.chart else None)
    index, cursor = _start(query, view, digest)
    try:
        positions, base = view.indexes.ordered(index, query.sort, cursor.base)
    except SnapshotGone as exc:
        raise VersionGone(("cursor", GONE)) from exc
    resolved = _with_alias_resolved(query, view, index)
    page = search(index, resolved, positions, cursor.offset, _publishable(query, view, index))
    has_archive = True
    if query.includes:
        found, has_archive = _with_members(page.rows, query.includes, view, index)
        page = replace(page, rows=found)
    body = json_bytes(_body(page, seal_of(view, digest), replace(cursor, base=base)))
    response = computed_response(request, body, index.descriptor, view.freshness())
    if view.chart is not None:
        response.headers.update(view.chart.headers(index.descriptor.version))
    if not has_archive:
        response.headers["Cache-Control"] = "no-store"
    return response


def _publishable(query: Query, view: CatalogView, index: Index) -> frozenset[str] | None:
    """The publishable tracks if the query needs them.

    Without the archive, their facet is left out; raises StoreError where it is the filter.
    """
    if not view.policy.is_on or not (query.is_publishable_only or query.has_facets):
        return None
    try:
        return usable_ids(view, index)
    except StoreError:
        if query.is_publishable_only:
            raise
        return None


def _with_members(
    rows: Sequence[Row], includes: Collection[str], view: CatalogView, index: Index
) -> tuple[list[Row], bool]:
    """The rows with the members that the query includes, and whether the archive was available.

    `media` and `about` are null for an unreadable record, and for all while the archive is
    unavailable; raises StoreError only where the members of direct publish are included.
    """
    ids = [row["id"] for row in rows]
    has_publish = PUBLISH_INCLUDE in includes
    publish = members_of_rows(view, index, ids) if has_publish else {}
    records: Mapping[str, TrackRecord | None] = {}
    try:
        records = view.records_of(index, ids)
        has_archive = True
    except StoreError as exc:
        view.on_no_archive(exc)
        has_archive = False

    def members(track_id: str) -> Iterator[tuple[str, Any]]:
        yield from publish.get(track_id, {}).items()
        record = records.get(track_id)
        if "media" in includes:
            yield "media", record and media_member(record, view.media_base_url)
        if "about" in includes:
            yield "about", record and about_member(record)

    return [{**row, **dict(members(row["id"]))} for row in rows], has_archive


def _start(query: Query, view: CatalogView, digest: str) -> tuple[Index, Cursor]:
    """The index of a page, and the cursor to it."""
    if query.cursor is None:
        index = view.indexes.current()
        return index, Cursor(index.descriptor.version, 0)
    cursor = accepted_cursor(view, query.cursor, digest, NO_CURSOR)
    return view.index_at(cursor.version, path="cursor", advice=GONE), cursor


def _with_alias_resolved(query: Query, view: CatalogView, index: Index) -> Query:
    """Replaces the id of an alias by that of its canonical track."""
    if query.track_id is None or query.track_id in index.ranks:
        return query
    records = resolve_aliases(view.archive, [query.track_id], index.ranks.__contains__)
    record = records.get(query.track_id)
    return replace(query, track_id=record.track_id) if record else query


def _body(page: Page, seal: Seal, cursor: Cursor) -> dict[str, Any]:
    offset = page.next_offset
    following = None if offset is None else replace(cursor, offset=offset)
    body: dict[str, Any] = {
        "tracks": page.rows,
        "total": page.total,
        "nextCursor": following and write_cursor(following, seal),
    }
    if page.facets is not None:
        body["facets"] = page.facets
    return body
