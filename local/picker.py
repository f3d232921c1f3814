"""Serves the picker's demo page, with a token or with a proxy: the browser gets no API key."""

import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(__file__).resolve().parent.parent / "picker"
PROXY = "/picker/api"
TOKENS = "/v1/tiktok-music/tokens"
# Two origins of one server.
OTHER_HOST = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
KINDS = {".js": "text/javascript", ".css": "text/css"}
# The picker's requests. A proxy for every path would give any page the rights of the key.
LIST = "/v1/tiktok-music"
ALLOWED_PATHS = frozenset({LIST, f"{LIST}/batch", f"{LIST}/charts"})
PASSED_HEADERS = ("accept", "accept-encoding", "if-none-match")
# The page needs no inline script or style. Media may come from any host, a waveform by a request.
CSP = (
    "default-src 'self'; img-src * data:; media-src *; connect-src *; object-src 'none';"
    " base-uri 'none'"
)


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


class TokenServer:
    """Makes browser tokens with a key, for the page that asks; a real one checks who that is."""

    def __init__(self, api: ASGIApp, key: str) -> None:
        self._api = api
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope)["host"]
        body = json.dumps({"origins": [f"http://{host}"]}).encode()
        headers = {"host": host, "authorization": f"Bearer {self._key}"}
        inner = {
            "method": "POST",
            "path": TOKENS,
            "raw_path": TOKENS.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive_body() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._api({**scope, **inner}, receive_body, send)


def pages_of(port: int) -> list[str]:
    """The origins under which the demo page can be opened."""
    return [f"http://{host}{'' if port == 80 else f':{port}'}" for host in OTHER_HOST]


def with_picker(api: ASGIApp, key: str, *, has_tokens: bool = False) -> ASGIApp:
    """Adds the demo page, its files and its proxy to `api`, under /picker.

    With tokens, the page reads the API itself, and the proxy is there for comparison.
    """
    picker = Starlette(
        routes=[
            Route("/picker", _demo(has_tokens=has_tokens)),
            Mount("/picker/token", TokenServer(api, key)),
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


def _demo(*, has_tokens: bool) -> Callable[[Request], Awaitable[Response]]:
    """The page with a proxy; or with a token, and the API under the other name of this machine.

    Browsers send no `Origin` to the page's own origin, and the API refuses a token without one.
    """

    async def answer(request: Request) -> Response:
        text = (FOLDER / "demo/index.html").read_text()
        host = request.url.hostname or ""
        if has_tokens and host in OTHER_HOST:
            api = f"http://{request.url.netloc.replace(host, OTHER_HOST[host])}"
            text = text.replace(f'src="{PROXY}"', f'src="{api}" token-src="/picker/token"')
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": CSP}
        return HTMLResponse(text, headers=headers)

    return answer


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
