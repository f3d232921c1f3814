"""`catalog lists …`: what the operator denies, allows or renames, from the next refresh on."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.access import JsonOption, StackOption, open_catalog
from ops.console import print_json, print_table, told
from tiktok_music.adapters.operator_list_rows import parse_lists
from tiktok_music.refresh.operator_lists import ListEntry, ListKind

app = typer.Typer(help="The operator's lists: add, remove, list, load.", no_args_is_help=True)


@app.command()
@told
def add(
    kind: Annotated[ListKind, typer.Argument()],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is in the reports.")],
    track: Annotated[str | None, typer.Option("--track", help="TikTok id or track id.")] = None,
    pattern: Annotated[
        str | None, typer.Option("--pattern", help='Of "artist - title"; * is anything.')
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="The new title.")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="UTC; else for ever.")] = None,
    stack: str | None = StackOption,
) -> None:
    """Add an entry; it counts from the next refresh on."""
    ends = until.replace(tzinfo=UTC) if until else None
    entry = ListEntry(kind, reason, track, pattern, title, ends)
    lists = open_catalog(stack).lists
    lists.keep((*lists.entries(), entry))
    typer.echo(f"{len(lists.entries())} entries; they count from the next refresh on")


@app.command()
@told
def remove(
    number: Annotated[int, typer.Argument(help="As `catalog lists list` numbers it.", min=1)],
    stack: str | None = StackOption,
) -> None:
    """Remove an entry."""
    lists = open_catalog(stack).lists
    entries = lists.entries()
    if number > len(entries):
        raise typer.BadParameter(f"there are {len(entries)} entries")
    lists.keep(entries[: number - 1] + entries[number:])
    typer.echo(f"removed: {entries[number - 1].kind} {_target(entries[number - 1])}")


@app.command("list")
@told
def list_entries(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """Every entry, numbered; expired ones are marked."""
    entries, now = open_catalog(stack).lists.entries(), datetime.now(UTC)
    if as_json:
        print_json([{**asdict(entry), "expires_at": _end(entry, now)} for entry in entries])
    elif not entries:
        typer.echo("there is no entry yet: catalog lists add --help")
    else:
        rows = [
            (str(number), str(entry.kind), _target(entry), _end(entry, now), entry.reason)
            for number, entry in enumerate(entries, start=1)
        ]
        print_table(("no", "kind", "what", "until", "reason"), rows)


@app.command()
@told
def load(
    file: Annotated[Path, typer.Argument(help="A document as docs/curation.md shows it.")],
    stack: str | None = StackOption,
) -> None:
    """Replace all entries by those of a file."""
    entries = parse_lists(file.read_bytes(), str(file))
    open_catalog(stack).lists.keep(entries)
    typer.echo(f"{len(entries)} entries; they count from the next refresh on")


def _target(entry: ListEntry) -> str:
    renamed = f" → {entry.title}" if entry.title else ""
    return f"{entry.tiktok_id or entry.pattern}{renamed}"


def _end(entry: ListEntry, now: datetime) -> str:
    if entry.expires_at is None:
        return "for ever"
    ended = " (ended)" if entry.expires_at <= now else ""
    return entry.expires_at.isoformat(timespec="minutes") + ended
