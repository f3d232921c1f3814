"""How two judgements of one chart differ, told to people and programs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import typer

from ops.console import print_table
from tiktok_music.refresh.history.replay import Change
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict

COLUMNS = ("change", "title", "author", "then", "now", "why", "TikTok id")
VERBS = ("leaves", "comes", "is renamed", "differs")
# What is shown of a long list; --json shows everything.
MOST_SHOWN = 200


def print_verdict_changes(changes: Sequence[Change]) -> None:
    """A line for each sound, those that leave first; nothing where there is none."""
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
        print_table(COLUMNS, rows[:MOST_SHOWN])
    if len(rows) > MOST_SHOWN:
        typer.echo(f"and {len(rows) - MOST_SHOWN} more: --json has all")


def json_of_changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Every change with both verdicts whole."""
    return [
        {
            "tiktokId": change.now.tiktok_id,
            "change": verb,
            "then": verdict_json(change.before),
            "now": verdict_json(change.now),
        }
        for verb, change in _sorted(changes)
    ]


def verdict_json(told: RowVerdict) -> dict[str, Any]:
    """A verdict as a program reads it: with its figures."""
    finding = asdict(told.finding) if told.finding else {}
    return {
        "title": told.title,
        "author": told.author,
        "verdict": str(told.status),
        **{name: str(value) if name == "reason" else value for name, value in finding.items()},
        **(
            {"mergedInto": told.duplicate_of, "evidence": told.evidence}
            if told.duplicate_of
            else {}
        ),
    }


def summary_of(changes: Sequence[Change]) -> str:
    """In words: how many leave, come and change their names."""
    counts = dict.fromkeys(VERBS, 0)
    for verb, _ in _sorted(changes):
        counts[verb] += 1
    return (
        f"{counts['leaves']} would leave the list, {counts['comes']} would come to it, "
        f"{counts['is renamed']} would have another title"
    )


def _sorted(changes: Iterable[Change]) -> list[tuple[str, Change]]:
    told = [(_verb(change), change) for change in changes]
    return sorted(told, key=lambda each: VERBS.index(each[0]))


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
