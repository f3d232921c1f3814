"""Routes for tracks by id or link, one or many, and for changes between two versions."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.changes import changed_lists, page_of, with_reasons
from tiktok_music.api.changes_query import ChangesQuery, changes_query
from tiktok_music.api.charts.choice import ChartChoice
from tiktok_music.api.conditional import computed_response
from tiktok_music.api.cursor import Cursor, accepted_cursor, seal_of, write_cursor
from tiktok_music.api.index import Index
from tiktok_music.api.links import issue_of_link, track_id_of_link
from tiktok_music.api.parameters import Parameters
from tiktok_music.api.responses import json_bytes
from tiktok_music.api.tracks import find_tracks
from tiktok_music.archive import TrackRecord
from tiktok_music.archive_lookup import resolve_aliases
from tiktok_music.errors import Invalid, NotFound, StoreError
from tiktok_music.resolve_request import parse_track_id

MOST_IDS = 50
NO_CURSOR = "Must be the nextCursor of the same changes."
MOVED_ON = "The catalog has moved on since; ask for the changes again without a cursor."
GONE = "This version is not stored any more; read the whole list instead."
NO_ID = "Must be the id of a track, a UUID."


def one_track(request: Request, view: CatalogView) -> Response:
    """Responds with any track ever published; an alias resolves to its canonical track."""
    track_id = parse_track_id(request.path_params["track_id"])
    if track_id is None:
        raise Invalid((("trackId", NO_ID),))
    index = view.indexes.current()
    found = find_tracks(view, index, [track_id]).get(track_id)
    if found is None:
        raise NotFound("There is no such track.")
    response = _respond(request, view, index, found.to_dict())
    response.headers["Content-Location"] = f"/v1/tiktok-music/{found.record.track_id}"
    return response


def many_tracks(request: Request, view: CatalogView) -> Response:
    """Responds with tracks by id or link, in request order; unknown ids are listed, no error."""
    requested = _requested_ids(Parameters(request.query_params.multi_items()))
    index = view.indexes.current()
    found = find_tracks(view, index, requested.values())
    tracks = {found[key].record.track_id: found[key] for key in requested.values() if key in found}
    body = {
        "tracks": [track.to_dict() for track in tracks.values()],
        "aliases": {
            text: found[track_id].record.track_id
            for text, track_id in requested.items()
            if track_id in found and found[track_id].record.track_id != track_id
        },
        "found": {
            text: found[track_id].record.track_id
            for text, track_id in requested.items()
            if track_id in found
        },
        "unknown": [text for text, track_id in requested.items() if track_id not in found],
    }
    return _respond(request, view, index, body)


def changed_tracks(request: Request, view: CatalogView) -> Response:
    """Responds with the changes of a chart since a version, in pages if asked.

    The reasons of removals are None while the archive is unavailable.
    """
    query = changes_query(request.query_params.multi_items())
    if query.chart is not None:
        view = view.charts().chosen(ChartChoice(chart_id=query.chart, given=("chart",)), view)
    before = view.index_at(query.since, path="since", advice=GONE)
    index, offset = _end_of_changes(query, view)
    lists = changed_lists(before, index)
    following = None
    if query.limit is not None:
        lists, following = page_of(lists, offset, query.limit)
    records = _records_of(view, [each["id"] for each in lists["removed"]], index)
    body: dict[str, Any] = {
        "since": query.since,
        "version": index.descriptor.version,
        **lists,
        "removed": with_reasons(lists["removed"], records),
    }
    if query.limit is not None:
        end = following and Cursor(index.descriptor.version, following)
        body["nextCursor"] = end and write_cursor(end, seal_of(view, query.digest()))
    return _respond(request, view, index, body)


def _end_of_changes(query: ChangesQuery, view: CatalogView) -> tuple[Index, int]:
    """The index to compare with, which stays the same for all pages, and the page's offset."""
    if query.cursor is None:
        return view.indexes.current(), 0
    cursor = accepted_cursor(view, query.cursor, query.digest(), NO_CURSOR)
    return view.index_at(cursor.version, path="cursor", advice=MOVED_ON), cursor.offset


def _records_of(
    view: CatalogView, removed: Sequence[str], index: Index
) -> Mapping[str, TrackRecord]:
    try:
        return resolve_aliases(view.archive, removed, index.ranks.__contains__) if removed else {}
    except StoreError:
        return {}


def _respond(
    request: Request, view: CatalogView, index: Index, body: Mapping[str, object]
) -> Response:
    response = computed_response(request, json_bytes(body), index.descriptor, view.freshness())
    if view.chart is not None:
        response.headers.update(view.chart.headers(index.descriptor.version))
    return response


def _requested_ids(parameters: Parameters) -> dict[str, str]:
    """Maps each id and link, as the client wrote it, to a track id."""
    ids = [text for value in parameters.several("ids") for text in value.split(",")]
    links = parameters.several("link")
    if not 1 <= len(ids) + len(links) <= MOST_IDS:
        parameters.add_issue("ids", f"Must be 1 to {MOST_IDS} ids, with those of links counted in.")
    requested = {}
    for position, text in enumerate(ids[:MOST_IDS]):
        track_id = parse_track_id(text.strip())
        requested[text] = track_id or ""
        if track_id is None:
            parameters.add_issue(f"ids[{position}]", NO_ID)
    for position, text in enumerate(links[:MOST_IDS]):
        track_id = track_id_of_link(text)
        requested[text] = track_id or ""
        if track_id is None:
            parameters.add_issue(f"link[{position}]", issue_of_link(text))
    parameters.done()
    return requested
