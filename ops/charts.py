"""`catalog charts`: the charts beside the default one, and a trial of charts to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from ops.console import echo, print_json, print_table, reports_errors, stderr_console
from ops.deployment import open_deployment, refresh_settings, secrets_provider
from ops.options import JsonOption, StackOption
from ops.progress import advance, shown_progress
from tiktok_music.composition.refresh_music import compose_refresh
from tiktok_music.errors import SourceError
from tiktok_music.refresh.chart import Chart, ChartSource
from tiktok_music.refresh.dependencies import ReadOnlyDependencies
from tiktok_music.refresh.settings import RefreshSettings

# Charts that share more with the default one are mostly the same list in another order.
SAME_SHARE = 0.95

app = typer.Typer(help="Charts beside the default one: list, trial.", no_args_is_help=True)


@app.command("list")
@reports_errors
def list_charts(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """List the charts beside the default one, with the version that each serves.

    Exits with 1 if one of them was not published by its last run.
    """
    deployment = open_deployment(stack)
    entries = deployment.charts.listing().entries
    rows = [
        {
            "chart": entry.chart_id,
            "version": entry.current.version if entry.current else None,
            "tracks": entry.current.track_count if entry.current else 0,
            "publishedAt": (
                entry.current.published_at.isoformat(timespec="seconds") if entry.current else None
            ),
            "failingSince": (
                entry.failing_since.isoformat(timespec="seconds") if entry.failing_since else None
            ),
            "problem": entry.problem,
        }
        for entry in entries
    ]
    if as_json:
        print_json(rows)
    elif rows:
        _print_rows(rows)
    else:
        echo("no chart beside the default one was refreshed yet (setting CHARTS)")
    if any(row["failingSince"] for row in rows):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Trial:
    """A fetched chart; `sounds` are distinct ids, empty for one that failed."""

    chart_id: str
    rows: int
    sounds: frozenset[str]
    problem: str | None = None


@app.command()
@reports_errors
def trial(
    charts: Annotated[
        str | None,
        typer.Option("--charts", help="Try these instead of the configured ones, like CHARTS."),
    ] = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Fetch the charts without publishing; show how much they differ from each other.

    `ofDefault` is the share of a chart's sounds that the default chart has, `ofOthers` that of
    the most similar other chart. Nothing is written. Exits with 1 if a chart cannot be fetched.
    """
    open_deployment(stack)  # sets the local run's environment variables
    settings = refresh_settings(stack, **({} if charts is None else {"CHARTS": charts}))
    dependencies = compose_refresh(settings, secrets_provider(settings.region)).read_only()
    with shown_progress(stderr_console()):
        default, others = _fetch(dependencies, settings)
    known = dependencies.archive.get_many(
        track_id for each in (default, *others) for track_id in each.sounds
    )
    rows = [_row(each, default, others, known) for each in (default, *others)]
    if as_json:
        print_json(rows)
    else:
        _print_rows(rows)
        for each in others:
            if each.sounds and _share(each, default) > SAME_SHARE:
                echo(
                    f"{each.chart_id} has over {SAME_SHARE:.0%} of its sounds from the default one"
                )
    if any(each.problem for each in (default, *others)):
        raise typer.Exit(1)


def _fetch(
    dependencies: ReadOnlyDependencies, settings: RefreshSettings
) -> tuple[Trial, list[Trial]]:
    place = settings.source.default_chart()
    default, others = _tried(place.chart_id, dependencies.source), []
    for done, each in enumerate(dependencies.charts, start=1):
        others.append(_tried(each.coordinates.chart_id, each.source))
        advance("charts", done, len(dependencies.charts))
    return default, others


def _tried(chart_id: str, source: ChartSource) -> Trial:
    try:
        chart = source.fetch()
    except SourceError as exc:
        return Trial(chart_id, 0, frozenset(), str(exc))
    return Trial(chart_id, chart.rows, _sounds(chart))


def _sounds(chart: Chart) -> frozenset[str]:
    return frozenset(candidate.track_id for candidate in chart.candidates)


def _row(
    tried: Trial, default: Trial, others: list[Trial], known: Mapping[str, object]
) -> dict[str, Any]:
    rest = [each for each in others if each is not tried and each.sounds]
    closest = max(rest, key=lambda each: _share(tried, each), default=None)
    return {
        "chart": tried.chart_id,
        "rows": tried.rows,
        "sounds": len(tried.sounds),
        "new": len(tried.sounds - known.keys()),
        "ofDefault": None if tried is default else round(_share(tried, default), 2),
        "ofOthers": round(_share(tried, closest), 2) if closest else None,
        "closest": closest.chart_id if closest else None,
        "problem": tried.problem,
    }


def _share(chart: Trial, other: Trial) -> float:
    return len(chart.sounds & other.sounds) / max(len(chart.sounds), 1)


def _print_rows(rows: list[dict[str, Any]]) -> None:
    values = [["" if value is None else str(value) for value in row.values()] for row in rows]
    print_table(tuple(rows[0]), values)
