"""`catalog retire`: takes a track off the list permanently; its id still resolves."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ops.audit import recorded
from ops.console import confirm, echo, print_json, reports_errors
from ops.deployment import Deployment, open_deployment, publish_limits, refresh_interval
from ops.edge_cache import Purge
from ops.lease import exclusive
from ops.options import CommandOptions, JsonOption, StackOption, YesOption
from ops.takedown_media import delete_and_purge, forget_deleted_media
from ops.withdraw import withdraw, withdraw_from_charts
from tiktok_music.api.links import track_id_of_link
from tiktok_music.api.schedule import next_run
from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.errors import NotFound
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind, OperatorLists
from tiktok_music.refresh.publication.archive_records import reinstated_record, retired_record
from tiktok_music.resolve_request import parse_track_id

REFRESH_RUNNING = (
    "a refresh is running and would overwrite the change: run this again when `catalog status` "
    "shows that it has ended (16 minutes at most), or remove the track at once with --now"
)
RUN_AGAIN = (
    "the running refresh may list it until the next one: run this command again when `catalog "
    "status` shows that it has ended"
)


@dataclass(frozen=True, slots=True)
class Takedown:
    """A takedown as the operator requested it."""

    record: TrackRecord
    reason: str
    at_once: bool
    is_media_deleted: bool
    options: CommandOptions

    def reread(self, deployment: Deployment) -> "Takedown":
        """The takedown of the record as it is now: the operator may have answered late."""
        return replace(self, record=_find_record(self.record.track_id, deployment))


@reports_errors
def retire(
    track: Annotated[str, typer.Argument(help="Track id, TikTok id or link.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Who asked for it, and why; stored with the track.")
    ],
    at_once: Annotated[
        bool, typer.Option("--now", help="Publish the current snapshot again, without the track.")
    ] = False,
    with_media: Annotated[
        bool,
        typer.Option(
            "--delete-media", help="Also delete its files and purge the edge cache; implies --now."
        ),
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Reverse a takedown.")] = False,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Retire a track and its duplicates permanently, from the next refresh on or, with --now, at
    once. Idempotent.

    Fails while a refresh is running, except with --now: that is one conditional write, and the
    refresh ends LOST. The version without the track replaces the current one, which stays stored
    for `changes` and cursors only; so it does in every chart that lists the track.
    --delete-media deletes the files of the track and of its duplicates. With CLOUDFLARE_API_TOKEN
    and CLOUDFLARE_ZONE_ID it purges the edge cache, otherwise it prints what to purge.
    --undo lets the track be listed again by the next refresh that finds it on the chart, which
    fetches deleted files again.
    """
    if not reason.strip():
        raise typer.BadParameter("--reason is empty: it is the record of why the track was retired")
    if undo and (at_once or with_media):
        option = "--delete-media" if with_media else "--now"
        raise typer.BadParameter(f"--undo applies from the next refresh on: omit {option}")
    deployment = open_deployment(stack)
    record = _find_record(track, deployment)
    options = CommandOptions(stack, as_json, yes, reason=reason)
    takedown = Takedown(record, reason, at_once or with_media, with_media, options)
    if undo:
        _ask_to_undo(deployment, takedown)
        with (
            recorded(deployment, "retire --undo", {"trackId": record.track_id}, reason),
            exclusive(deployment, "retire", REFRESH_RUNNING),
        ):
            _undo(deployment, takedown.reread(deployment))
        return
    _ask_to_retire(deployment, takedown)
    what = {"trackId": record.track_id, "now": takedown.at_once, "deleteMedia": with_media}
    held = None if takedown.at_once else REFRESH_RUNNING
    with (
        recorded(deployment, "retire", what, reason),
        exclusive(deployment, "retire", held) as is_exclusive,
    ):
        version = _retire(deployment, takedown.reread(deployment))
        retired = takedown.reread(deployment).record
        purge = delete_and_purge(deployment, retired) if with_media else None
    effect = _effect(deployment, record, version, is_exclusive=is_exclusive)
    _print_result(takedown, "retired", effect, version, purge)
    if purge is not None and purge.problem is not None:
        raise typer.Exit(1)


def _ask_to_retire(deployment: Deployment, takedown: Takedown) -> None:
    """Asks before the lease is taken: it does not outlast a slow answer."""
    record, options = takedown.record, takedown.options
    rank = deployment.rank(record.track_id)
    is_new = record.status is not TrackStatus.RETIRED
    if not is_new and not options.as_json:
        echo(f"already retired: {record.retired_reason}")
    if is_new or (takedown.at_once and rank) or takedown.is_media_deleted:
        place = f", rank {rank} of the current snapshot" if rank else ", which is not listed now"
        files = ", and delete its files" if takedown.is_media_deleted else ""
        confirm(f"{deployment.name}: retire {_label(record)}{place}{files}?", yes=options.yes)


