"""`catalog retire`: a takedown. The track leaves the list for good; its id goes on resolving."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import typer

from ops.console import confirm, print_json, told
from ops.deployment import (
    Deployment,
    JsonOption,
    StackOption,
    YesOption,
    limits_of,
    open_deployment,
    rank_in_current,
    refresh_every,
)
from ops.withdraw import withdraw
from tiktok_music.api.links import track_id_of_link
from tiktok_music.api.schedule import Schedule
from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.errors import LeaseHeld, NotFound
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind
from tiktok_music.refresh.publication.archive_records import reinstated_record, retired_record
from tiktok_music.resolve_request import parse_track_id

# Longer than anybody thinks about a question; a refresh that comes meanwhile is tried again.
LEASE_SECONDS = 120.0
UNDER_WAY = (
    "a refresh is under way, and would write over what you ask for: run this again when "
    "`catalog status` says that it is over (16 minutes at most); --now takes a track off at once "
    "all the same"
)
AGAIN = (
    "the refresh under way will end LOST, but may have written over the takedown: run this once "
    "more when `catalog status` says that it is over"
)


@told
def retire(
    track: Annotated[str, typer.Argument(help="A track id, TikTok id or link.")],
    reason: Annotated[str, typer.Option("--reason", help="Who asked, and why; it is kept.")],
    at_once: Annotated[
        bool, typer.Option("--now", help="Publish what is served again, without the track.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take a takedown back.")] = False,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Take a track down for good, with all its duplicates: off the list from the next refresh on, or
    at once with --now. Safe to repeat.

    While a refresh is under way it is refused, but with --now: that is one conditional write, and
    the refresh ends LOST. The version without the track
    takes the place of the current one, which is kept no more. --undo lets the track be listed
    again, from the next refresh on that finds it on the chart.
    """
    if not reason.strip():
        raise typer.BadParameter("--reason is empty: it is kept, for whoever asks in a year")
    if undo and at_once:
        raise typer.BadParameter("--undo counts from the next refresh on: it goes without --now")
    catalog = open_deployment(stack)
    record = _record(track, catalog)
    if undo:
        with _alone(catalog, or_not=False):
            _take_back(catalog, record, reason, as_json=as_json, yes=yes)
        return
    with _alone(catalog, or_not=at_once) as is_alone:
        version = _take_down(
            catalog, record, reason, stack, at_once=at_once, as_json=as_json, yes=yes
        )
    is_listed = rank_in_current(catalog, record.track_id) is not None
    effect = _effect(catalog, stack, is_listed=is_listed, version=version, is_alone=is_alone)
    _tell(record, "retired", effect, as_json=as_json, version=version)


@contextmanager
def _alone(catalog: Deployment, *, or_not: bool) -> Iterator[bool]:
    """Keeps refreshes away, which write what they know of a track over what is written here.

    Raises LeaseHeld while one is under way, unless it must be gone through with all the same.
    """
    holder = f"retire-{uuid4()}"
    try:
        catalog.publisher.acquire_lease(holder, datetime.now(UTC), LEASE_SECONDS)
    except LeaseHeld as exc:
        if not or_not:
            raise LeaseHeld(UNDER_WAY) from exc
        yield False
        return
    try:
        yield True
    finally:
        catalog.publisher.release_lease(holder)


def _take_down(
    catalog: Deployment,
    record: TrackRecord,
    reason: str,
    stack: str | None,
    *,
    at_once: bool,
    as_json: bool,
    yes: bool,
) -> str | None:
    """The version that is served instead, where there is one at once."""
    rank = rank_in_current(catalog, record.track_id)
    is_new = record.status is not TrackStatus.RETIRED
    if not is_new and not as_json:
        typer.echo(f"it is retired already: {record.retired_reason}")
    limits = limits_of(stack) if at_once else None
    if is_new or (limits and rank):
        place = f", rank {rank} of what is served" if rank else ", which is not on the list now"
        confirm(f"{catalog.where}: retire {_name(record)}{place}?", yes=yes)
    if is_new:
        entries = catalog.lists.entries()
        if not any(_is_denied(each, record) for each in entries):
            entry = ListEntry(ListKind.DENY, reason, record.tiktok_id)
            # First: it is checked, and a refresh reads it first.
            catalog.lists.save((*entries, entry), before=entries)
        catalog.archive.save_many([retired_record(record, reason, datetime.now(UTC))])
    return withdraw(catalog.publisher, record.track_id, limits) if limits and rank else None


