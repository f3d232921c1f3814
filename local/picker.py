"""Serves the picker's demo page, and a proxy like a partner's: the browser gets no API key."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER = Path(__file__).resolve().parent.parent / "picker"
PROXY = "/picker/api"
KINDS = {".js": "text/javascript", ".css": "text/css"}
# The picker's requests. A proxy for every path would give any page the rights of the key.
ALLOWED_PATHS = frozenset({"/v1/tiktok-music", "/v1/tiktok-music/batch"})
PASSED_HEADERS = ("accept", "accept-encoding", "if-none-match")
# The page needs no inline script or style; media may come from any host.
CSP = "default-src 'self'; img-src * data:; media-src *; object-src 'none'; base-uri 'none'"


class KeyProxy:
    """Forwards the picker's GETs to the API with a key, without other headers of the browser."""

    def __init__(self, api: ASGIApp, key: str) -> None:
        self._api = api
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(PROXY)
        if scope["method"] not in {"GET", "HEAD"} or path not in ALLOWED_PATHS:
            await JSONResponse({"error": {"code": "NOT_FOUND"}}, 404)(scope, receive, send)
            return
        received = Headers(scope=scope)
        headers = {name: received[name] for name in ("host", *PASSED_HEADERS) if name in received}
        headers["authorization"] = f"Bearer {self._key}"
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        inner = {"path": path, "raw_path": path.encode(), "root_path": "", "headers": encoded}
        await self._api({**scope, **inner}, receive, send)


def with_picker(api: ASGIApp, key: str) -> ASGIApp:
    """Adds the demo page, its files and its proxy to `api`, under /picker."""
    picker = Starlette(
        routes=[
            Route("/picker", _file(FOLDER / "demo/index.html", "text/html")),
            *(
                Route(f"/picker/{path.relative_to(FOLDER)}", _file(path, KINDS[path.suffix]))
                for path in _scripts_and_styles()
            ),
            Mount(PROXY, KeyProxy(api, key)),
        ]
    )

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_picker = path == "/picker" or path.startswith("/picker/")
        await (picker if is_picker else api)(scope, receive, send)

    return either


def _scripts_and_styles() -> Iterator[Path]:
    """The files that a page loads from the picker, and those of the demo."""
    yield FOLDER / "tiktok-music-picker.js"
    for place in ("modules", "locales", "demo"):
        yield from sorted(path for path in (FOLDER / place).iterdir() if path.suffix in KINDS)


def _file(path: Path, kind: str) -> Callable[[Request], Awaitable[Response]]:
    """Serves a file that the browser must revalidate on each use."""
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": CSP}

    async def answer(request: Request) -> Response:
        return FileResponse(path, media_type=kind, headers=headers)

    return answer
