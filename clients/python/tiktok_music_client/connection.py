"""What both clients need before they ask: the address and the key, and httpx's errors as ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from tiktok_music_client.calls import Call
from tiktok_music_client.errors import Unreachable

_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


class Connection:
    """Where the catalog is, and the key, which nothing here ever shows."""

    __slots__ = ("_authorization", "base_url")

    def __init__(self, base_url: str, api_key: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise ValueError("base_url must be an http(s) URL without credentials")
        # httpx would quote a header that it cannot send, key and all.
        if not _HEADER_SAFE.fullmatch(api_key):
            raise ValueError("api_key must be printable ASCII without spaces")
        self.base_url = base_url.rstrip("/")
        self._authorization = f"Bearer {api_key}"

    def __repr__(self) -> str:
        return f"Connection({self.base_url!r})"

    def arguments(self, call: Call[Any]) -> dict[str, Any]:
        """What httpx's `request` takes."""
        return {
            "method": call.method,
            "url": self.base_url + call.path,
            "params": call.parameters,
            "json": call.body,
            # Tools that collect errors store the locals of all frames: httpx masks its own type.
            "headers": httpx.Headers({**call.headers, "Authorization": self._authorization}),
        }


@contextmanager
def told_as_ours() -> Iterator[None]:
    """Raises Unreachable for whatever kept httpx from getting a whole answer."""
    try:
        yield
    except httpx.RequestError as exc:
        raise Unreachable(f"the catalog gave no whole answer ({type(exc).__name__})") from exc
