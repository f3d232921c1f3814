"""The address and the key that both clients send, and the translation of httpx2's errors."""

import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from inspect import isawaitable
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tiktok_music_client.answer import Answer
from tiktok_music_client.deadline import Deadline
from tiktok_music_client.errors import Unreachable
from tiktok_music_client.request import Request
from tiktok_music_client.version import __version__

USER_AGENT = (
    f"tiktok-music-client/{__version__} python/{sys.version_info.major}.{sys.version_info.minor}"
    f" httpx2/{httpx2.__version__}"
)
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


class ApiKey:
    """A key that no `repr` shows: error trackers store the locals of all frames."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        # httpx2 would quote a header that it cannot send, and the key with it.
        if not isinstance(text, str) or not _HEADER_SAFE.fullmatch(text):
            raise ValueError("api_key must be printable ASCII without spaces")
        self._text = text

    def __repr__(self) -> str:
        return "ApiKey(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and self._text == other._text

    __hash__ = None  # type: ignore[assignment] # nothing stores keys by value

    def headers(self, others: dict[str, str]) -> httpx2.Headers:
        """Returns the headers with the key: httpx2 masks it in its own type."""
        return httpx2.Headers({**others, "Authorization": f"Bearer {self._text}"})


def key_source(api_key: str | Callable[[], str]) -> Callable[[], ApiKey]:
    """Returns a function that returns the key of the moment; raises ValueError for a bad key."""
    if callable(api_key):
        return lambda: ApiKey(api_key())
    key = ApiKey(api_key)
    return lambda: key


def async_key_source(
    api_key: str | Callable[[], str | Awaitable[str]],
) -> Callable[[], Awaitable[ApiKey]]:
    """Returns a coroutine function that returns the key of the moment."""
    source = api_key if callable(api_key) else (lambda: api_key)
    if not callable(api_key):
        ApiKey(api_key)

    async def key() -> ApiKey:
        text = source()
        return ApiKey(await text if isawaitable(text) else text)

    return key


def answer_of(response: httpx2.Response, body: bytes) -> Answer:
    return Answer(status=response.status_code, headers=response.headers, body=body)


def checked_base_url(base_url: str) -> str:
    """Returns the address without a slash at its end; raises ValueError."""
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ValueError("base_url must be an http(s) URL without credentials")
    if "?" in base_url or "#" in base_url:
        raise ValueError("base_url must have no query and no fragment: paths are added to it")
    return base_url.rstrip("/")


def arguments(base_url: str, request: Request[Any], key: ApiKey) -> dict[str, Any]:
    """Returns the keyword arguments of httpx2's `request` and `stream`."""
    return {
        "method": request.method,
        "url": base_url + request.path,
        "params": request.parameters,
        "json": request.body,
        "headers": key.headers({**request.headers, "User-Agent": USER_AGENT}),
    }


def anonymous_arguments(address: str) -> dict[str, Any]:
    """Returns the arguments of a request to another server, which gets no key."""
    headers = {"User-Agent": USER_AGENT}
    return {"method": "GET", "url": address, "headers": headers, "follow_redirects": False}


def no_cookies() -> CookieJar:
    """Returns a jar that stores nothing, for any server."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@dataclass(slots=True)
class Received:
    """The part of a response that came before it was complete."""

    request_id: str = ""

    def headers(self, response: httpx2.Response) -> None:
        self.request_id = response.headers.get("X-Request-Id", "")


@contextmanager
def translated_errors(deadline: Deadline) -> Iterator[Received]:
    """Raises Unreachable for every failure of httpx2 to get a complete response."""
    received = Received()
    try:
        yield received
    except httpx2.RequestError as exc:
        message = f"no complete response ({type(exc).__name__})"
        raise Unreachable(message, request_id=received.request_id) from exc
    except TimeoutError as exc:
        raise deadline.error(received.request_id) from exc
