"""Resolves a track id to its record; an alias resolves to the record of its canonical track."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from tiktok_music.archive import TrackRecord, TrackStatus

# A canonical track may have become an alias itself later; a longer chain is a fault.
LONGEST_CHAIN = 4


class ReadableArchive(Protocol):
    """The records of all tracks ever published."""

    def get_many(self, track_ids: Iterable[str]) -> Mapping[str, TrackRecord]:
        """Reads the records of the ids that exist."""


def resolve_aliases(
    archive: ReadableArchive,
    track_ids: Iterable[str],
    is_listed: Callable[[str], bool] = lambda _: False,
) -> dict[str, TrackRecord]:
    """Maps each id to its record, aliases followed; omits unknown ids.

    An id that `is_listed` resolves to itself, even if the archive has it as an alias. Costs one
    call to the archive, and one more for each further step of the longest chain of aliases.
    """
    unique_ids = list(dict.fromkeys(track_ids))
    records = dict(archive.get_many(unique_ids)) if unique_ids else {}
    resolved = {track_id: records[track_id] for track_id in unique_ids if track_id in records}
    for _ in range(LONGEST_CHAIN):
        steps = {
            track_id: record.canonical_id
            for track_id, record in resolved.items()
            if record.canonical_id and _is_alias(record) and not is_listed(record.track_id)
        }
        if not steps:
            break
        unread = set(steps.values()) - records.keys()
        if unread:
            records.update(archive.get_many(sorted(unread)))
        resolved.update(
            {track_id: records[target] for track_id, target in steps.items() if target in records}
        )
    return resolved


def _is_alias(record: TrackRecord) -> bool:
    return record.status is TrackStatus.ALIAS
