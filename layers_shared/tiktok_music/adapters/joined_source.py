"""Joins several sources into one chart: all of them or none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tiktok_music.errors import SourceRefused, SourceUnavailable
from tiktok_music.refresh.chart import Chart, ChartSource


class JoinedSource:
    """Fetches from every source in turn; fails if one of them fails."""

    def __init__(self, sources: Sequence[tuple[str, ChartSource]]) -> None:
        self._sources = sources

    def fetch(self) -> Chart:
        """The rows of all sources, in their order; an error names the source."""
        charts = [_named(name, source) for name, source in self._sources]
        return Chart(
            rows=sum(chart.rows for chart in charts),
            candidates=tuple(row for chart in charts for row in chart.candidates),
            rejections=tuple(row for chart in charts for row in chart.rejections),
            new_fields=tuple(sorted({name for chart in charts for name in chart.new_fields})),
            unreadable_fields=sum((Counter(each.unreadable_fields) for each in charts), Counter()),
            empty_parts=tuple(part for chart in charts for part in chart.empty_parts),
        )


def _named(name: str, source: ChartSource) -> Chart:
    try:
        chart = source.fetch()
    except SourceUnavailable as exc:
        raise SourceUnavailable(f"{name}: {exc}") from exc
    except SourceRefused as exc:
        raise SourceRefused(f"{name}: {exc}") from exc
    return replace(chart, empty_parts=tuple(f"{name}: {part}" for part in chart.empty_parts))
