"""The client for code that awaits: CatalogClient once more, method by method."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx

from tiktok_music_client import calls
from tiktok_music_client.calls import Call, Filters, ListCache, joined, raise_for_refusal, the_only
from tiktok_music_client.connection import Connection, told_as_ours
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
from tiktok_music_client.patience import Patience

T = TypeVar("T")


class AsyncCatalogClient:
    """As CatalogClient, closed by `async with`."""

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
        self._patience = Patience(retries, jitter)
        self._sleep = sleep
        self._list = ListCache()

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
        return await self._ask(self._list.call())

    async def search(self, *, cursor: str | None = None, **filters: Unpack[Filters]) -> Page:
        return await self._ask(calls.search(filters, cursor))

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
        return await self._ask(calls.track(track_id))

    async def batch(self, ids: Iterable[str]) -> Batch:
        return joined([await self._ask(call) for call in calls.batches(ids)])

    async def by_link(self, link: str) -> TrackDetail:
        return the_only(await self._ask(calls.by_link(link)), link)

    async def changes(self, since: str) -> Changes:
        return await self._ask(calls.changes(since))

    async def resolve(self, targets: Iterable[Target]) -> tuple[Resolved, ...]:
        return await self._ask(calls.resolve(targets))

    async def whoami(self) -> Key:
        return await self._ask(calls.whoami())

    async def health(self) -> Health:
        return await self._ask(calls.health())

    async def _ask(self, call: Call[T]) -> T:
        tried = 0
        while True:
            try:
                return call.read(await self._send(call))
            except CatalogError as failure:
                tried += 1
                wait = self._patience.wait_seconds(tried, failure)
                if wait is None:
                    raise
            await self._sleep(wait)

    async def _send(self, call: Call[T]) -> httpx.Response:
        with told_as_ours():
            response = await self._http.request(**self._connection.arguments(call))
        raise_for_refusal(response)
        return response
