"""`catalog status|snapshots|report|diff|rollback|pin|unpin`: what is served, taking it back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from ops.access import Catalog, JsonOption, StackOption, YesOption, open_catalog
from ops.console import confirm, print_json, print_table, told
from ops.differences import print_changes
from tiktok_music.api.changes import changes
from tiktok_music.api.index import Index
from tiktok_music.pointing import pinned, rolled_back, unpinned
from tiktok_music.snapshot import Descriptor, Pointer

REFRESHED_EVERY = timedelta(hours=12)
LATE_AFTER = timedelta(hours=14)
Version = Annotated[str, typer.Argument(help="As `catalog snapshots` lists it.")]


@told
def status(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """What is served, how old it is, how the last refresh ended. Exits with 1 when it is late."""
    catalog = open_catalog(stack)
    pointer = catalog.pointer()
    current, now = pointer.current, datetime.now(UTC)
    report = catalog.reports.find(current.scheduled_at) or {}
    age = now - current.published_at
    state = {
        "catalog": catalog.where,
        "version": current.version,
        "tracks": current.track_count,
        "publishedAt": current.published_at.isoformat(timespec="seconds"),
        "ageHours": round(age / timedelta(hours=1), 1),
        "nextDue": (current.scheduled_at + REFRESHED_EVERY).isoformat(timespec="minutes"),
        "pinned": pointer.is_pinned,
        "versionsKept": 1 + len(pointer.history),
        "lastOutcome": report.get("outcome"),
    }
    if as_json:
        print_json(state)
    else:
        print_table(("", ""), [(name, str(value)) for name, value in state.items()])
    if age > LATE_AFTER:
        typer.echo(f"late: no snapshot for {age / timedelta(hours=1):.1f} hours", err=True)
        raise typer.Exit(1)


@told
def snapshots(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """The versions that are kept, the newest first; the current one is marked."""
    catalog = open_catalog(stack)
    pointer = catalog.pointer()
    rows = [_row(each, pointer) for each in catalog.kept()]
    if as_json:
        print_json(rows)
    else:
        print_table(tuple(rows[0]), [tuple(str(value) for value in row.values()) for row in rows])


@told
def report(
    tick: Annotated[
        str | None, typer.Argument(help="The scheduled time of the run, ISO 8601; else the last.")
    ] = None,
    stack: str | None = StackOption,
) -> None:
    """The report of a refresh, as JSON: counts, examples of each rejection, merges, times."""
    catalog = open_catalog(stack)
    moment = _moment(tick) if tick else catalog.pointer().current.scheduled_at
    found = catalog.reports.find(moment)
    if found is None:
        typer.echo(f"catalog: there is no report for {moment.isoformat()}", err=True)
        raise typer.Exit(2)
    print_json(found)


@told
def diff(
    since: Annotated[str, typer.Argument(metavar="A", help="As `catalog snapshots` lists it.")],
    until: Annotated[
        str | None, typer.Argument(metavar="B", help="Another version; else the current one.")
    ] = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """What changed from one kept version to another: added, removed, moved."""
    catalog = open_catalog(stack)
    before = catalog.version(since)
    now = catalog.version(until) if until else catalog.pointer().current
    was, became = Index(catalog.publisher.load(before)), Index(catalog.publisher.load(now))
    if as_json:
        print_json(changes(was, became))
    else:
        print_changes(was, became)


@told
def rollback(version: Version, stack: str | None = StackOption, yes: bool = YesOption) -> None:
    """Serve an older version again, until the next refresh publishes."""
    question = f"Serve {version} until the next refresh?"
    _move(open_catalog(stack), lambda now, fence: rolled_back(now, version, fence), question, yes)


@told
def pin(version: Version, stack: str | None = StackOption, yes: bool = YesOption) -> None:
    """Serve a version and let no refresh replace it, until `catalog unpin`."""
    question = f"Serve {version} until it is unpinned?"
    _move(open_catalog(stack), lambda now, fence: pinned(now, version, fence), question, yes)


@told
def unpin(stack: str | None = StackOption) -> None:
    """Let refreshes publish again; what is served stays until the next one."""
    catalog = open_catalog(stack)
    if catalog.pointer().is_pinned:
        _move(catalog, unpinned, "", yes=True)
    else:
        typer.echo("it is not pinned")


def _move(
    catalog: Catalog, change: Callable[[Pointer, int], Pointer], question: str, yes: bool
) -> None:
    """One conditional write, with a fence above every refresh's that is under way."""
    pointer = catalog.pointer()
    change(pointer, pointer.fence + 1)  # what cannot be done is told before anybody is asked
    confirm(f"{catalog.where}: {question}", yes=yes)
    moved = change(pointer, catalog.publisher.next_fence())
    catalog.publisher.point(moved, pointer)
    held = ", pinned" if moved.is_pinned else ""
    typer.echo(f"{catalog.where} serves {moved.current.version}{held} within 36 seconds")


def _row(descriptor: Descriptor, pointer: Pointer) -> dict[str, Any]:
    is_current = descriptor == pointer.current
    mark = ("pinned" if pointer.is_pinned else "current") if is_current else ""
    return {
        "version": descriptor.version,
        "state": mark,
        "tracks": descriptor.track_count,
        "publishedAt": descriptor.published_at.isoformat(timespec="seconds"),
        "scheduledAt": descriptor.scheduled_at.isoformat(timespec="seconds"),
        "bytes": descriptor.byte_length,
    }


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise typer.BadParameter(f"{text!r} is no time in ISO 8601") from exc
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
