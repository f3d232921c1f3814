"""Differences between two sets of verdicts on one chart, as a table or JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ops.console import echo, print_table
from tiktok_music.refresh.history.replay import Change
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict

COLUMNS = ("change", "title", "author", "then", "now", "why", "TikTok id")
VERBS = ("leaves", "comes", "is renamed", "differs")
# Rows of the table; --json prints all.
MAX_ROWS_SHOWN = 200


def print_verdict_changes(changes: Sequence[Change]) -> None:
    """Prints a line for each sound, those that leave first; nothing without changes."""
    rows = [
        (
            verb,
            _title(change),
            change.now.author,
            change.before.reason,
            change.now.reason,
            change.now.why or change.before.why,
            change.now.tiktok_id,
        )
        for verb, change in _sorted(changes)
    ]
    if rows:
        print_table(COLUMNS, rows[:MAX_ROWS_SHOWN])
    if len(rows) > MAX_ROWS_SHOWN:
        echo(f"{len(rows) - MAX_ROWS_SHOWN} more rows: --json prints all")


def changes_to_json(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """JSON values of all changes, with both verdicts."""
    return [
        {
            "tiktokId": change.now.tiktok_id,
            "change": verb,
            "then": verdict_to_json(change.before),
            "now": verdict_to_json(change.now),
        }
        for verb, change in _sorted(changes)
    ]


def verdict_to_json(verdict: RowVerdict) -> dict[str, Any]:
    """JSON values of a verdict and its finding's measurements."""
    finding = asdict(verdict.finding) if verdict.finding else {}
    return {
        "title": verdict.title,
        "author": verdict.author,
        "verdict": str(verdict.status),
        **{name: str(value) if name == "reason" else value for name, value in finding.items()},
        **(
            {"mergedInto": verdict.duplicate_of, "evidence": verdict.evidence}
            if verdict.duplicate_of
            else {}
        ),
    }


def summary_of(changes: Sequence[Change]) -> str:
    """A sentence with the numbers of sounds that leave, join and are renamed."""
    counts = dict.fromkeys(VERBS, 0)
    for verb, _ in _sorted(changes):
        counts[verb] += 1
    return (
        f"{counts['leaves']} would leave the list, {counts['comes']} would join it, "
        f"{counts['is renamed']} would be renamed"
    )


def _sorted(changes: Iterable[Change]) -> list[tuple[str, Change]]:
    labelled = [(_verb(change), change) for change in changes]
    return sorted(labelled, key=lambda each: VERBS.index(each[0]))


def _verb(change: Change) -> str:
    if change.leaves:
        return "leaves"
    if change.comes:
        return "comes"
    return "is renamed" if change.is_renamed else "differs"


def _title(change: Change) -> str:
    if change.now.status is RowStatus.ACCEPTED and change.before.title != change.now.title:
        return f"{change.before.title} → {change.now.title}"
    return change.now.title
