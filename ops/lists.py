"""`catalog lists …`: what the operator denies, allows or renames, from the next refresh on."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.console import confirm, print_json, print_table, told
from ops.deployment import Deployment, JsonOption, StackOption, YesOption, open_deployment
from ops.lists_effect import Effect, effect_of
from ops.verdict_changes import json_of_changes, print_verdict_changes, summary_of
from tiktok_music.adapters.operator_list_rows import lists_document, parse_lists
from tiktok_music.api.links import track_id_of_link
from tiktok_music.errors import SettingsError
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind
from tiktok_music.resolve_request import parse_track_id
from tiktok_music.track import is_tiktok_id

app = typer.Typer(help="The operator's lists: add, remove, list, load.", no_args_is_help=True)
Entries = tuple[ListEntry, ...]
DryRunOption = typer.Option(False, "--dry-run", help="Tell what would change, and write nothing.")


@app.command()
@told
def add(
    kind: Annotated[
        ListKind,
        typer.Argument(
            help="deny drops a sound, allow spares it the rules on words, title renames it."
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is in the reports.")],
    track: Annotated[str | None, typer.Option("--track", help="TikTok id, track id, link.")] = None,
    pattern: Annotated[
        str | None, typer.Option("--pattern", help='Of "artist - title"; * is anything.')
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="The new title.")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="UTC; else for ever.")] = None,
    dry_run: bool = DryRunOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Add an entry; tells first which tracks would leave or come. It counts from the next refresh
    on.
    """
    _check(kind, track, pattern, title)
    ends = until.replace(tzinfo=UTC) if until else None
    if ends is not None and ends <= datetime.now(UTC):
        raise typer.BadParameter(f"--until {ends:%Y-%m-%d %H:%M} UTC is over already")
    entry = ListEntry(kind, reason, _sound(track), pattern=pattern, title=title, expires_at=ends)
    parse_lists(lists_document((entry,)), "this command")
    catalog = open_deployment(stack)
    before = catalog.lists.entries()
    if entry in before:
        typer.echo(f"it is there already: {before.index(entry) + 1} of `catalog lists list`")
        return
    _change(catalog, before, (*before, entry), stack, dry_run=dry_run, as_json=as_json, yes=yes)


@app.command()
@told
def remove(
    number: Annotated[int, typer.Argument(help="As `catalog lists list` numbers it.", min=1)],
    dry_run: bool = DryRunOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Remove an entry; tells first which tracks would leave or come."""
    catalog = open_deployment(stack)
    before = catalog.lists.entries()
    if number > len(before):
        there = f"there are {len(before)}" if before else "there are none"
        raise typer.BadParameter(f"there is no entry {number}: {there} (catalog lists list)")
    if not as_json:
        typer.echo(f"{number}: {before[number - 1].kind} {_target(before[number - 1])}")
    after = before[: number - 1] + before[number:]
    _change(catalog, before, after, stack, dry_run=dry_run, as_json=as_json, yes=yes)


@app.command("list")
@told
def list_entries(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """Every entry, numbered; expired ones are marked."""
    entries, now = open_deployment(stack).lists.entries(), datetime.now(UTC)
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
    file: Annotated[
        Path,
        typer.Argument(
            help="A document as docs/curation.md shows it.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    dry_run: bool = DryRunOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Replace all entries by those of a file; tells first which tracks would leave or come."""
    entries = parse_lists(file.read_bytes(), str(file))
    catalog = open_deployment(stack)
    try:
        before: Entries | None = catalog.lists.entries()
    except SettingsError as exc:
        typer.echo(f"what is replaced cannot be read: {exc}", err=True)
        before = None
    _change(catalog, before, entries, stack, dry_run=dry_run, as_json=as_json, yes=yes)


def _check(kind: ListKind, track: str | None, pattern: str | None, title: str | None) -> None:
    """In the words of this command's options."""
    if (track is None) == (pattern is None):
        raise typer.BadParameter("give either --track or --pattern: which sounds the entry is for")
    if (title is not None) != (kind is ListKind.TITLE):
        raise typer.BadParameter("--title belongs to an entry of kind title, and to no other")
    if kind is ListKind.TITLE and track is None:
        raise typer.BadParameter("a new title is for one --track")


def _change(
    catalog: Deployment,
    before: Entries | None,
    after: Entries,
    stack: str | None,
    *,
    dry_run: bool,
    as_json: bool,
    yes: bool,
) -> None:
    """Tells what a change of the lists does, asks, and makes it."""
    effect = effect_of(catalog, before or (), after, stack)
    if not as_json:
        _print_effect(effect)
    if not dry_run:
        count = f"from {len(before or ())} entries to {len(after)}"
        confirm(f"{catalog.where}: change the lists {count}?", yes=yes)
        catalog.lists.save(after, before=before)
    if as_json:
        changes = json_of_changes(effect.changes)
        written = {"entries": len(after), "written": not dry_run}
        print_json({**written, "judgedOn": effect.judged_on, "changes": changes})
    elif dry_run:
        typer.echo("dry run: nothing was written")
    else:
        typer.echo(f"there are {len(after)} now; lists count from the next refresh on")


def _print_effect(effect: Effect) -> None:
    print_verdict_changes(effect.changes)
    typer.echo(f"{summary_of(effect.changes)} (judged on {effect.judged_on})")


def _sound(text: str | None) -> str | None:
    if text is None or is_tiktok_id(text):
        return text
    track_id = parse_track_id(text) or track_id_of_link(text)
    if track_id is None:
        raise typer.BadParameter(f"--track {text!r} is no TikTok id, track id or link")
    return track_id


def _target(entry: ListEntry) -> str:
    renamed = f" → {entry.title}" if entry.title else ""
    return f"{entry.tiktok_id or entry.pattern}{renamed}"


def _end(entry: ListEntry, now: datetime) -> str:
    if entry.expires_at is None:
        return "for ever"
    ended = " (ended)" if entry.expires_at <= now else ""
    return entry.expires_at.isoformat(timespec="minutes") + ended
