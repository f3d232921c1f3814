"""The media and the scripts of a page in the tests, which its browser may keep."""

import random
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SANDBOX = Path(__file__).parents[2] / "layers_shared/tiktok_music/sandbox"
KINDS = {".mp3": "audio/mpeg", ".jpg": "image/jpeg"}
# A waveform that rises, in the JSON of audiowaveform.
PEAKS = {"version": 2, "data": [sign * level for level in range(100) for sign in (-1, 1)]}
KEPT = "max-age=31536000, immutable"


def with_media(site: ASGIApp) -> ASGIApp:
    """Adds /media to a site, and lets the browser keep the site's scripts.

    A page loads some forty of them, which would be the largest part of most tests.
    """
    return Starlette(routes=[Route("/media/{path:path}", _media), Mount("/", _KeptScripts(site))])


async def _media(request: Request) -> Response:
    """Answers each path with one of the sandbox's files, the same one every time, or peaks."""
    path = Path(request.path_params["path"])
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": KEPT}
    if path.suffix == ".json":
        return JSONResponse(PEAKS, headers=headers)
    files = sorted(SANDBOX.glob(f"*{path.suffix}"))
    file = random.Random(str(path)).choice(files)
    return FileResponse(file, media_type=KINDS[path.suffix], headers=headers)


class _KeptScripts:
    def __init__(self, site: ASGIApp) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"].endswith(".js"):
                MutableHeaders(scope=message)["Cache-Control"] = KEPT
            await send(message)

        await self._site(scope, receive, keep)
