"""Charts in the Python client: listed, chosen, and never another one in silence."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.clients.python_peer import LIST, ROW, VERSION, Peer, ok, page
from tiktok_music_client import BadAnswer, Chart, Charts

ROWS: dict[str, Any] = {
    "id": "cml.us.k-pop.30d",
    "source": "cml",
    "country": "US",
    "genre": "k-pop",
    "period": 30,
    "kind": "popular",
    "isDefault": False,
    "total": 97,
    "version": VERSION,
    "publishedAt": "2026-11-28T00:03:10Z",
    "nextRefreshAt": "2026-11-28T12:00:00Z",
}
CHART = Chart(
    id="cml.us.k-pop.30d",
    source="cml",
    country="US",
    genre="k-pop",
    period=30,
    kind="popular",
    is_default=False,
    total=97,
    version=VERSION,
    published_at=datetime(2026, 11, 28, 0, 3, 10, tzinfo=UTC),
    next_refresh_at=datetime(2026, 11, 28, 12, tzinfo=UTC),
)
NOTHING_CHANGED = {"since": VERSION, "version": VERSION, "added": [], "removed": [], "moved": []}


def test_the_charts_are_listed() -> None:
    peer = Peer(*(ok({"charts": [ROWS], "total": 1}) for _ in range(2)))

    async def listed() -> Charts:
        async with peer.async_client() as catalog:
            return await catalog.charts()

    with peer.client() as catalog:
        charts = catalog.charts()

    assert charts == asyncio.run(listed()) == Charts(charts=(CHART,), total=1)
    assert peer.urls == ["https://catalog.example.com/v1/tiktok-music/charts"] * 2


def test_a_chart_is_chosen_in_a_search_and_in_changes() -> None:
    peer = Peer(page(ROW), ok(NOTHING_CHANGED))

    with peer.client() as catalog:
        catalog.search(country="us", genre="K-POP", period=30, kind="popular", sort="chart")
        catalog.changes(VERSION, chart=CHART.id)

    assert [url.partition("?")[2] for url in peer.urls] == [
        "sort=chart&country=us&genre=K-POP&period=30&kind=popular&limit=50",
        f"since={VERSION}&chart=cml.us.k-pop.30d&limit=1000",
    ]


def test_an_older_catalog_that_ignores_the_choice_is_a_bad_answer() -> None:
    ignored = {"X_Ignored_Parameters": "country, period"}
    peer = Peer(ok({**LIST, "nextCursor": None}, **ignored))

    with peer.client() as catalog, pytest.raises(BadAnswer, match="one chart only"):
        catalog.search(country="GB", period=7)
    peer = Peer(ok(NOTHING_CHANGED, X_Ignored_Parameters="chart"))
    with peer.client() as catalog, pytest.raises(BadAnswer, match="one chart only"):
        catalog.changes(VERSION, chart=CHART.id)
