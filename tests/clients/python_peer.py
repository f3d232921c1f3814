"""A catalog in memory for the Python client, and the values that it returns."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from tiktok_music_client import AsyncCatalogClient, CatalogClient, Track

KEY = "lp_live_ABCDEFGHIJKLMNOP_a-secret"
ID = "ca0c7aff-3856-5265-8474-3a897bc5cfe6"
VERSION = "1700000000-0123456789abcdef"
LATER = "1700043200-0123456789abcdef"
ROW: dict[str, Any] = {
    "id": ID,
    "title": "Paper Lanterns",
    "author": "Mira Solén",
    "album": "",
    "duration": 24,
    "previewUrl": "https://media.example.com/p.mp3",
    "coverUrl": "https://media.example.com/c.jpg",
    "language": "en",
    "userCount": 7,
    "isCommerceMusic": True,
}
TRACK = Track(
    id=ID,
    title="Paper Lanterns",
    author="Mira Solén",
    album="",
    duration=24.0,
    preview_url="https://media.example.com/p.mp3",
    cover_url="https://media.example.com/c.jpg",
    language="en",
    user_count=7,
    is_commerce_music=True,
)
LIST = {"tracks": [ROW], "total": 1}
Outcome = httpx2.Response | Exception


class Peer:
    """Returns its responses in turn and repeats the last one; records the requests."""

    def __init__(self, *responses: Outcome) -> None:
        self._responses = list(responses)
        self.requests: list[httpx2.Request] = []
        self.waits: list[float] = []
        self.now = 0.0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        outcome = self._responses.pop(0) if len(self._responses) > 1 else self._responses[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def client(self, retries: int = 3, key: str | Callable[[], str] = KEY) -> CatalogClient:
        return CatalogClient(
            "https://catalog.example.com/",
            key,
            retries=retries,
            transport=httpx2.MockTransport(self),
            sleep=self.sleep,
            jitter=lambda: 0.5,
            clock=lambda: self.now,
        )

    def async_client(
        self, key: str | Callable[[], str | Awaitable[str]] = KEY
    ) -> AsyncCatalogClient:
        async def sleep(seconds: float) -> None:
            self.sleep(seconds)

        return AsyncCatalogClient(
            "https://catalog.example.com/",
            key,
            transport=httpx2.MockTransport(self),
            sleep=sleep,
            jitter=lambda: 0.5,
            clock=lambda: self.now,
        )

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    @property
    def urls(self) -> list[str]:
        return [str(request.url) for request in self.requests]


def ok(body: object, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    common = {"X-Catalog-Snapshot": VERSION, "X-Request-Id": "req_2"}
    return httpx2.Response(200, json=body, headers={**common, **named})


def error_response(
    status: int, code: str, headers: dict[str, str] | None = None
) -> httpx2.Response:
    error = {"code": code, "message": "No.", "requestId": "req_1"}
    named = {"X-Request-Id": "req_1", **(headers or {})}
    return httpx2.Response(status, json={"error": error}, headers=named)


def page(*rows: dict[str, Any], cursor: str | None = None) -> httpx2.Response:
    return ok({"tracks": list(rows), "total": 2, "nextCursor": cursor})
