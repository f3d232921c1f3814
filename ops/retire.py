"""`catalog retire`: a takedown. The track leaves the list for good; its id goes on resolving."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.access import Catalog, StackOption, YesOption, open_catalog
from ops.console import confirm, told
from tiktok_music.api.query import track_id_of_link
from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.refresh.archiving import retired_record
from tiktok_music.refresh.operator_lists import ListEntry, ListKind
from tiktok_music.resolve import parse_track_id


@told
def retire(
    track: Annotated[str, typer.Argument(help="A track id, TikTok id or link.")],
    reason: Annotated[str, typer.Option("--reason", help="Who asked, and why; it is kept.")],
    stack: str | None = StackOption,
    yes: bool = YesOption,
) -> None:
    """Take a track down for good, with all its doubles: off the list from the next refresh on."""
    catalog = open_catalog(stack)
    record = _record(track, catalog)
    confirm(f"{catalog.where}: retire {_name(record)} for good?", yes=yes)
    entry = ListEntry(ListKind.DENY, reason, record.tiktok_id)
    entries = catalog.lists.entries()
    if not any(_is_denied(each, record) for each in entries):
        catalog.lists.keep((*entries, entry))  # first: it is checked, and a refresh reads it first
    catalog.archive.keep([retired_record(record, reason, datetime.now(UTC))])
    typer.echo(f"retired: {_name(record)}; it leaves the list with the next refresh")


def _record(track: str, catalog: Catalog) -> TrackRecord:
    track_id = parse_track_id(track) or track_id_of_link(track)
    if track_id is None:
        raise typer.BadParameter(f"{track!r} is no track id, TikTok id or link")
    record = catalog.archive.known([track_id]).get(track_id)
    if record is None:
        raise typer.BadParameter(f"{track} was never listed; keep it out: catalog lists add deny")
    if record.status is TrackStatus.RETIRED:
        raise typer.BadParameter(f"{_name(record)} was retired: {record.retired_reason}")
    if record.status is TrackStatus.ALIAS:
        raise typer.BadParameter(f"{track} is a double: retire {record.survivor_id}")
    return record


def _name(record: TrackRecord) -> str:
    return f"{record.author} - {record.title} ({record.track_id})"


def _is_denied(entry: ListEntry, record: TrackRecord) -> bool:
    is_for_ever = entry.kind is ListKind.DENY and entry.expires_at is None
    return is_for_ever and entry.tiktok_id in (record.tiktok_id, record.track_id)
