"""The asynchronous client."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx

from tiktok_music_client import endpoints
from tiktok_music_client.connection import Connection, translated_errors
from tiktok_music_client.endpoints import Filters, ListCache, Request
from tiktok_music_client.errors import CatalogError
from tiktok_music_client.models import (
    Batch,
    Changes,
    Health,
    Key,
    Listing,
    Page,
    Resolved,
    Target,
    Track,
    TrackDetail,
)
from tiktok_music_client.retry_policy import RetryPolicy

T = TypeVar("T")


class AsyncCatalogClient:
    """The methods of CatalogClient as coroutines; `async with` closes it."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout: float | httpx.Timeout = 10.0,
        retries: int = 3,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._connection = Connection(base_url, api_key)
        self._http = httpx.AsyncClient(timeout=timeout, transport=transport)
        self._retry_policy = RetryPolicy(retries, jitter)
        self._sleep = sleep
        self._list_cache = ListCache()

    def __repr__(self) -> str:
        return f"AsyncCatalogClient({self._connection.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def list(self) -> Listing:
        return await self._send(self._list_cache.request())

    async def search(self, *, cursor: str | None = None, **filters: Unpack[Filters]) -> Page:
        return await self._send(endpoints.search(filters, cursor))

    async def pages(self, **filters: Unpack[Filters]) -> AsyncIterator[Page]:
        page = await self.search(**filters)
        yield page
        while page.next_cursor is not None:
            page = await self.search(cursor=page.next_cursor, **filters)
            yield page

    async def tracks(self, **filters: Unpack[Filters]) -> AsyncIterator[Track]:
        async for page in self.pages(**filters):
            for track in page.tracks:
                yield track

    async def track(self, track_id: str) -> TrackDetail:
        return await self._send(endpoints.track(track_id))

    async def batch(self, ids: Iterable[str]) -> Batch:
        return endpoints.merged([await self._send(request) for request in endpoints.batches(ids)])

    async def by_link(self, link: str) -> TrackDetail:
        return endpoints.only_track(await self._send(endpoints.by_link(link)), link)

    async def changes(self, since: str) -> Changes:
        return await self._send(endpoints.changes(since))

    async def resolve(self, targets: Iterable[Target]) -> tuple[Resolved, ...]:
        return await self._send(endpoints.resolve(targets))

    async def whoami(self) -> Key:
        return await self._send(endpoints.whoami())

    async def health(self) -> Health:
        return await self._send(endpoints.health())

    async def _send(self, request: Request[T]) -> T:
        attempts = 0
        while True:
            try:
                with translated_errors():
                    response = await self._http.request(**self._connection.arguments(request))
                return request.result(response)
            except CatalogError as error:
                attempts += 1
                wait = self._retry_policy.wait_seconds(attempts, error)
                if wait is None:
                    raise
            await self._sleep(wait)