def _retire(deployment: Deployment, takedown: Takedown) -> str | None:
    """Retires the record; returns the versions without the track that were published at once."""
    record, reason = takedown.record, takedown.reason
    rank = deployment.rank(record.track_id)
    limits = publish_limits(deployment.stack) if takedown.at_once else None
    if record.status is not TrackStatus.RETIRED:
        deployment.archive.save_retired(retired_record(record, reason, datetime.now(UTC)))
    if limits is None:
        return None
    versions = [withdraw(deployment.publisher, record.track_id, limits)] if rank else []
    versions += withdraw_from_charts(deployment, record.track_id)
    return ", ".join(filter(None, versions)) or None


def _ask_to_undo(deployment: Deployment, takedown: Takedown) -> None:
    record = takedown.record
    _require_retired(record)
    confirm(
        f"{deployment.name}: let {_label(record)}, retired because {record.retired_reason!r}, be "
        "listed again?",
        yes=takedown.options.yes,
    )


def _require_retired(record: TrackRecord) -> None:
    if record.status is not TrackStatus.RETIRED:
        raise NotFound(f"{_label(record)} is not retired: nothing to undo")


def _undo(deployment: Deployment, takedown: Takedown) -> None:
    record = takedown.record
    _require_retired(record)
    entries = deployment.lists.entries()
    now = datetime.now(UTC)
    kept = (each for each in entries if not _is_from_takedown(each, record))
    others = OperatorLists.at(kept, now).entries
    retired_at = f" {record.retired_at:%Y-%m-%d}" if record.retired_at else ""
    history = f"retired{retired_at}: {record.retired_reason}"
    note = f"taken back {now:%Y-%m-%d}: {takedown.reason}; {history}"
    is_listed = deployment.rank(record.track_id) is not None
    if record.media_deleted_at is not None:
        forget_deleted_media(deployment, record)
    deployment.archive.save_reinstated(reinstated_record(record, is_listed=is_listed, note=note))
    if others != entries:
        deployment.lists.save(others, before=entries)
    denying = [each for each in others if _denies(each, record)]
    effect = "the next refresh that finds it on the chart may list it"
    if record.media_deleted_at is not None:
        effect += ", and fetches its files again"
    if denying:
        number = others.index(denying[0]) + 1
        effect = f"entry {number} of `catalog lists list` still denies it: {denying[0].reason}"
    _print_result(takedown, "taken back", effect)


def _effect(
    deployment: Deployment, record: TrackRecord, version: str | None, *, is_exclusive: bool
) -> str:
    """A sentence on when the takedown takes effect, and what may undo it."""
    if version is not None:
        return f"{version} without it is served within 36 seconds"
    if not is_exclusive:
        return f"it is not listed now; {RUN_AGAIN}"
    if deployment.rank(record.track_id) is None:
        return "it is not listed, and no refresh will list it"
    due = next_run(refresh_interval(deployment.stack), datetime.now(UTC))
    return (
        f"it leaves the list with the next refresh, due {due:%Y-%m-%d %H:%M} UTC; to remove it at "
        "once, run this again with --now"
    )


def _print_result(
    takedown: Takedown,
    action: str,
    effect: str,
    version: str | None = None,
    purge: Purge | None = None,
) -> None:
    record = takedown.record
    if takedown.options.as_json:
        done: dict[str, Any] = {"trackId": record.track_id, "done": action, "effect": effect}
        cache = {"edgeCache": purge.to_dict()} if purge else {}
        print_json({**done, "version": version, "mediaDeleted": purge is not None, **cache})
        return
    files = "; its files are deleted" if purge else ""
    echo(f"{action}: {_label(record)}; {effect}{files}")
    if purge:
        purge.show()


def _find_record(track: str, deployment: Deployment) -> TrackRecord:
    track_id = parse_track_id(track) or track_id_of_link(track)
    if track_id is None:
        raise typer.BadParameter(
            f"{track!r} is no track id, TikTok id or link; `catalog why TITLE` shows the id"
        )
    record = deployment.archive.get_many([track_id]).get(track_id)
    if record is None:
        raise NotFound(
            f"{track} was never listed; to reject it: catalog lists add deny --track {track}"
        )
    if record.status is TrackStatus.ALIAS:
        raise NotFound(f"{track} is a duplicate: retire its canonical track {record.canonical_id}")
    return record


def _label(record: TrackRecord) -> str:
    return f"{record.author} - {record.title} ({record.track_id})"


def _denies(entry: ListEntry, record: TrackRecord) -> bool:
    is_permanent = entry.kind is ListKind.DENY and entry.expires_at is None
    return is_permanent and entry.tiktok_id in (record.tiktok_id, record.track_id)


def _is_from_takedown(entry: ListEntry, record: TrackRecord) -> bool:
    """True for the entry that a takedown of an earlier release added."""
    return _denies(entry, record) and entry.reason == record.retired_reason
