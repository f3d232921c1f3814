"""The members of a track on the charts that it is on, where several are configured."""

from collections.abc import Mapping, Sequence
from typing import Any

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.charts.catalog import Standing
from tiktok_music.api.index import Index
from tiktok_music.archive import TrackRecord


class TrackCharts:
    """The ranks of tracks on all charts, the default one first."""

    def __init__(self, view: CatalogView, index: Index, previous: Mapping[str, int] | None) -> None:
        """`previous` are the former ranks of the default chart, None if they are unreadable."""
        charts = view.charts()
        default = Standing(charts.default.chart_id, index, previous)
        self._standings: Sequence[Standing] = (default, *charts.standings())

    def is_listed(self, track_id: str) -> bool:
        """True if any chart lists the track."""
        return any(track_id in each.index.ranks for each in self._standings)

    def index_of(self, track_id: str) -> Index | None:
        """The first chart that lists the track."""
        listing = (each.index for each in self._standings if track_id in each.index.ranks)
        return next(listing, None)

    def members(self, record: TrackRecord, *, is_listed: bool) -> dict[str, Any]:
        """`charts` and `genres`; a retired track is on no chart."""
        track_id = record.track_id
        charts = [
            {
                "id": each.chart_id,
                "rank": rank,
                "previousRank": (each.previous or {}).get(track_id),
                "isNew": each.previous is not None and track_id not in each.previous,
            }
            for each in (self._standings if is_listed else ())
            if (rank := each.index.ranks.get(track_id))
        ]
        return {"charts": charts, "genres": list(record.about.genres)}
