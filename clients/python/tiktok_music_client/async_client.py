"""The asynchronous client."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx2

from tiktok_music_client import connection, endpoints
from tiktok_music_client.answer import Answer
from tiktok_music_client.base import ClientBase
from tiktok_music_client.changes import ChangesPages
from tiktok_music_client.connection import ApiKey
from tiktok_music_client.deadline import Deadline
from tiktok_music_client.errors import CatalogError, Unauthenticated
from tiktok_music_client.filters import Filters, checked
from tiktok_music_client.models import (
    Batch,
    Changes,
    Charts,
    Health,
    Key,
    Listing,
    Page,
    TrackDetail,
)
from tiktok_music_client.options import ExchangeHook
from tiktok_music_client.paging import AsyncPages, AsyncTracks
from tiktok_music_client.posts import (
    Resolved,
    RetiredPolicy,
    Target,
    Unresolved,
)
from tiktok_music_client.request import Request
from tiktok_music_client.resolving import Resolution
from tiktok_music_client.short_links import ShortLink

T = TypeVar("T")


class AsyncCatalogClient(ClientBase):
    """The methods of CatalogClient as coroutines; `async with` closes it.

    A function for `api_key` may return the key or an awaitable of it.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | Callable[[], str | Awaitable[str]],
        *,
        timeout: float | httpx2.Timeout = 10.0,
        deadline: float | None = 120.0,
        retries: int = 3,
        on_exchange: ExchangeHook | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            base_url,
            timeout=timeout,
            deadline=deadline,
            retries=retries,
            on_exchange=on_exchange,
            jitter=jitter,
            clock=clock,
        )
        self._key = connection.async_key_source(api_key)
        self._http = httpx2.AsyncClient(transport=transport, cookies=connection.no_cookies())
        self._sleep = sleep

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

    def pages(self, *, cursor: str | None = None, **filters: Unpack[Filters]) -> AsyncPages:
        checked(filters)
        return AsyncPages(lambda position: self.search(cursor=position, **filters), cursor)

    def tracks(self, *, cursor: str | None = None, **filters: Unpack[Filters]) -> AsyncTracks:
        return AsyncTracks(self.pages(cursor=cursor, **filters))

    async def track(self, track_id: str) -> TrackDetail:
        return await self._send(endpoints.track(track_id))

    async def batch(self, ids: Iterable[str]) -> Batch:
        deadline = self._deadline()
        return endpoints.merged(
            [await self._send(part, deadline) for part in endpoints.batches(ids)]
        )

    async def by_link(self, link: str, *, expand: bool = False) -> TrackDetail:
        deadline = self._deadline()
        short = ShortLink(link)
        while expand and short.address:
            short.answered(*await self._redirect(short.address, deadline))
        return await self._send(endpoints.by_link(short.result), deadline)

    async def charts(self) -> Charts:
        return await self._send(endpoints.charts())

    async def changes(self, since: str, *, chart: str | None = None) -> Changes:
        deadline = self._deadline()
        pages = ChangesPages(since, chart)
        while not pages.are_complete():
            pages.add(await self._send(pages.next_request(), deadline))
        return pages.joined()

    async def resolve(
        self, targets: Iterable[Target], *, on_retired: RetiredPolicy | None = None
    ) -> tuple[Resolved, ...]:
        resolution = Resolution(targets, on_retired)
        await self._resolve(resolution)
        return resolution.all_resolved()

    async def resolve_each(
        self, targets: Iterable[Target], *, on_retired: RetiredPolicy | None = None
    ) -> tuple[Resolved | Unresolved, ...]:
        resolution = Resolution(targets, on_retired, on_error="report")
        await self._resolve(resolution)
        return resolution.results()

    async def whoami(self) -> Key:
        return await self._send(endpoints.whoami())

    async def health(self) -> Health:
        return await self._send(endpoints.health())

    async def _resolve(self, resolution: Resolution) -> None:
        deadline = self._deadline()
        for first, request in resolution.requests():
            with resolution.collecting_issues(first):
                resolution.add(first, await self._send(request, deadline))

    async def _send(self, request: Request[T], deadline: Deadline | None = None) -> T:
        deadline = deadline or self._deadline()
        call = self._call(request, deadline)
        while True:
            call.start()
            key, answer = await self._key(), None
            try:
                answer = await self._attempt(request, key, deadline)
                result = request.result(answer)
            except CatalogError as error:
                is_new_key = isinstance(error, Unauthenticated) and await self._key() != key
                wait_seconds = call.failed(answer, error, has_new_key=is_new_key)
            else:
                call.succeeded(answer)
                return result
            await self._sleep(wait_seconds)

    async def _redirect(self, address: str, deadline: Deadline) -> tuple[int, str]:
        arguments = connection.anonymous_arguments(address)
        timeout = deadline.limit(self._options.timeout)
        with connection.translated_errors(deadline):
            async with (
                asyncio.timeout(deadline.remaining_seconds()),
                self._http.stream(**arguments, timeout=timeout) as response,
            ):
                return response.status_code, response.headers.get("Location", "")

    async def _attempt(self, request: Request[Any], key: ApiKey, deadline: Deadline) -> Answer:
        arguments = connection.arguments(self._base_url, request, key)
        timeout = deadline.limit(self._options.timeout)
        with connection.translated_errors(deadline) as received:
            async with (
                asyncio.timeout(deadline.remaining_seconds()),
                self._http.stream(**arguments, timeout=timeout) as response,
            ):
                received.headers(response)
                return connection.answer_of(response, await response.aread())
