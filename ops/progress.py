"""Shows progress (bars on a terminal, plain lines elsewhere) and reports of refreshes."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.text import Text

from ops.console import harmless, print_table
from tiktok_music.composition.refresh_music import PROGRESS_LOGGER


class ProgressLines(logging.Handler):
    """Prints a line at every tenth of a stage and at its end."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        stage, done, total = progress_of(record)
        if done == total or done % max(total // 10, 1) == 0:
            self._console.print(f"  {stage}: {done}/{total}")


class ProgressBars(logging.Handler):
    """Draws a progress bar per stage."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def emit(self, record: logging.LogRecord) -> None:
        stage, done, total = progress_of(record)
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(f"  {stage}", total=total)
        self._progress.update(self._bars[stage], completed=done, total=total)


def progress_of(record: logging.LogRecord) -> tuple[str, int, int]:
    """The stage, the number of finished steps and the total."""
    fields = vars(record)
    return fields["stage"], fields["done"], fields["total"]


def advance(stage: str, done: int, total: int) -> None:
    """Logs the progress of a stage outside the refresh, for `shown_progress`."""
    fields = {"stage": stage, "done": done, "total": total}
    logging.getLogger(PROGRESS_LOGGER).info("%s %d/%d", stage, done, total, extra=fields)


@contextmanager
def shown_progress(console: Console) -> Iterator[None]:
    """Shows the progress that is logged in its body."""
    logger = logging.getLogger(PROGRESS_LOGGER)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        handler = ProgressBars(progress) if console.is_terminal else ProgressLines(console)
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)


def print_report(report: dict[str, Any], console: Console) -> None:
    """Prints the report of a refresh as a summary and a table."""
    seconds = sum(report["seconds"].values())
    outcome = escape(harmless(report["outcome"]))
    console.print(
        f"\n[bold]{outcome}[/] in {seconds:.1f} s: {report['rows']} rows, "
        f"[green]{report['accepted']} accepted[/] ({report['newMedia']} with new media), "
        f"[yellow]{report['mergedCount']} merged[/], "
        f"[red]{sum(report['rejected'].values())} rejected[/]"
    )
    if report["reason"]:
        console.print(Text(harmless(f"  reason: {report['reason']}")))
    for sentence in report.get("failedSources", ()):
        console.print(Text(harmless(f"  without a source: {sentence}")))
    for chart in report.get("charts", ()):
        state = chart["reason"] or f"{chart['accepted']} of {chart['rows']} rows accepted"
        console.print(Text(harmless(f"  {chart['chart']}: {chart['outcome']}, {state}")))
    separated = report.get("separated", [])  # absent from reports of older releases
    if not report["rejected"] and not report["merged"] and not separated:
        return
    rows = [
        (row["reason"], row["title"], row["author"], row["detail"])
        for row in sorted(report["examples"], key=lambda row: str(row["reason"]))
    ]
    for row in report["merged"]:
        why = f"{row['evidence']}: duplicate of {row['mergedInto']}"
        rows.append(("merged", row["title"], row["author"], why))
    for row in separated:
        why = f"{row['evidence']}: no duplicate of {row['separatedFrom']}"
        rows.append(("separated", row["title"], row["author"], why))
    print_table(("reason", "title", "author", "why"), rows, to=console)
