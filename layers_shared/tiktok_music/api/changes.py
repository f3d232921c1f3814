"""Compares two versions: added, removed, moved and updated tracks. Pure."""

from collections.abc import Mapping
from typing import Any

from tiktok_music.api.index import Index, Row
from tiktok_music.archive import TrackRecord, TrackStatus

# A change of these is no update: user counts change in every version.
_NO_UPDATE = ("id", "userCount")
NO_RECORDS: Mapping[str, TrackRecord] = {}


def changes(
    before: Index, now: Index, records: Mapping[str, TrackRecord] = NO_RECORDS
) -> dict[str, Any]:
    """Lists added and updated tracks with their rows, removed ones, and those with another rank.

    `records` maps the ids that were removed to their records, aliases followed, for the reasons.
    """
    return {
        "since": before.descriptor.version,
        "version": now.descriptor.version,
        "added": [
            {**row, "rank": rank}
            for rank, row in enumerate(now.rows, start=1)
            if row["id"] not in before.ranks
        ],
        "removed": [
            {
                "id": track_id,
                "previousRank": before.ranks[track_id],
                **_departure(track_id, records.get(track_id)),
            }
            for track_id in removed_ids(before, now)
        ],
        "moved": [
            {"id": row["id"], "rank": rank, "previousRank": before.ranks[row["id"]]}
            for rank, row in enumerate(now.rows, start=1)
            if before.ranks.get(row["id"], rank) != rank
        ],
        "updated": [
            {**row, "rank": rank, "changed": changed}
            for rank, row in enumerate(now.rows, start=1)
            if (changed := _changed_fields(before.row(row["id"]), row))
        ],
    }


def removed_ids(before: Index, now: Index) -> list[str]:
    """The ids that left the list, by their former rank."""
    return [row["id"] for row in before.rows if row["id"] not in now.ranks]


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
