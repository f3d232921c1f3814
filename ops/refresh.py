"""`catalog refresh`: the function's own pipeline, from the operator's machine."""

import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import boto3
import typer
from aws_lambda_powertools.utilities.parameters import SecretsProvider

from ops.console import console, print_json, side_console, told
from ops.deployment import Deployment, JsonOption, StackOption, open_deployment, refresh_settings
from ops.differences import print_changes
from ops.progress import print_report, shown_progress
from tiktok_music.api.changes import changes
from tiktok_music.api.index import Index
from tiktok_music.composition.refresh_music import compose_refresh
from tiktok_music.errors import SourceError
from tiktok_music.refresh.dependencies import ReadOnlyDependencies, RefreshDependencies
from tiktok_music.refresh.dry_run import DryRun, dry_run
from tiktok_music.refresh.ports import LEASE_SECONDS
from tiktok_music.refresh.refresh import Trigger
from tiktok_music.refresh.refresh import refresh as run_refresh
from tiktok_music.refresh.report import Outcome
from tiktok_music.snapshot import Snapshot, describe, pack, render

# The function's own timeout: the lease outlives it by a minute.
RUN_SECONDS = LEASE_SECONDS - 60
INTERRUPTED = 130


@told
def refresh(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would change, and write nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Open the gates that compare with what is served.")
    ] = False,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Another source, or several, for once.")
    ] = None,
    location: Annotated[
        str | None, typer.Option("--location", help="The document of the source static.")
    ] = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Run a refresh here, as the function would. Exits with 1 when nothing was published."""
    changed = {"SOURCE": ",".join(source or ()), "SOURCE_LOCATION": location or ""}
    given = {name: value for name, value in changed.items() if value}
    catalog, settings = open_deployment(stack), refresh_settings(stack, **given)
    provider = SecretsProvider(boto3_session=boto3.Session(region_name=settings.region))
    dependencies = compose_refresh(settings, provider)
    if dry_run:
        _rehearse(catalog, dependencies.read_only(), _trigger(is_forced=force), as_json)
    else:
        _run(dependencies, _trigger(is_forced=force), as_json)


def _trigger(*, is_forced: bool) -> Trigger:
    """A run by hand is for a tick of its own: now."""
    ends = time.monotonic() + RUN_SECONDS
    return Trigger(
        holder=f"operator-{uuid.uuid4()}",
        scheduled_at=datetime.now(UTC),
        is_forced=is_forced,
        remaining_seconds=lambda: ends - time.monotonic(),
    )


def _run(dependencies: RefreshDependencies, trigger: Trigger, as_json: bool) -> None:
    try:
        with shown_progress(side_console()):
            report = run_refresh(dependencies, trigger)
    except KeyboardInterrupt as exc:
        dependencies.publisher.release_lease(trigger.holder)
        typer.echo("catalog: interrupted; what was served is served", err=True)
        raise typer.Exit(INTERRUPTED) from exc
    if as_json:
        print_json(report.to_dict())
    else:
        print_report(report.to_dict(), console())
    if report.outcome is not Outcome.PUBLISHED:
        raise typer.Exit(1)


def _rehearse(
    catalog: Deployment, dependencies: ReadOnlyDependencies, trigger: Trigger, as_json: bool
) -> None:
    try:
        with shown_progress(side_console()):
            rehearsal = dry_run(dependencies, trigger)
    except SourceError as exc:
        typer.echo(f"catalog: {Outcome.SOURCE_FAILED}: {exc}", err=True)
        raise typer.Exit(1) from exc
    pointer = dependencies.publisher.current()
    served = Index(dependencies.publisher.load(pointer.current)) if pointer else _index("nothing")
    listed = _index("dry run", rehearsal)
    untried = [track.track_id for track in rehearsal.untried]
    told_report = rehearsal.report.to_dict()
    if as_json:
        print_json({**told_report, "untried": untried, "changes": changes(served, listed)})
    else:
        print_changes(served, listed)
        would_be = f"would be {told_report['outcome']}"
        print_report({**told_report, "outcome": would_be}, console())
        console().print(
            f"dry run: nothing was written; media of {len(untried)} new tracks would be tried"
        )
    if rehearsal.report.outcome is not Outcome.PUBLISHED:
        raise typer.Exit(1)


def _index(name: str, rehearsal: DryRun | None = None) -> Index:
    """A list that was never published, as if it were."""
    tracks = rehearsal.tracks if rehearsal else ()
    gzipped, now = pack(render(tracks, "")), datetime.now(UTC)
    descriptor = describe(
        gzipped, fence=0, scheduled_at=now, published_at=now, track_count=len(tracks)
    )
    return Index(Snapshot(replace(descriptor, version=name), gzipped))
