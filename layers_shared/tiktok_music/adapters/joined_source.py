"""Joins several sources into one chart: all that list tracks, and the optional ones if they can."""

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from tiktok_music.errors import SourceError, SourceRefused, SourceUnavailable
from tiktok_music.refresh.chart import Chart, ChartSource

_logger = logging.getLogger(__name__)


class JoinedSource:
    """Fetches from every source in turn; fails if one of them fails that is not optional.

    An optional source that fails, or that has no tracks, costs the run what it alone knows. It is
    not optional where it is the only one.
    """

    def __init__(
        self, sources: Sequence[tuple[str, ChartSource]], optional: Collection[str] = ()
    ) -> None:
        self._sources = sources
        required = [name for name, _ in sources if name not in optional]
        self._optional = optional if required else ()

    def fetch(self) -> Chart:
        """The rows of all sources, in their order; an error names the source."""
        charts = [self._chart(name, source) for name, source in self._sources]
        return Chart(
            rows=sum(chart.rows for chart in charts),
            candidates=tuple(row for chart in charts for row in chart.candidates),
            rejections=tuple(row for chart in charts for row in chart.rejections),
            new_fields=tuple(sorted({name for chart in charts for name in chart.new_fields})),
            unreadable_fields=sum((Counter(each.unreadable_fields) for each in charts), Counter()),
            empty_parts=tuple(part for chart in charts for part in chart.empty_parts),
            failed_sources=tuple(part for chart in charts for part in chart.failed_sources),
        )

    def _chart(self, name: str, source: ChartSource) -> Chart:
        if name not in self._optional:
            return _named(name, source)
        try:
            chart = _named(name, source)
        except SourceError as exc:
            _logger.warning("a source is left out: %s", exc)
            return Chart(0, (), (), failed_sources=(str(exc),))
        if chart.candidates:
            return chart
        return replace(chart, failed_sources=(f"{name}: there are no tracks",))


def _named(name: str, source: ChartSource) -> Chart:
    try:
        chart = source.fetch()
    except SourceUnavailable as exc:
        raise SourceUnavailable(f"{name}: {exc}") from exc
    except SourceRefused as exc:
        raise SourceRefused(f"{name}: {exc}") from exc
    return replace(chart, empty_parts=tuple(f"{name}: {part}" for part in chart.empty_parts))
