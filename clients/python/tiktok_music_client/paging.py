"""Iterates over the pages of a search, and over their tracks.

An iterator survives an error: the next step requests the same page again.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from tiktok_music_client.errors import BadAnswer
from tiktok_music_client.models import Page, Track


class Position:
    """The cursor of the next page, and whether there is one. An empty page is the last one."""

    def __init__(self, cursor: str | None) -> None:
        self.cursor = cursor
        self.is_at_end = False
        self._seen = {cursor}

    def advance(self, page: Page) -> Page:
        """Moves past a page and returns it; raises BadAnswer if its cursor leads back."""
        self.is_at_end = page.next_cursor is None or not page.tracks
        if not self.is_at_end and page.next_cursor in self._seen:
            self.is_at_end = True
            raise BadAnswer("the cursor of the next page is that of an earlier page")
        self._seen.add(page.next_cursor)
        self.cursor = page.next_cursor
        return page


class Pages(Iterator[Page]):
    """The pages of a search, fetched lazily."""

    def __init__(self, fetch: Callable[[str | None], Page], cursor: str | None) -> None:
        self._fetch = fetch
        self._position = Position(cursor)

    def __next__(self) -> Page:
        if self._position.is_at_end:
            raise StopIteration
        return self._position.advance(self._fetch(self._position.cursor))


class Tracks(Iterator[Track]):
    """The tracks of all pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._rest: Iterator[Track] = iter(())

    def __next__(self) -> Track:
        while (track := next(self._rest, None)) is None:
            self._rest = iter(next(self._pages).tracks)
        return track


class AsyncPages(AsyncIterator[Page]):
    """The pages of a search, fetched lazily."""

    def __init__(self, fetch: Callable[[str | None], Awaitable[Page]], cursor: str | None) -> None:
        self._fetch = fetch
        self._position = Position(cursor)

    async def __anext__(self) -> Page:
        if self._position.is_at_end:
            raise StopAsyncIteration
        return self._position.advance(await self._fetch(self._position.cursor))


class AsyncTracks(AsyncIterator[Track]):
    """The tracks of all pages."""

    def __init__(self, pages: AsyncPages) -> None:
        self._pages = pages
        self._rest: Iterator[Track] = iter(())

    async def __anext__(self) -> Track:
        while (track := next(self._rest, None)) is None:
            self._rest = iter((await anext(self._pages)).tracks)
        return track
