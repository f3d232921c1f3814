"""TikTok's app music chart from a provider's HTTP API (TikHub's format)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tiktok_music.adapters.aweme_fields import KNOWN_FIELDS
from tiktok_music.adapters.aweme_rows import parse_chart_row
from tiktok_music.adapters.upstream import Upstream, unwrap
from tiktok_music.adapters.upstream_rows import new_fields
from tiktok_music.errors import SourceRefused
from tiktok_music.refresh.chart import Chart, chart_of

CHART_PATH = "/api/v1/tiktok/app/v3/fetch_music_chart_list"
PAGE_ROWS = 50  # the most that upstream gives
MAX_PAGES = 40  # per scene, against a cursor without end


class AwemeSource:
    """Fetches every page of every scene; a partial chart is a failure."""

    def __init__(self, upstream: Upstream, scenes: tuple[int, ...]) -> None:
        self._upstream = upstream
        self._scenes = scenes

    def fetch(self) -> Chart:
        """The rows of all scenes in chart order."""
        rows = [row for scene in self._scenes for row in self._scene(scene)]
        infos = [row.get("music_info") for row in rows if isinstance(row, dict)]
        return chart_of([parse_chart_row(row) for row in rows], new_fields(infos, KNOWN_FIELDS))

    def _scene(self, scene: int) -> Iterator[Any]:
        cursor = 0
        for _ in range(MAX_PAGES):
            page = self._page(scene, cursor)
            rows = page.get("music_list")
            if not isinstance(rows, list):
                raise SourceRefused(f"upstream's answer for scene {scene} has no music_list")
            yield from rows
            next_cursor = page.get("cursor")
            if not page.get("has_more") or not rows:
                return
            if not isinstance(next_cursor, int) or next_cursor <= cursor:
                raise SourceRefused(f"upstream's cursor does not advance: {next_cursor!r}")
            cursor = next_cursor
        raise SourceRefused(f"scene {scene} has more than {MAX_PAGES} pages")

    def _page(self, scene: int, cursor: int) -> dict[str, Any]:
        query = urlencode({"scene": scene, "cursor": cursor, "count": PAGE_ROWS})
        return unwrap(self._upstream.get_json(f"{CHART_PATH}?{query}"), "music_list")
