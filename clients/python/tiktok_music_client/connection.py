"""The address and the key that both clients send, and the translation of httpx's errors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from tiktok_music_client.endpoints import Request
from tiktok_music_client.errors import Unreachable

_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


class Connection:
    """The catalog's address and the key, which no `repr` shows."""

    __slots__ = ("_authorization", "base_url")

    def __init__(self, base_url: str, api_key: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise ValueError("base_url must be an http(s) URL without credentials")
        # httpx would quote a header that it cannot send, and the key with it.
        if not _HEADER_SAFE.fullmatch(api_key):
            raise ValueError("api_key must be printable ASCII without spaces")
        self.base_url = base_url.rstrip("/")
        self._authorization = f"Bearer {api_key}"

    def __repr__(self) -> str:
        return f"Connection({self.base_url!r})"

    def arguments(self, request: Request[Any]) -> dict[str, Any]:
        """Returns the keyword arguments of httpx's `request`."""
        return {
            "method": request.method,
            "url": self.base_url + request.path,
            "params": request.parameters,
            "json": request.body,
            # Error trackers store the locals of all frames: httpx masks the key in its own type.
            "headers": httpx.Headers({**request.headers, "Authorization": self._authorization}),
        }


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raises Unreachable for every failure of httpx to get a complete response."""
    try:
        yield
    except httpx.RequestError as exc:
        raise Unreachable(f"no complete response ({type(exc).__name__})") from exc
