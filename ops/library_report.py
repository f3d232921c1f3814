"""`catalog doctor --publish`: the figures of the last run on the commercial library."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ops.console import echo, print_json, print_table
from ops.deployment import open_deployment
from ops.errors import CommandError

MISSING = (
    "no stored run has rows of the commercial library; is cml in SOURCE, and what does "
    "`catalog report` say of it?"
)
LABELS = {
    "rows": "rows of the library",
    "fullClip": "with a full clip",
    "trendingClipOnly": "with a trending clip only",
    "noClip": "without a clip",
    "publishableShare": "share of the other charts that is publishable",
    "changedClips": "songs with another clip than in the run before",
}


def library_report(stack: str | None, *, as_json: bool) -> None:
    """Prints the figures of the newest stored run that has any."""
    scheduled_at, figures = _newest(stack)
    if as_json:
        print_json({"scheduledAt": scheduled_at, **figures})
    else:
        echo(f"run of {scheduled_at}")
        print_table(("commercial library", ""), _rows(figures))


def _newest(stack: str | None) -> tuple[str, Mapping[str, Any]]:
    reports = open_deployment(stack).reports
    for run in reports.list_runs():
        report = reports.get_report(datetime.fromisoformat(run["scheduledAt"])) or {}
        if report.get("library"):
            return run["scheduledAt"], report["library"]
    raise CommandError(MISSING)


def _rows(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    joined = [
        (f"tracks joined by {evidence}", str(count))
        for evidence, count in figures.get("joined", {}).items()
    ]
    named = [(text, str(figures[name])) for name, text in LABELS.items() if name in figures]
    return [*named[:4], *joined, *named[4:]]
