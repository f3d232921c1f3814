"""Requests the changes since a version in pages, and joins them. No I/O."""

from dataclasses import replace

from tiktok_music_client.answer import Answer
from tiktok_music_client.endpoints import check_chart
from tiktok_music_client.errors import BadAnswer
from tiktok_music_client.models import Changes
from tiktok_music_client.parsing import parse
from tiktok_music_client.request import LIST, Request
from tiktok_music_client.responses import body_of

PER_PAGE = 1000  # the most entries that the API puts in a page


class ChangesPages:
    """The pages of the changes, which all compare the same two versions.

    An API of an earlier release returns all changes as one page.
    """

    def __init__(self, since: str, chart: str | None = None) -> None:
        self._parameters = {"since": since, **({"chart": chart} if chart else {})}
        self._pages: list[Changes] = []

    def next_request(self) -> Request[Changes]:
        """Returns the request for the next page."""
        parameters = {**self._parameters, "limit": str(PER_PAGE)}
        if self._pages:
            parameters["cursor"] = str(self._pages[-1].next_cursor)
        return Request(f"{LIST}/changes", _parsed, parameters=parameters)

    def add(self, page: Changes) -> None:
        """Raises BadAnswer for a cursor that leads back to an earlier page."""
        if page.next_cursor and page.next_cursor in (each.next_cursor for each in self._pages):
            raise BadAnswer("the cursor of the next page is that of an earlier page")
        self._pages.append(page)

    def are_complete(self) -> bool:
        return bool(self._pages) and not self._pages[-1].next_cursor

    def joined(self) -> Changes:
        """Returns all pages as one."""
        pages, last = self._pages, self._pages[-1]
        updated = tuple(each for page in pages for each in page.updated or ())
        return replace(
            last,
            added=tuple(each for page in pages for each in page.added),
            removed=tuple(each for page in pages for each in page.removed),
            moved=tuple(each for page in pages for each in page.moved),
            updated=None if last.updated is None else updated,
        )


def _parsed(answer: Answer) -> Changes:
    check_chart(answer)
    return parse(Changes, body_of(answer))
