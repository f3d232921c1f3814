"""`catalog snapshots|diff|rollback|pin|unpin`: what was served, and serving it again."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from ops.console import confirm, print_json, print_table, told
from ops.deployment import Deployment, JsonOption, StackOption, YesOption, open_deployment
from ops.differences import print_changes
from tiktok_music.api.changes import changes
from tiktok_music.api.index import Index
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import PublishLost
from tiktok_music.pointer_moves import pinned, rolled_back, unpinned
from tiktok_music.snapshot import Descriptor, Pointer

Version = Annotated[str, typer.Argument(help="As `catalog snapshots` lists it.")]


@told
def snapshots(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """The versions that are kept, the newest first; the current one is marked."""
    catalog = open_deployment(stack)
    pointer = catalog.pointer()
    rows = [_row(each, pointer) for each in catalog.kept()]
    if as_json:
        print_json(rows)
    else:
        print_table(tuple(rows[0]), [tuple(str(value) for value in row.values()) for row in rows])


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
    catalog = open_deployment(stack)
    before = catalog.version(since)
    now = catalog.version(until) if until else catalog.pointer().current
    was, became = Index(catalog.publisher.load(before)), Index(catalog.publisher.load(now))
    if as_json:
        print_json(changes(was, became))
    else:
        print_changes(was, became)


@told
def rollback(
    version: Version,
    stack: str | None = StackOption,
    yes: bool = YesOption,
    as_json: bool = JsonOption,
) -> None:
    """Serve an older version again, until the next refresh publishes."""
    catalog = open_deployment(stack)
    name = catalog.version(version).version
    question = f"serve {name} until the next refresh?"
    _warn_of_retired(catalog, name)
    _move(catalog, lambda now, fence: rolled_back(now, name, fence), question, yes, as_json)


@told
def pin(
    version: Version,
    stack: str | None = StackOption,
    yes: bool = YesOption,
    as_json: bool = JsonOption,
) -> None:
    """Serve a version and let no refresh replace it, until `catalog unpin`."""
    catalog = open_deployment(stack)
    name = catalog.version(version).version
    question = f"serve {name} until it is unpinned?"
    _warn_of_retired(catalog, name)
    _move(catalog, lambda now, fence: pinned(now, name, fence), question, yes, as_json)


@told
def unpin(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """Let refreshes publish again; what is served stays until the next one."""
    catalog = open_deployment(stack)
    pointer = catalog.pointer()
    if pointer.is_pinned:
        _move(catalog, unpinned, "", True, as_json)
    elif as_json:
        print_json(_state(pointer))
    else:
        typer.echo("it is not pinned")


def _warn_of_retired(catalog: Deployment, name: str) -> None:
    """What an operator has taken down since is in an older version still."""
    rows = Index(catalog.publisher.load(catalog.version(name))).rows
    records = catalog.archive.get_many([row["id"] for row in rows]).values()
    retired = [each.track_id for each in records if each.status is TrackStatus.RETIRED]
    if retired:
        typer.echo(
            f"{name} lists what was retired since, which would be served again: "
            f"{', '.join(retired)}; take each off at once with: catalog retire --now",
            err=True,
        )


def _move(
    catalog: Deployment,
    change: Callable[[Pointer, int], Pointer],
    question: str,
    yes: bool,
    as_json: bool,
) -> None:
    """One conditional write, with a fence above every refresh's that is under way."""
    pointer = catalog.pointer()
    change(pointer, pointer.fence + 1)  # what cannot be done is told before anybody is asked
    confirm(f"{catalog.where}: {question}", yes=yes)
    moved = change(pointer, catalog.publisher.next_fence())
    try:
        catalog.publisher.point(moved, pointer)
    except PublishLost as exc:
        raise PublishLost(
            "a refresh has published meanwhile, or somebody else has moved it: nothing was "
            "changed; look at catalog status, and run the command again"
        ) from exc
    if as_json:
        print_json(_state(moved))
        return
    held = ", pinned" if moved.is_pinned else ""
    typer.echo(f"{catalog.where} serves {moved.current.version}{held} within 36 seconds")


def _state(pointer: Pointer) -> dict[str, Any]:
    return {"version": pointer.current.version, "pinned": pointer.is_pinned}


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
