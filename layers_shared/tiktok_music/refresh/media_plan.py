"""Media plan: the sounds of the chart without media, left to the batches of the media map."""

import logging
from dataclasses import dataclass

from tiktok_music.errors import SourceError
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.chart_cut import union_of
from tiktok_music.refresh.curation.shortlist import make_shortlist
from tiktok_music.refresh.dependencies import ReadOnlyDependencies
from tiktok_music.refresh.media.pipeline import known_media
from tiktok_music.refresh.publication.current_catalog import current_catalog
from tiktok_music.refresh.trigger import RESERVE_SECONDS, Trigger, skip_reason

_logger = logging.getLogger(__name__)

# The rules end above this: the plan is read from the ledger and stored in it.
SAVE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class MediaPlan:
    """The groups without media, each with the members to try, the best first.

    `rows` is the size of the chart; `reason` is why the chart was not read, None if it was.
    """

    rows: int
    groups: tuple[tuple[Candidate, ...], ...]
    reason: str | None = None


def plan_media(dependencies: ReadOnlyDependencies, trigger: Trigger) -> MediaPlan:
    """The media that the refresh of this scheduled run would fetch; raises SourceError, OutOfTime.

    The plan is empty where the refresh would not read the chart (`skip_reason`).
    """
    current = current_catalog(dependencies.publisher)
    skipped = skip_reason(current.pointer, trigger, dependencies.now())
    if skipped is not None:
        return MediaPlan(0, (), skipped[1])
    chart = dependencies.source.fetch()
    dependencies.progress.advance("source", chart.rows, chart.rows)
    chart = _with_others(chart, dependencies, trigger)
    shortlist = make_shortlist(
        chart,
        dependencies.rules,
        dependencies.archive,
        dependencies.now(),
        served=current.rows,
        has_time=lambda: trigger.remaining_seconds() >= SAVE_SECONDS,
    )
    media = known_media(
        shortlist.curation.groups, shortlist.known, dependencies.ledger, dependencies.now()
    )
    groups = tuple(tuple(result.untried()) for result in media if result.is_deferred)
    return MediaPlan(chart.rows, groups)


def _with_others(chart: Chart, dependencies: ReadOnlyDependencies, trigger: Trigger) -> Chart:
    """The chart and those beside it as one; a chart that fails is left out of the plan."""
    charts = [chart]
    for each in dependencies.charts:
        if trigger.remaining_seconds() <= RESERVE_SECONDS:
            break
        try:
            charts.append(each.source.fetch())
        except SourceError as exc:
            _logger.warning("%s is left out of the plan: %s", each.coordinates.chart_id, exc)
    return union_of(charts) if dependencies.charts else chart
