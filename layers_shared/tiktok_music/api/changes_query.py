"""Parses the parameters of a request for changes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tiktok_music.api.parameters import Parameters

DEFAULT_LIMIT, MOST_LIMIT = 500, 1000
_VERSION = re.compile(r"[0-9]{10}-[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ChangesQuery:
    """The changes since a version; without `limit` all in one response.

    `chart` is the id of a chart, None for the default one.
    """

    since: str
    limit: int | None
    cursor: str | None
    chart: str | None = None

    def digest(self) -> str:
        """Identifies the changes, independent of the page."""
        return f"changes since {self.since}" + (f" of {self.chart}" if self.chart else "")


def changes_query(items: Iterable[tuple[str, str]]) -> ChangesQuery:
    """Parses the parameters; raises Invalid."""
    parameters = Parameters(items)
    chart, since = parameters.one("chart"), parameters.one("since")
    if since and chart:
        # As `X-Catalog-Snapshot` writes the version of a chart beside the default one.
        since = since.removeprefix(f"{chart}@")
    if since is None or _VERSION.fullmatch(since) is None:
        parameters.add_issue("since", "Must be a snapshot version, as X-Catalog-Snapshot gives it.")
    cursor = parameters.cursor()
    limit = parameters.whole("limit", DEFAULT_LIMIT, at_least=1, at_most=MOST_LIMIT)
    parameters.done()
    in_pages = parameters.has_any(("limit", "cursor"))
    return ChangesQuery(str(since), limit if in_pages else None, cursor, chart)
