"""Prints the differences between two track lists."""

from collections.abc import Mapping
from typing import Any

from ops.console import echo, print_table
from tiktok_music.api.changes import NO_RECORDS, changes
from tiktok_music.api.index import Index
from tiktok_music.archive import TrackRecord

VERBS = ("added", "removed", "moved", "updated")
COLUMNS = ("change", "rank", "was", "title", "author", "id")


def print_changes(
    before: Index, after: Index, records: Mapping[str, TrackRecord] = NO_RECORDS
) -> None:
    """Prints a line for each change of a track, and the counts."""
    changed = changes(before, after, records)
    rows = [
        (
            _verb(verb, change),
            _rank(change, "rank"),
            _rank(change, "previousRank"),
            *_names(change["id"], index),
        )
        for verb, index in zip(VERBS, (after, before, after, after), strict=True)
        for change in changed[verb]
    ]
    if rows:
        print_table(COLUMNS, rows)
    counts = ", ".join(f"{len(changed[verb])} {verb}" for verb in VERBS)
    echo(f"{changed['since']} → {changed['version']}: {counts}")


def _verb(verb: str, change: dict[str, Any]) -> str:
    """The change with its reason or its fields, if there are any."""
    details = ", ".join(change.get("changed", ())) or change.get("reason")
    return f"{verb} ({details})" if details else verb


def _rank(change: dict[str, object], name: str) -> str:
    return str(change.get(name, ""))


def _names(track_id: str, index: Index) -> tuple[str, str, str]:
    row = index.row(track_id) or {}
    return str(row.get("title", "")), str(row.get("author", "")), track_id
