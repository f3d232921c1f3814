"""The client for code that waits for its answers."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
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


class CatalogClient:
    """Asks the catalog at `base_url`; may be shared by threads, and is closed by `with`.

    `timeout` is httpx's, in seconds for each of connecting, writing and reading. What may pass
    (no answer, 429, 5xx) is asked again up to `retries` times. `sleep` and `jitter` are for tests.
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
        self._patience = Patience(retries, jitter)
        self._sleep = sleep
        self._list = ListCache()

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
        """The whole list; the very same object again while it has not changed."""
        return self._ask(self._list.call())

    def search(self, *, cursor: str | None = None, **filters: Unpack[Filters]) -> Page:
        """A page of matches; `cursor` is the `next_cursor` of the page before."""
        return self._ask(calls.search(filters, cursor))

    def pages(self, **filters: Unpack[Filters]) -> Iterator[Page]:
        """All pages of a search, each asked for when it is wanted, all of one version."""
        page = self.search(**filters)
        yield page
        while page.next_cursor is not None:
            page = self.search(cursor=page.next_cursor, **filters)
            yield page

    def tracks(self, **filters: Unpack[Filters]) -> Iterator[Track]:
        """All matches of a search, page by page."""
        for page in self.pages(**filters):
            yield from page.tracks

    def track(self, track_id: str) -> TrackDetail:
        """One track, also when it has left the chart; of a merged double the one that stayed."""
        return self._ask(calls.track(track_id))

    def batch(self, ids: Iterable[str]) -> Batch:
        """Any number of tracks, 50 with each request."""
        return joined([self._ask(call) for call in calls.batches(ids)])

    def by_link(self, link: str) -> TrackDetail:
        """The track of a TikTok link or TikTok id; raises NotFound."""
        return the_only(self._ask(calls.by_link(link)), link)

    def changes(self, since: str) -> Changes:
        """What happened since a version; ValidationFailed where that is kept no longer."""
        return self._ask(calls.changes(since))

    def resolve(self, targets: Iterable[Target]) -> tuple[Resolved, ...]:
        """What up to 50 targets are sent with, in their order; all or none."""
        return self._ask(calls.resolve(targets))

    def whoami(self) -> Key:
        """What is known of the key."""
        return self._ask(calls.whoami())

    def health(self) -> Health:
        """How fresh the catalog is."""
        return self._ask(calls.health())

    def _ask(self, call: Call[T]) -> T:
        tried = 0
        while True:
            try:
                return call.read(self._send(call))
            except CatalogError as failure:
                tried += 1
                wait = self._patience.wait_seconds(tried, failure)
                if wait is None:
                    raise
            self._sleep(wait)

    def _send(self, call: Call[T]) -> httpx.Response:
        with told_as_ours():
            response = self._http.request(**self._connection.arguments(call))
        raise_for_refusal(response)
        return response
