"""The stand-in upstream: TikHub's chart, the Business API's library, and the media of both."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.library import TOKEN, LibrarySong, library_chart, library_row
from local.stand_in import Sound, chart_row
from tiktok_music.adapters.aweme_source import CHART_PATH
from tiktok_music.adapters.cml_source import LIST_PATH

API_KEY = "stand-in-key"
PAGE_ROWS = 10  # fewer than the source requests, so that a small chart has several pages


def stand_in_app(
    sounds: Sequence[Sound],
    later: Sequence[Sound] = (),
    *,
    library: Sequence[LibrarySong] = (),
    page_rows: int = PAGE_ROWS,
) -> Starlette:
    """Serves `sounds`, read again for each request, as scenes 0 and 1; of `later` only media."""
    songs = [song.sound for song in library]
    by_id = {sound.tiktok_id: sound for sound in (*sounds, *later, *songs)}

    async def chart(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            return JSONResponse({"code": 401, "message": "Invalid API key"}, 401)
        scene = int(request.query_params.get("scene", "0"))
        cursor = int(request.query_params.get("cursor", "0"))
        rows = [sound for sound in sounds if sound.scene == scene]
        page = rows[cursor : cursor + page_rows]
        base_url = str(request.base_url).rstrip("/")
        data = {
            "status_code": 0,
            "msg": "success",
            "cursor": cursor + len(page),
            "has_more": int(cursor + len(page) < len(rows)),
            "music_list": [chart_row(sound, base_url) for sound in page],
        }
        return JSONResponse({"code": 200, "message": "Request successful.", "data": data})

    async def media(request: Request) -> Response:
        sound = by_id.get(request.path_params["tiktok_id"])
        if sound is None:
            return PlainTextResponse("not found", 404)
        generate = sound.audio if request.path_params["kind"] == "audio" else sound.cover
        file = await run_in_threadpool(generate)
        if file is None:
            return PlainTextResponse("not found", 404)
        return Response(file[0], media_type=file[1])

    return Starlette(
        routes=[
            Route(CHART_PATH, chart),
            _library_route(library),
            Route("/media/{tiktok_id}/{kind}", media),
        ]
    )


def _library_route(library: Sequence[LibrarySong]) -> Route:
    async def trending(request: Request) -> Response:
        if request.headers.get("access-token") != TOKEN["accessToken"]:
            return JSONResponse({"code": 40105, "message": "Access token is incorrect"})
        base_url = str(request.base_url).rstrip("/")
        country = request.query_params.get("country_code", "US")
        songs = library_chart(library, country, request.query_params.get("genre", "ALL"))
        rows = [library_row(song, rank, base_url) for rank, song in enumerate(songs, start=1)]
        return JSONResponse({"code": 0, "message": "OK", "data": {"list": rows}})

    return Route(LIST_PATH, trending)
