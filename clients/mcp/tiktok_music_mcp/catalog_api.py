"""The catalog's HTTP API for the tools: sends one request, returns the JSON or raises ToolError."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
from mcp.server.mcpserver.exceptions import ToolError

from tiktok_music_mcp.version import __version__

TIMEOUT_SECONDS = 15.0
# An older catalog ignores them, and answers with its only chart.
CHART_PARAMETERS = frozenset({"country", "genre", "period", "kind"})
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


class CatalogApi:
    """The API at `base_url`, called with one key."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url.rstrip("/")
        # The repr of httpx2's own type masks the key.
        self._headers = httpx2.Headers(
            {"Authorization": f"Bearer {key}", "User-Agent": f"tiktok-music-mcp/{__version__}"}
        )

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
    ) -> dict[str, Any]:
        """Returns the JSON of a 200; raises ToolError with the API's code and message."""
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                response = await client.request(
                    method, self._base_url + path, params=params, json=body, headers=self._headers
                )
            answer = response.json()
        except (httpx2.HTTPError, ValueError) as exc:
            raise ToolError(f"No valid response from the catalog ({type(exc).__name__}).") from exc
        if not isinstance(answer, dict):
            raise ToolError("The response is not the catalog's.")
        if response.status_code != 200:
            request_id = response.headers.get("X-Request-Id", "")
            raise ToolError(_error_text(answer, response.status_code, request_id))
        ignored = response.headers.get("X-Ignored-Parameters", "").split(", ")
        if not CHART_PARAMETERS.isdisjoint(ignored):
            raise ToolError("The catalog has one chart only.")
        return answer

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Raises ToolError if an answer lacks what the API promises; another server may answer."""
        try:
            yield
        except (KeyError, TypeError, AttributeError) as exc:
            raise ToolError("The response is not the catalog's.") from exc


def address_fault(base_url: str, key: str) -> str | None:
    """Returns why the two cannot be used, in one sentence without the key; None if they can."""
    if not base_url or not key or not key.isascii():
        return "TIKTOK_MUSIC_BASE_URL and TIKTOK_MUSIC_API_KEY (in ASCII) must be set"
    if not _HEADER_SAFE.fullmatch(key):
        return "TIKTOK_MUSIC_API_KEY must be printable ASCII without spaces"
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or set("?#") & set(base_url):
        return "TIKTOK_MUSIC_BASE_URL must be an http(s) URL without a query"
    return None


def _error_text(answer: Mapping[str, Any], status: int, request_id: str) -> str:
    error = answer.get("error")
    if not isinstance(error, dict):
        return f"HTTP {status}: {answer.get('message', 'The response does not say why.')}"
    issues = (error.get("details") or {}).get("issues", [])
    reasons = "".join(f" {issue['path']}: {issue['message'].rstrip('.')}." for issue in issues)
    named = f" ({request_id})" if request_id else ""
    return f"{error.get('code')}: {error.get('message')}{named}{reasons}"
