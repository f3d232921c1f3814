"""`catalog lists …`: operator overrides (deny, allow, rename), applied from the next refresh on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ops.audit import recorded
from ops.console import camel_keys, confirm, echo, print_json, print_table, reports_errors
from ops.deployment import Deployment, open_deployment
from ops.errors import CommandError
from ops.lists_effect import Effect, effect_of
from ops.options import (
    CommandOptions,
    DryRunOption,
    JsonOption,
    ReasonOption,
    StackOption,
    YesOption,
)
from ops.verdict_changes import changes_to_json, print_verdict_changes, summary_of
from tiktok_music.adapters.operator_list_rows import lists_document, parse_lists
from tiktok_music.api.links import track_id_of_link
from tiktok_music.errors import SettingsError
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind, OperatorLists
from tiktok_music.resolve_request import parse_track_id
from tiktok_music.track import is_tiktok_id

app = typer.Typer(help="Operator overrides: add, remove, list, load.", no_args_is_help=True)
Entries = tuple[ListEntry, ...]


@app.command()
@reports_errors
def add(
    kind: Annotated[
        ListKind,
        typer.Argument(
            help="deny rejects a sound, allow exempts it from the word rules, title renames it; "
            "allow-join publishes it as its duplicate in the commercial library, deny-join never."
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="The reason, shown in reports.")],
    track: Annotated[
        str | None, typer.Option("--track", help="TikTok id, track id or link.")
    ] = None,
    pattern: Annotated[
        str | None, typer.Option("--pattern", help='Pattern of "artist - title"; * matches any.')
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="The new title.")] = None,
    song: Annotated[
        str | None,
        typer.Option("--song", help="For allow-join: id of a clip, or commercial_music_id."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", help="End in UTC. Default: permanent.")
    ] = None,
    dry_run: bool = DryRunOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Add an entry for the next refresh. Shows first which tracks would leave or join the list."""
    entry = ListEntry(kind, reason, track, pattern=pattern, title=title, song=song)
    _check_options(entry)
    entry = replace(entry, tiktok_id=_sound_id(track), expires_at=_end_in_utc(until))
    parse_lists(lists_document((entry,)), "this command")
    deployment = open_deployment(stack)
    before = deployment.lists.entries()
    if entry in before:
        echo(f"already there: entry {before.index(entry) + 1} of `catalog lists list`")
        return
    options = CommandOptions(stack, as_json, yes, dry_run, reason)
    what = {"kind": str(kind), "entry": _target(entry)}
    _change(deployment, before, (*before, entry), Change("lists add", what, options))


