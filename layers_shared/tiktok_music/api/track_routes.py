"""Tracks by id, many at once, by link; and what changed between two versions."""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.changes import changes
from tiktok_music.api.conditional import made_response
from tiktok_music.api.index import Index
from tiktok_music.api.parameters import Parameters
from tiktok_music.api.query import track_id_of_link
from tiktok_music.api.responses import json_bytes
from tiktok_music.api.tracks import find_tracks
from tiktok_music.errors import Invalid, NotFound, SnapshotGone
from tiktok_music.resolve import parse_track_id

MOST_IDS = 50
NO_ID = "Must be the id of a track, a UUID."
_VERSION = re.compile(r"[0-9]{10}-[0-9a-f]{16}", re.ASCII)


def one_track(request: Request, library: CatalogView) -> Response:
    """A track that was ever in the catalog; an alias answers as its canonical."""
    track_id = parse_track_id(request.path_params["track_id"])
    if track_id is None:
        raise Invalid((("trackId", NO_ID),))
    index = library.indexes.current()
    found = find_tracks(library, index, [track_id]).get(track_id)
    if found is None:
        raise NotFound("There is no such track.")
    response = _made(request, library, index, found.to_dict())
    response.headers["Content-Location"] = f"/v1/tiktok-music/{found.record.track_id}"
    return response


def many_tracks(request: Request, library: CatalogView) -> Response:
    """Tracks by id or link, in the order asked for; what is not known is listed, no error."""
    asked = _asked_for(Parameters(request.query_params.multi_items()))
    index = library.indexes.current()
    found = find_tracks(library, index, asked.values())
    tracks = {found[key].record.track_id: found[key] for key in asked.values() if key in found}
    body = {
        "tracks": [track.to_dict() for track in tracks.values()],
        "aliases": {
            text: found[track_id].record.track_id
            for text, track_id in asked.items()
            if track_id in found and found[track_id].record.track_id != track_id
        },
        "unknown": [text for text, track_id in asked.items() if track_id not in found],
    }
    return _made(request, library, index, body)


def changed_tracks(request: Request, library: CatalogView) -> Response:
    """What happened since a version that is still kept."""
    parameters = Parameters(request.query_params.multi_items())
    since = parameters.one("since")
    if since is None or _VERSION.fullmatch(since) is None:
        parameters.wrong("since", "Must be a snapshot version, as X-Catalog-Snapshot gives it.")
    parameters.done()
    try:
        before = library.indexes.at(str(since))
    except SnapshotGone as exc:
        gone = "This version is not kept any more; read the whole list instead."
        raise Invalid((("since", gone),)) from exc
    index = library.indexes.current()
    return _made(request, library, index, changes(before, index))


def _made(
    request: Request, library: CatalogView, index: Index, body: Mapping[str, object]
) -> Response:
    return made_response(request, json_bytes(body), index.descriptor, library.freshness())


def _asked_for(parameters: Parameters) -> dict[str, str]:
    """Every id and link as it was given, with the id that it means."""
    ids = [text for given in parameters.several("ids") for text in given.split(",")]
    links = parameters.several("link")
    if not 1 <= len(ids) + len(links) <= MOST_IDS:
        parameters.wrong("ids", f"Must be 1 to {MOST_IDS} ids, with those of links counted in.")
    asked = {}
    for place, text in enumerate(ids[:MOST_IDS]):
        track_id = parse_track_id(text)
        asked[text] = track_id or ""
        if track_id is None:
            parameters.wrong(f"ids[{place}]", NO_ID)
    for place, text in enumerate(links[:MOST_IDS]):
        track_id = track_id_of_link(text)
        asked[text] = track_id or ""
        if track_id is None:
            parameters.wrong(f"link[{place}]", "Must be the link or the id of a TikTok sound.")
    parameters.done()
    return asked
