"""Prints the differences between two track lists."""

from ops.console import echo, print_table
from tiktok_music.api.changes import changes
from tiktok_music.api.index import Index

COLUMNS = ("change", "rank", "was", "title", "author", "id")


def print_changes(before: Index, after: Index) -> None:
    """Prints a line for each added, removed or moved track, and their counts."""
    changed = changes(before, after)
    rows = [
        (verb, _rank(change, "rank"), _rank(change, "previousRank"), *_names(change["id"], index))
        for verb, index in (("added", after), ("removed", before), ("moved", after))
        for change in changed[verb]
    ]
    if rows:
        print_table(COLUMNS, rows)
    counts = ", ".join(f"{len(changed[verb])} {verb}" for verb in ("added", "removed", "moved"))
    echo(f"{changed['since']} → {changed['version']}: {counts}")


def _rank(change: dict[str, object], name: str) -> str:
    return str(change.get(name, ""))


def _names(track_id: str, index: Index) -> tuple[str, str, str]:
    row = index.row(track_id) or {}
    return str(row.get("title", "")), str(row.get("author", "")), track_id