def _take_back(
    catalog: Deployment, record: TrackRecord, reason: str, *, as_json: bool, yes: bool
) -> None:
    if record.status is not TrackStatus.RETIRED:
        raise NotFound(f"{_name(record)} is not retired: there is nothing to take back")
    entries = catalog.lists.entries()
    others = tuple(each for each in entries if not _is_own(each, record))
    confirm(
        f"{catalog.where}: let {_name(record)}, retired because {record.retired_reason!r}, be "
        "listed again?",
        yes=yes,
    )
    now = datetime.now(UTC)
    retired_at = f"{record.retired_at:%Y-%m-%d}" if record.retired_at else "some day"
    was = f"retired {retired_at}: {record.retired_reason}"
    note = f"taken back {now:%Y-%m-%d}: {reason}; {was}"
    is_listed = rank_in_current(catalog, record.track_id) is not None
    catalog.archive.save_many([reinstated_record(record, is_listed=is_listed, note=note)])
    if others != entries:
        catalog.lists.save(others, before=entries)
    left = [each for each in others if _is_denied(each, record)]
    effect = "it may be listed from the next refresh on that finds it on the chart"
    if left:
        number = others.index(left[0]) + 1
        effect = f"entry {number} of `catalog lists list` denies it still: {left[0].reason}"
    _tell(record, "taken back", effect, as_json=as_json)


def _effect(
    catalog: Deployment, stack: str | None, *, is_listed: bool, version: str | None, is_alone: bool
) -> str:
    """When a takedown is seen, and what may come between."""
    again = "" if is_alone else f"; {AGAIN}"
    if version is not None:
        return f"{version} without it is served within 36 seconds{again}"
    if not is_alone:
        return f"it is not on the list now{again}"
    if not is_listed:
        return "it is not on the list, and will not come back to it"
    due = Schedule.of(catalog.pointer()).next_due(refresh_every(stack), datetime.now(UTC))
    return (
        f"it leaves the list with the next refresh, due {due:%Y-%m-%d %H:%M} UTC; to be rid of it "
        "at once, run this again with --now"
    )


def _tell(
    record: TrackRecord, what: str, effect: str, *, as_json: bool, version: str | None = None
) -> None:
    if as_json:
        told: dict[str, Any] = {"trackId": record.track_id, "done": what, "effect": effect}
        print_json({**told, "version": version})
    else:
        typer.echo(f"{what}: {_name(record)}; {effect}")


def _record(track: str, catalog: Deployment) -> TrackRecord:
    track_id = parse_track_id(track) or track_id_of_link(track)
    if track_id is None:
        raise typer.BadParameter(
            f"{track!r} is no track id, TikTok id or link; `catalog why TITLE` tells the id"
        )
    record = catalog.archive.get_many([track_id]).get(track_id)
    if record is None:
        raise NotFound(
            f"{track} was never listed; to keep it out: catalog lists add deny --track {track}"
        )
    if record.status is TrackStatus.ALIAS:
        raise NotFound(f"{track} is a double: retire {record.canonical_id}, which is listed for it")
    return record


def _name(record: TrackRecord) -> str:
    return f"{record.author} - {record.title} ({record.track_id})"


def _is_denied(entry: ListEntry, record: TrackRecord) -> bool:
    is_for_ever = entry.kind is ListKind.DENY and entry.expires_at is None
    return is_for_ever and entry.tiktok_id in (record.tiktok_id, record.track_id)


def _is_own(entry: ListEntry, record: TrackRecord) -> bool:
    """Whether the takedown itself made the entry."""
    return _is_denied(entry, record) and entry.reason == record.retired_reason
