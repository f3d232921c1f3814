"""`catalog media verify|repair`: asks for published files, and fetches lost ones again."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ops.audit import recorded
from ops.console import confirm, echo, print_json, print_table, reports_errors, stderr_console
from ops.deployment import Deployment, open_deployment, refresh_settings, secrets_provider
from ops.edge_cache import purge_tracks
from ops.media_repair import Repair, RepairState, plan_repairs, repair_tracks
from ops.media_sample import open_files
from ops.options import DryRunOption, JsonOption, ReasonOption, StackOption, YesOption
from ops.progress import advance, shown_progress
from tiktok_music.archive import TrackRecord
from tiktok_music.composition.refresh_music import compose_refresh
from tiktok_music.refresh.media.check import (
    CheckedTrack,
    MediaCheck,
    PublishedFiles,
    check_tracks,
    files_of,
)
from tiktok_music.refresh.settings import RefreshSettings
from tiktok_music.track import cover_key, preview_key

app = typer.Typer(help="Published media: verify, repair.", no_args_is_help=True)
MOST_PRINTED = 50
PublicOption = Annotated[
    bool,
    typer.Option(
        "--public/--no-public", help="Also ask the public addresses of previews and covers."
    ),
]


@app.command()
@reports_errors
def verify(
    public: PublicOption = True,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Ask for every file of every track in the bucket, and for previews and covers under their
    public addresses.

    Exits with 1 if a file is missing, or could not be checked. Needs no provider.
    """
    deployment, settings = open_deployment(stack), refresh_settings(stack)
    records = records_with_files(deployment)
    base = settings.media.base_url if public else None
    check = _check(records, open_files(settings), base)
    _print_check(check, records, settings, as_json=as_json)
    if check.missing or check.unknown:
        raise typer.Exit(1)


@app.command()
@reports_errors
def repair(
    dry_run: bool = DryRunOption,
    reason: str | None = ReasonOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Fetch the files again that the bucket has lost, from the addresses of the current chart.

    Where the new files are not those that the archive describes, it gets their facts: a new edition
    of the track, under the same addresses. Exits with 1 if a file is still missing.
    """
    deployment, settings = open_deployment(stack), refresh_settings(stack)
    records = records_with_files(deployment)
    check = _check(records, open_files(settings), None)
    dependencies = compose_refresh(settings, secrets_provider(settings.region))
    chart = dependencies.source.fetch() if check.missing else None
    planned = plan_repairs(check, records, chart.candidates if chart else ())
    able = [each for each in planned if each.is_possible()]
    done = [Repair(each.record, RepairState.NOT_ON_CHART) for each in planned if each not in able]
    if able and not dry_run:
        confirm(f"{deployment.name}: fetch files of {len(able)} tracks again?", yes=yes)
        with recorded(deployment, "media repair", {"tracks": len(able)}, reason) as what:
            with shown_progress(stderr_console()):
                done = [*repair_tracks(able, dependencies, deployment), *done]
            what["repaired"] = sum(each.state.is_good() for each in done)
    if dry_run:
        done = [*(Repair(each.record, RepairState.PLANNED) for each in able), *done]
    editions = [each.record.track_id for each in done if each.state is RepairState.NEW_EDITION]
    purge = purge_tracks(editions, settings.media.base_url)
    if as_json:
        rows = [each.to_dict() for each in done]
        print_json({"unknown": check.unknown, "tracks": rows, "edgeCache": purge.to_dict()})
    else:
        _print_repairs(done, check)
        purge.show()
    if check.unknown or not all(each.state.is_good() for each in done):
        raise typer.Exit(1)


def records_with_files(deployment: Deployment) -> dict[str, TrackRecord]:
    """The archived tracks whose files should be in the bucket, by id."""
    return {
        each.track_id: each
        for each in deployment.archive.list_all()
        if each.media is not None and each.media_deleted_at is None
    }


def _check(
    records: dict[str, TrackRecord], files: PublishedFiles, public_base: str | None
) -> MediaCheck:
    """Asks for every file; with a base address, also for public previews and covers."""
    tracks = [
        CheckedTrack(
            track_id,
            files_of(track_id, record.media),
            {
                key: f"{public_base}/{key}"
                for key in (preview_key(track_id), cover_key(track_id))
                if public_base
            },
        )
        for track_id, record in records.items()
        if record.media is not None
    ]
    with shown_progress(stderr_console()):
        return check_tracks(tracks, files, lambda done: advance("files", done, len(tracks)))


def _print_check(
    check: MediaCheck, records: dict[str, TrackRecord], settings: RefreshSettings, *, as_json: bool
) -> None:
    if as_json:
        print_json({**check.to_dict(), "missing": [each.to_dict() for each in check.missing]})
        return
    if check.missing:
        rows = [
            (each.track_id, records[each.track_id].title, each.key, each.found)
            for each in check.missing[:MOST_PRINTED]
        ]
        print_table(("track", "title", "file", "found"), rows)
        more = len(check.missing) - len(rows)
        echo(f"… and {more} more: --json prints all" if more else "")
    echo(f"{check.checked} tracks checked, {check.tracks_missing} lack files")
    if check.unknown:
        echo(f"{check.unknown} could not be checked: the bucket gave no answer")
    if check.is_all_missing():
        bucket, domain = settings.media.bucket, settings.media.base_url
        echo(f"no track is whole: are the bucket {bucket} and {domain} those of before?")
    elif check.missing:
        echo("to fetch again what the bucket lacks: catalog media repair")


def _print_repairs(done: Sequence[Repair], check: MediaCheck) -> None:
    if done:
        rows = [(each.record.track_id, each.record.title, *each.words()) for each in done]
        print_table(("track", "title", "result", "why"), rows)
    elif check.unknown:
        echo(f"{check.unknown} tracks could not be checked: the bucket gave no answer")
    else:
        echo(f"{check.checked} tracks checked: nothing to repair")
