"""`catalog snapshots|diff|rollback|pin|unpin`: stored versions, and moves of the pointer."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from ops.audit import recorded, required_reason
from ops.chart_listing import list_again, of_chart
from ops.console import cell, confirm, echo, print_json, print_table, reports_errors
from ops.deployment import Deployment, open_deployment, refresh_interval
from ops.differences import print_changes
from ops.options import (
    ChartOption,
    CommandOptions,
    JsonOption,
    ReasonOption,
    StackOption,
    YesOption,
)
from tiktok_music.api.changes import changes, removed_ids
from tiktok_music.api.index import Index
from tiktok_music.archive import TrackStatus
from tiktok_music.archive_lookup import resolve_aliases
from tiktok_music.errors import PublishLost
from tiktok_music.pointer_moves import pinned, rolled_back, unpinned
from tiktok_music.snapshot import Descriptor, Pointer

Version = Annotated[
    str, typer.Argument(help="Version or a unique prefix (`catalog snapshots` lists them).")
]


MOVED = (
    "a refresh or another operator has moved the pointer since it was read: nothing changed; "
    "check catalog status, and run the command again"
)


@reports_errors
def snapshots(
    chart: str | None = ChartOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """List the stored versions, newest first; mark the current one, and those withdrawn by a
    takedown at once.
    """
    deployment = of_chart(open_deployment(stack), chart)
    pointer = deployment.pointer()
    rows = [_row(each, pointer) for each in deployment.versions()]
    if as_json:
        print_json(rows)
    else:
        print_table(tuple(rows[0]), [tuple(map(cell, row.values())) for row in rows])


@reports_errors
def diff(
    since: Annotated[
        str,
        typer.Argument(
            metavar="A", help="Version or a unique prefix (`catalog snapshots` lists them)."
        ),
    ],
    until: Annotated[
        str | None, typer.Argument(metavar="B", help="Another version. Default: the current one.")
    ] = None,
    chart: str | None = ChartOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Show the changes between two stored versions: added, removed, moved, updated."""
    deployment = of_chart(open_deployment(stack), chart)
    before = deployment.find_version(since)
    after = deployment.find_version(until) if until else deployment.pointer().current
    load = deployment.publisher.load
    older, newer = Index(load(before)), Index(load(after))
    removed = removed_ids(older, newer)
    records = resolve_aliases(deployment.archive, removed, newer.ranks.__contains__)
    if as_json:
        print_json(changes(older, newer, records))
    else:
        print_changes(older, newer, records)


@reports_errors
def rollback(
    version: Version,
    chart: str | None = ChartOption,
    reason: str | None = ReasonOption,
    stack: str | None = StackOption,
    yes: bool = YesOption,
    as_json: bool = JsonOption,
) -> None:
    """Serve an older version until the next refresh publishes."""
    reason = required_reason(reason)
    deployment = of_chart(open_deployment(stack), chart)
    name = deployment.find_version(version).version
    question = f"serve {name} until the next refresh?"
    warn_of_retired(deployment, deployment.find_version(name))
    options = CommandOptions(stack, as_json, yes, chart=chart, reason=reason)
    _move(
        deployment, "rollback", lambda now, fence: rolled_back(now, name, fence), question, options
    )


@reports_errors
def pin(
    version: Version,
    chart: str | None = ChartOption,
    reason: str | None = ReasonOption,
    stack: str | None = StackOption,
    yes: bool = YesOption,
    as_json: bool = JsonOption,
) -> None:
    """Serve a version, and let no refresh replace it until `catalog unpin`."""
    reason = required_reason(reason)
    deployment = of_chart(open_deployment(stack), chart)
    name = deployment.find_version(version).version
    question = f"serve {name} until it is unpinned?"
    warn_of_retired(deployment, deployment.find_version(name))
    options = CommandOptions(stack, as_json, yes, chart=chart, reason=reason)
    _move(deployment, "pin", lambda now, fence: pinned(now, name, fence), question, options)


@reports_errors
def unpin(
    chart: str | None = ChartOption,
    reason: str | None = ReasonOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Let refreshes publish again; the snapshot stays until the next one."""
    deployment = of_chart(open_deployment(stack), chart)
    pointer = deployment.pointer()
    if pointer.is_pinned:
        options = CommandOptions(stack, as_json, yes=True, chart=chart, reason=reason)
        _move(deployment, "unpin", unpinned, "", options)
    elif as_json:
        print_json(_state(pointer))
    else:
        echo("not pinned")


def warn_of_retired(deployment: Deployment, version: Descriptor) -> None:
    """Warns of tracks that were retired after the version was published."""
    rows = Index(deployment.publisher.load(version)).rows
    records = deployment.archive.get_many([row["id"] for row in rows]).values()
    retired = [each.track_id for each in records if each.status is TrackStatus.RETIRED]
    if retired:
        echo(
            f"{version.version} lists tracks retired since, which would be served again: "
            f"{', '.join(retired)}; remove each at once with: catalog retire --now",
            err=True,
        )


def _move(
    deployment: Deployment,
    command: str,
    change: Callable[[Pointer, int], Pointer],
    question: str,
    options: CommandOptions,
) -> None:
    """Moves the pointer by one conditional write.

    Its fence is above that of every refresh under way, so that such a refresh loses.
    """
    pointer = deployment.pointer()
    planned = change(pointer, pointer.fence + 1)  # an impossible move fails before the question
    confirm(f"{deployment.name}: {question}", yes=options.yes)
    what = {"version": planned.current.version, "insteadOf": pointer.current.version}
    if options.chart is not None:
        what["chart"] = options.chart
    with recorded(deployment, command, what, options.reason):
        moved = _write_move(deployment, change, pointer)
        if options.chart is not None:
            list_again(deployment, options.chart, refresh_interval(options.stack))
    if options.as_json:
        print_json(_state(moved))
        return
    suffix = ", pinned" if moved.is_pinned else ""
    echo(
        f"{deployment.name} serves {moved.current.version}{suffix}; takes effect within 36 seconds"
    )


def _write_move(
    deployment: Deployment, change: Callable[[Pointer, int], Pointer], pointer: Pointer
) -> Pointer:
    # A refresh may have published while the operator was asked, which this move is to undo.
    current = deployment.pointer()
    if (current.operator_fence, current.is_pinned) != (pointer.operator_fence, pointer.is_pinned):
        raise PublishLost(MOVED)
    moved = change(current, deployment.publisher.next_fence())
    try:
        deployment.publisher.point(moved, current)
    except PublishLost as exc:
        raise PublishLost(MOVED) from exc
    return moved


def _state(pointer: Pointer) -> dict[str, Any]:
    return {"version": pointer.current.version, "pinned": pointer.is_pinned}


def _row(descriptor: Descriptor, pointer: Pointer) -> dict[str, Any]:
    is_current = descriptor == pointer.current
    mark = "withdrawn" if descriptor.is_withdrawn else None
    if is_current:
        mark = "pinned" if pointer.is_pinned else "current"
    return {
        "version": descriptor.version,
        "state": mark,
        "tracks": descriptor.track_count,
        "publishedAt": descriptor.published_at.isoformat(timespec="seconds"),
        "scheduledAt": descriptor.scheduled_at.isoformat(timespec="seconds"),
        "bytes": descriptor.byte_length,
    }
