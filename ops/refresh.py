"""`catalog refresh`: runs the refresh function's pipeline on the operator's machine."""

import time
import uuid
from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.audit import recorded
from ops.console import console, echo, print_json, reports_errors, stderr_console
from ops.deployment import open_deployment, refresh_settings, secrets_provider
from ops.differences import print_changes
from ops.options import DryRunOption, JsonOption, ReasonOption, StackOption
from ops.progress import print_report, shown_progress
from tiktok_music.api.changes import changes
from tiktok_music.api.index import Index
from tiktok_music.composition.refresh_music import compose_refresh
from tiktok_music.errors import SourceError
from tiktok_music.refresh.dependencies import ReadOnlyDependencies, RefreshDependencies
from tiktok_music.refresh.dry_run import DryRun, dry_run
from tiktok_music.refresh.ports import LEASE_SECONDS
from tiktok_music.refresh.refresh import refresh as run_refresh
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.refresh.trigger import Trigger
from tiktok_music.snapshot import Snapshot, describe, pack, render

# The function's timeout: the lease is a minute longer.
RUN_SECONDS = LEASE_SECONDS - 60
INTERRUPTED = 130


@reports_errors
def refresh(
    dry_run: bool = DryRunOption,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Skip the publish checks but FLOOR, CAP, SIZE, UNIQUENESS and PINNED, and retry "
            "media that failed.",
        ),
    ] = False,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="Use this source (repeatable) for this run only."),
    ] = None,
    location: Annotated[
        str | None, typer.Option("--location", help="Document of the source static.")
    ] = None,
    reason: str | None = ReasonOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Run a refresh on this machine with the function's settings. Exits with 1 if not published."""
    values = {"SOURCE": ",".join(source or ()), "SOURCE_LOCATION": location or ""}
    overrides = {name: value for name, value in values.items() if value}
    deployment = open_deployment(stack)  # sets the local run's environment variables
    settings = refresh_settings(stack, **overrides)
    dependencies = compose_refresh(settings, secrets_provider(settings.region))
    if dry_run:
        _dry_run(dependencies.read_only(), _trigger(is_forced=force), as_json)
        return
    with recorded(deployment, "refresh", {"force": force, **overrides}, reason) as what:
        report = _run(dependencies, _trigger(is_forced=force))
        what |= {"outcome": str(report.outcome), "version": report.version}
    if as_json:
        print_json(report.to_dict())
    else:
        print_report(report.to_dict(), console())
    if report.outcome is not Outcome.PUBLISHED:
        raise typer.Exit(1)


def _trigger(*, is_forced: bool) -> Trigger:
    """A manual run is its own scheduled run, at the current time."""
    ends = time.monotonic() + RUN_SECONDS
    return Trigger(
        holder=f"operator-{uuid.uuid4()}",
        scheduled_at=datetime.now(UTC),
        is_forced=is_forced,
        remaining_seconds=lambda: ends - time.monotonic(),
    )


def _run(dependencies: RefreshDependencies, trigger: Trigger) -> RefreshReport:
    try:
        with shown_progress(stderr_console()):
            return run_refresh(dependencies, trigger)
    except KeyboardInterrupt as exc:
        dependencies.publisher.release_lease(trigger.holder)
        echo("catalog: interrupted, snapshot unchanged", err=True)
        raise typer.Exit(INTERRUPTED) from exc


def _dry_run(dependencies: ReadOnlyDependencies, trigger: Trigger, as_json: bool) -> None:
    try:
        with shown_progress(stderr_console()):
            result = dry_run(dependencies, trigger)
    except SourceError as exc:
        echo(f"catalog: {Outcome.SOURCE_FAILED}: {exc}", err=True)
        raise typer.Exit(1) from exc
    pointer = dependencies.publisher.current()
    current = Index(dependencies.publisher.load(pointer.current)) if pointer else _index("nothing")
    expected = _index("dry run", result)
    untried = [track.track_id for track in result.untried]
    report = result.report.to_dict()
    if as_json:
        print_json({**report, "untried": untried, "changes": changes(current, expected)})
    else:
        print_changes(current, expected)
        print_report({**report, "outcome": f"would be {report['outcome']}"}, console())
        console().print(
            f"dry run: nothing was written; media of {len(untried)} new tracks would be fetched"
        )
    if result.report.outcome is not Outcome.PUBLISHED:
        raise typer.Exit(1)


def _index(name: str, result: DryRun | None = None) -> Index:
    """The tracks of a dry run as a snapshot, empty without one."""
    tracks = result.tracks if result else ()
    gzipped, now = pack(render(tracks, "")), datetime.now(UTC)
    descriptor = describe(
        gzipped, fence=0, scheduled_at=now, published_at=now, track_count=len(tracks)
    )
    return Index(Snapshot(descriptor._replace(version=name), gzipped))
