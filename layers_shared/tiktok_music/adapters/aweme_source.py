"""TikTok's app music chart from a provider's HTTP API (TikHub's format)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from tiktok_music.adapters.aweme_fields import KNOWN_FIELDS
from tiktok_music.adapters.aweme_rows import parse_chart_row
from tiktok_music.adapters.upstream import Upstream, announces_more, shown
from tiktok_music.adapters.upstream_rows import listed, new_fields, read_chart
from tiktok_music.errors import SourceRefused
from tiktok_music.refresh.chart import Chart

CHART_PATH = "/api/v1/tiktok/app/v3/fetch_music_chart_list"
PAGE_ROWS = 50  # the most that upstream gives
MAX_PAGES = 40  # per scene, against a cursor without end


class AwemeSource:
    """Fetches every page of every scene; a partial chart is a failure."""

    def __init__(self, upstream: Upstream, scenes: tuple[int, ...]) -> None:
        self._upstream = upstream
        self._scenes = scenes

    def fetch(self) -> Chart:
        """The rows of all scenes in chart order; a scene may be empty if it announces no more."""
        scenes = {scene: list(self._scene(scene)) for scene in self._scenes}
        rows = [row for scene_rows in scenes.values() for row in scene_rows]
        infos = [row.get("music_info") for row in rows if isinstance(row, dict)]
        chart = read_chart(rows, parse_chart_row, new_fields(infos, KNOWN_FIELDS))
        empty = tuple(f"scene {scene}" for scene, scene_rows in scenes.items() if not scene_rows)
        return replace(chart, empty_parts=empty)

    def _scene(self, scene: int) -> Iterator[Any]:
        cursor = 0
        for _ in range(MAX_PAGES):
            page = self._page(scene, cursor)
            rows = listed(page, "music_list")
            yield from rows
            if not announces_more(page, rows):
                return
            cursor = _next_cursor(page.get("cursor"), cursor)
        raise SourceRefused(f"scene {scene} has more than {MAX_PAGES} pages")

    def _page(self, scene: int, cursor: int) -> dict[str, Any]:
        query = urlencode({"scene": scene, "cursor": cursor, "count": PAGE_ROWS})
        return self._upstream.get_object(f"{CHART_PATH}?{query}", "music_list")


def _next_cursor(value: Any, cursor: int) -> int:
    """The cursor of the next page, a number or its digits; raises SourceRefused."""
    text = str(value) if isinstance(value, int) else value
    if not isinstance(text, str) or not re.fullmatch("[0-9]{1,18}", text) or int(text) <= cursor:
        raise SourceRefused(f"upstream's cursor does not advance from {cursor}: {shown(value)}")
    return int(text)