@app.command()
@reports_errors
def remove(
    number: Annotated[int, typer.Argument(help="Number in `catalog lists list`.", min=1)],
    reason: str | None = ReasonOption,
    dry_run: bool = DryRunOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Remove an entry. Shows first which tracks would leave or join the list."""
    deployment = open_deployment(stack)
    before = deployment.lists.entries()
    if number > len(before):
        raise CommandError(f"entry {number} not found; `catalog lists list` has {len(before)}")
    if not as_json:
        echo(f"{number}: {before[number - 1].kind} {_target(before[number - 1])}")
    after = before[: number - 1] + before[number:]
    removed = before[number - 1]
    what = {"kind": str(removed.kind), "entry": _target(removed)}
    options = CommandOptions(stack, as_json, yes, dry_run, reason)
    _change(deployment, before, after, Change("lists remove", what, options))


@app.command("list")
@reports_errors
def list_entries(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """List all entries with their numbers; expired ones are marked."""
    entries, now = open_deployment(stack).lists.entries(), datetime.now(UTC)
    if as_json:
        print_json([_to_dict(entry, now) for entry in entries])
    elif not entries:
        echo("no entries yet: catalog lists add --help")
    else:
        rows = [
            (str(number), str(entry.kind), _target(entry), _end(entry, now), entry.reason)
            for number, entry in enumerate(entries, start=1)
        ]
        print_table(("no", "kind", "what", "until", "reason"), rows)


@app.command()
@reports_errors
def load(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSON document; docs/curation.md shows one.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    reason: str | None = ReasonOption,
    dry_run: bool = DryRunOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Replace all entries with those of a file. Shows first which tracks would leave or join."""
    entries = parse_lists(file.read_bytes(), str(file))
    deployment = open_deployment(stack)
    try:
        before: Entries | None = deployment.lists.entries()
    except SettingsError as exc:
        echo(f"the current entries cannot be read: {exc}", err=True)
        before = None
    options = CommandOptions(stack, as_json, yes, dry_run, reason)
    _change(deployment, before, entries, Change("lists load", {"file": str(file)}, options))


def _check_options(entry: ListEntry) -> None:
    """Names this command's options in its errors, which the document's parser cannot."""
    kind, track, song = entry.kind, entry.tiktok_id, entry.song
    if (track is None) == (entry.pattern is None):
        raise typer.BadParameter("give either --track or --pattern, the sounds of the entry")
    if (entry.title is not None) != (kind is ListKind.TITLE):
        raise typer.BadParameter("--title is required for kind title, and only there")
    if kind is ListKind.TITLE and track is None:
        raise typer.BadParameter("kind title needs --track, not --pattern")
    if song is not None and not (kind is ListKind.ALLOW_JOIN and track and is_tiktok_id(song)):
        raise typer.BadParameter("--song is for kind allow-join with --track, and 5 to 20 digits")


def _end_in_utc(until: datetime | None) -> datetime | None:
    ends = until.replace(tzinfo=UTC) if until else None
    if ends is not None and ends <= datetime.now(UTC):
        raise typer.BadParameter(f"--until {ends:%Y-%m-%d %H:%M} UTC is in the past")
    return ends


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the lists, for its record."""

    command: str
    what: Mapping[str, str]
    options: CommandOptions


def _change(deployment: Deployment, before: Entries | None, after: Entries, change: Change) -> None:
    """Prints the effect of a change, asks for confirmation, and writes it.

    `before` is None if the stored lists are unreadable. Entries that have expired are dropped.
    """
    options, after = change.options, OperatorLists.at(after, datetime.now(UTC)).entries
    effect = effect_of(deployment, before or (), after)
    if not options.as_json:
        _print_effect(effect)
    if not options.dry_run:
        count = f"from {len(before or ())} entries to {len(after)}"
        confirm(f"{deployment.name}: change the lists {count}?", yes=options.yes)
        what = {**change.what, "entries": len(after)}
        with recorded(deployment, change.command, what, options.reason):
            deployment.lists.save(after, before=before)
    if options.as_json:
        changes = changes_to_json(effect.changes)
        written = {"entries": len(after), "written": not options.dry_run}
        print_json({**written, "judgedOn": effect.judged_on, "changes": changes})
    elif options.dry_run:
        echo("dry run: nothing was written")
    else:
        echo(f"{len(after)} entries stored; they apply from the next refresh on")


def _print_effect(effect: Effect) -> None:
    print_verdict_changes(effect.changes)
    echo(f"{summary_of(effect.changes)} (judged on {effect.judged_on})")


def _sound_id(text: str | None) -> str | None:
    """A TikTok id as given, or the track id of a track id or link."""
    if text is None or is_tiktok_id(text):
        return text
    track_id = parse_track_id(text) or track_id_of_link(text)
    if track_id is None:
        raise typer.BadParameter(f"--track {text!r} is no TikTok id, track id or link")
    return track_id


def _target(entry: ListEntry) -> str:
    renamed = f" → {entry.title}" if entry.title else ""
    joined = f" = {entry.song}" if entry.song else ""
    return f"{entry.tiktok_id or entry.pattern}{renamed}{joined}"


def _to_dict(entry: ListEntry, now: datetime) -> dict[str, Any]:
    ends = entry.expires_at
    return {
        **camel_keys(asdict(entry)),
        "expiresAt": ends.isoformat(timespec="minutes") if ends else None,
        "isExpired": ends is not None and ends <= now,
    }


def _end(entry: ListEntry, now: datetime) -> str:
    if entry.expires_at is None:
        return "permanent"
    expired = " (expired)" if entry.expires_at <= now else ""
    return entry.expires_at.isoformat(timespec="minutes") + expired
