"""The synchronous client."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
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


class CatalogClient:
    """Sends requests to the catalog at `base_url`. Thread-safe; `with` closes it.

    `timeout` is httpx's: seconds for each of connecting, writing and reading. Transient errors
    (no response, 429, 5xx) are retried up to `retries` times. `sleep` and `jitter` are for tests.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout: float | httpx.Timeout = 10.0,
        retries: int = 3,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._connection = Connection(base_url, api_key)
        self._http = httpx.Client(timeout=timeout, transport=transport)
        self._retry_policy = RetryPolicy(retries, jitter)
        self._sleep = sleep
        self._list_cache = ListCache()

    def __repr__(self) -> str:
        return f"CatalogClient({self._connection.base_url!r})"

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

    def pages(self, **filters: Unpack[Filters]) -> Iterator[Page]:
        """Yields all pages of a search, fetched lazily and all of one version."""
        page = self.search(**filters)
        yield page
        while page.next_cursor is not None:
            page = self.search(cursor=page.next_cursor, **filters)
            yield page

    def tracks(self, **filters: Unpack[Filters]) -> Iterator[Track]:
        """Yields all matches of a search, fetched page by page."""
        for page in self.pages(**filters):
            yield from page.tracks

    def track(self, track_id: str) -> TrackDetail:
        """Returns one track, on or off the chart; for the id of a duplicate the canonical track."""
        return self._send(endpoints.track(track_id))

    def batch(self, ids: Iterable[str]) -> Batch:
        """Returns any number of tracks, 50 with each request."""
        return endpoints.merged([self._send(request) for request in endpoints.batches(ids)])

    def by_link(self, link: str) -> TrackDetail:
        """Returns the track of a TikTok link or TikTok id; raises NotFound."""
        return endpoints.only_track(self._send(endpoints.by_link(link)), link)

    def changes(self, since: str) -> Changes:
        """Returns the changes since a version; raises ValidationFailed for an expired one."""
        return self._send(endpoints.changes(since))

    def resolve(self, targets: Iterable[Target]) -> tuple[Resolved, ...]:
        """Returns the music payloads of up to 50 targets in their order, all or none."""
        return self._send(endpoints.resolve(targets))

    def whoami(self) -> Key:
        """Returns the organisation, scopes and tier of the key."""
        return self._send(endpoints.whoami())

    def health(self) -> Health:
        """Returns the status and the age of the catalog."""
        return self._send(endpoints.health())

    def _send(self, request: Request[T]) -> T:
        attempts = 0
        while True:
            try:
                with translated_errors():
                    response = self._http.request(**self._connection.arguments(request))
                return request.result(response)
            except CatalogError as error:
                attempts += 1
                wait = self._retry_policy.wait_seconds(attempts, error)
                if wait is None:
                    raise
            self._sleep(wait)
