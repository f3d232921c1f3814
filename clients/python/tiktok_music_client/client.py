"""The synchronous client."""

import random
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx2

from tiktok_music_client import connection, endpoints
from tiktok_music_client.answer import Answer
from tiktok_music_client.base import ClientBase
from tiktok_music_client.changes import ChangesPages
from tiktok_music_client.connection import ApiKey
from tiktok_music_client.deadline import Deadline, TimedStream
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
from tiktok_music_client.paging import Pages, Tracks
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


class CatalogClient(ClientBase):
    """Sends requests to the catalog at `base_url`. Thread-safe; `with` closes it.

    `api_key` may be a function that returns the key: it is called before every attempt, and a 401
    is retried at once if it returns another key by then. `timeout` is httpx2's: seconds for each of
    connecting, writing and reading. `deadline` is the total of a call, with all its requests,
    retries and waits. Transient errors (no response, 429, 5xx) are retried up to `retries` times.
    `on_exchange` receives every attempt. `sleep`, `jitter` and `clock` are for tests.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | Callable[[], str],
        *,
        timeout: float | httpx2.Timeout = 10.0,
        deadline: float | None = 120.0,
        retries: int = 3,
        on_exchange: ExchangeHook | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
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
        self._key = connection.key_source(api_key)
        self._http = httpx2.Client(transport=transport, cookies=connection.no_cookies())
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def list(self) -> Listing:
        """Returns the whole list; the same object again while it has not changed."""
        return self._send(self._list_cache.request())

    def search(self, *, cursor: str | None = None, **filters: Unpack[Filters]) -> Page:
        """Returns one page of matches; `cursor` is the `next_cursor` of the previous page."""
        return self._send(endpoints.search(filters, cursor))

    def pages(self, *, cursor: str | None = None, **filters: Unpack[Filters]) -> Pages:
        """Iterates over the pages of a search, fetched lazily and all of one version."""
        checked(filters)
        return Pages(lambda position: self.search(cursor=position, **filters), cursor)

    def tracks(self, *, cursor: str | None = None, **filters: Unpack[Filters]) -> Tracks:
        """Iterates over the matches of a search, fetched page by page."""
        return Tracks(self.pages(cursor=cursor, **filters))

    def track(self, track_id: str) -> TrackDetail:
        """Returns one track, on or off the chart; for the id of a duplicate the canonical track."""
        return self._send(endpoints.track(track_id))

    def batch(self, ids: Iterable[str]) -> Batch:
        """Returns any number of tracks, 50 with each request."""
        deadline = self._deadline()
        return endpoints.merged([self._send(part, deadline) for part in endpoints.batches(ids)])

    def by_link(self, link: str, *, expand: bool = False) -> TrackDetail:
        """Returns the track of a TikTok link or TikTok id; raises NotFound.

        With `expand`, a short link (vm.tiktok.com) is opened at TikTok first, without the key.
        """
        deadline = self._deadline()
        short = ShortLink(link)
        while expand and short.address:
            short.answered(*self._redirect(short.address, deadline))
        return self._send(endpoints.by_link(short.result), deadline)

    def charts(self) -> Charts:
        """Returns the published charts, the default one first."""
        return self._send(endpoints.charts())

    def changes(self, since: str, *, chart: str | None = None) -> Changes:
        """Returns the changes since a version; raises VersionGone for an expired one."""
        deadline = self._deadline()
        pages = ChangesPages(since, chart)
        while not pages.are_complete():
            pages.add(self._send(pages.next_request(), deadline))
        return pages.joined()

    def resolve(
        self, targets: Iterable[Target], *, on_retired: RetiredPolicy | None = None
    ) -> tuple[Resolved, ...]:
        """Returns the music payloads of any number of targets in their order, all or none."""
        resolution = Resolution(targets, on_retired)
        self._resolve(resolution)
        return resolution.all_resolved()

    def resolve_each(
        self, targets: Iterable[Target], *, on_retired: RetiredPolicy | None = None
    ) -> tuple[Resolved | Unresolved, ...]:
        """Returns a payload or the issues for each target, so that one fault stops no other."""
        resolution = Resolution(targets, on_retired, on_error="report")
        self._resolve(resolution)
        return resolution.results()

    def whoami(self) -> Key:
        """Returns the organisation, scopes and tier of the key."""
        return self._send(endpoints.whoami())

    def health(self) -> Health:
        """Returns the status and the age of the catalog."""
        return self._send(endpoints.health())

    def _resolve(self, resolution: Resolution) -> None:
        deadline = self._deadline()
        for first, request in resolution.requests():
            with resolution.collecting_issues(first):
                resolution.add(first, self._send(request, deadline))

    def _send(self, request: Request[T], deadline: Deadline | None = None) -> T:
        deadline = deadline or self._deadline()
        call = self._call(request, deadline)
        while True:
            call.start()
            key, answer = self._key(), None
            try:
                answer = self._attempt(request, key, deadline)
                result = request.result(answer)
            except CatalogError as error:
                is_new_key = isinstance(error, Unauthenticated) and self._key() != key
                wait_seconds = call.failed(answer, error, has_new_key=is_new_key)
            else:
                call.succeeded(answer)
                return result
            self._sleep(wait_seconds)

    def _redirect(self, address: str, deadline: Deadline) -> tuple[int, str]:
        arguments = connection.anonymous_arguments(address)
        timeout = deadline.limit(self._options.timeout)
        with (
            connection.translated_errors(deadline),
            self._http.stream(**arguments, timeout=timeout) as response,
        ):
            return response.status_code, response.headers.get("Location", "")

    def _attempt(self, request: Request[Any], key: ApiKey, deadline: Deadline) -> Answer:
        arguments = connection.arguments(self._base_url, request, key)
        timeout = deadline.limit(self._options.timeout)
        with (
            connection.translated_errors(deadline) as received,
            self._http.stream(**arguments, timeout=timeout) as response,
        ):
            received.headers(response)
            if isinstance(response.stream, httpx2.SyncByteStream):
                response.stream = TimedStream(response.stream, deadline)
            return connection.answer_of(response, response.read())
