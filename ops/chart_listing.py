"""Chooses a chart for a command, and lists it again after its pointer was moved."""

from dataclasses import replace
from datetime import timedelta

from ops.deployment import Deployment
from tiktok_music.chart_listing import entry_of
from tiktok_music.errors import NotFound, PublishLost

TRIES = 3


def of_chart(deployment: Deployment, chart: str | None) -> Deployment:
    """The deployment with the snapshots of a chart, None for the default one; raises NotFound."""
    if chart is None:
        return deployment
    listed = [entry.chart_id for entry in deployment.charts.listing().entries]
    if chart not in listed:
        names = ", ".join(sorted(listed)) or "none"
        raise NotFound(f"{chart} is no chart beside the default one; there are {names}")
    publisher = deployment.charts.publisher(chart)
    return replace(deployment, name=f"{deployment.name}, chart {chart}", publisher=publisher)


def list_again(deployment: Deployment, chart: str, every: timedelta) -> None:
    """Stores the version that the chart serves now in the list of charts.

    `every` is the interval of the schedule. Raises PublishLost if others write the list at every
    try: the next refresh writes it too.
    """
    for tries_left in reversed(range(TRIES)):
        listing = deployment.charts.listing()
        pointer = deployment.charts.publisher(chart).current()
        entries = tuple(
            entry_of(
                entry.coordinates,
                pointer,
                every,
                failing_since=entry.failing_since,
                problem=entry.problem,
            )
            if entry.chart_id == chart
            else entry
            for entry in listing.entries
        )
        try:
            deployment.charts.save_listing(entries, listing)
        except PublishLost:
            if not tries_left:
                raise
        else:
            return
