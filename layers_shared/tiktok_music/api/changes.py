"""Compares two versions: added, removed and moved tracks. Pure."""

from typing import Any

from tiktok_music.api.index import Index


def changes(before: Index, now: Index) -> dict[str, Any]:
    """Lists added tracks with their rows, removed ones, and those with another rank."""
    return {
        "since": before.descriptor.version,
        "version": now.descriptor.version,
        "added": [
            {**row, "rank": rank}
            for rank, row in enumerate(now.rows, start=1)
            if row["id"] not in before.ranks
        ],
        "removed": [
            {"id": row["id"], "previousRank": rank}
            for rank, row in enumerate(before.rows, start=1)
            if row["id"] not in now.ranks
        ],
        "moved": [
            {"id": row["id"], "rank": rank, "previousRank": before.ranks[row["id"]]}
            for rank, row in enumerate(now.rows, start=1)
            if before.ranks.get(row["id"], rank) != rank
        ],
    }
