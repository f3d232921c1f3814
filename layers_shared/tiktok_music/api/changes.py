"""Compares two versions: added, removed, moved and updated tracks. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from tiktok_music.api.index import Index, Row
from tiktok_music.archive import TrackRecord, TrackStatus

# A change of these is no update: user counts change in every version.
_NO_UPDATE = ("id", "userCount")
NO_RECORDS: Mapping[str, TrackRecord] = {}


def changes(
    before: Index, now: Index, records: Mapping[str, TrackRecord] = NO_RECORDS
) -> dict[str, Any]:
    """All changes, as the API returns them; `records` is that of `with_reasons`."""
    lists = changed_lists(before, now)
    return {
        "since": before.descriptor.version,
        "version": now.descriptor.version,
        **lists,
        "removed": with_reasons(lists["removed"], records),
    }


def removed_ids(before: Index, now: Index) -> list[str]:
    """The ids that left the list, by their former rank."""
    return [row["id"] for row in before.rows if row["id"] not in now.ranks]


def changed_lists(before: Index, now: Index) -> dict[str, list[dict[str, Any]]]:
    """Lists added and updated tracks with their rows, removed ones, and those with another rank.

    Linear in the number of tracks. Removed tracks are without reasons: see `with_reasons`.
    """
    ranked = list(enumerate(now.rows, start=1))
    former = before.ranks
    return {
        "added": [{**row, "rank": rank} for rank, row in ranked if row["id"] not in former],
        "removed": [
            {"id": row["id"], "previousRank": former[row["id"]]}
            for row in before.rows
            if row["id"] not in now.ranks
        ],
        "moved": [
            {"id": row["id"], "rank": rank, "previousRank": former[row["id"]]}
            for rank, row in ranked
            if former.get(row["id"], rank) != rank
        ],
        "updated": [
            {**row, "rank": rank, "changed": changed}
            for rank, row in ranked
            if (changed := _changed_fields(before.row(row["id"]), row))
        ],
    }


def page_of(
    lists: Mapping[str, Sequence[Any]], offset: int, limit: int
) -> tuple[dict[str, list[Any]], int | None]:
    """`limit` entries from `offset` on, counted through all lists, and the offset of the rest."""
    page, start = {}, 0
    for name, entries in lists.items():
        page[name] = list(entries[max(offset - start, 0) : max(offset + limit - start, 0)])
        start += len(entries)
    return page, offset + limit if offset + limit < start else None


def with_reasons(
    removed: Sequence[Mapping[str, Any]], records: Mapping[str, TrackRecord]
) -> list[dict[str, Any]]:
    """Adds the reasons; `records` maps removed ids to their records, aliases followed."""
    return [{**each, **_departure(each["id"], records.get(each["id"]))} for each in removed]


def _departure(track_id: str, record: TrackRecord | None) -> dict[str, str | None]:
    """The reason why a track left; None without its record."""
    if record is None:
        return {"reason": None, "mergedInto": None}
    if record.status is TrackStatus.RETIRED:
        return {"reason": "retired", "mergedInto": None}
    if record.track_id != track_id:
        return {"reason": "merged", "mergedInto": record.track_id}
    return {"reason": "offChart", "mergedInto": None}


def _changed_fields(before: Row | None, row: Row) -> list[str]:
    if before is None:
        return []
    return [name for name in row if name not in _NO_UPDATE and row[name] != before.get(name)]
