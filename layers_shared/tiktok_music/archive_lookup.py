"""Finds what an id stands for today: its own record, or that of the track it was merged into."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from tiktok_music.archive import TrackRecord, TrackStatus

# A canonical may have been merged away itself later on; longer chains than this are a fault.
LONGEST_CHAIN = 4


class ReadableArchive(Protocol):
    """Where the records of all tracks ever published are."""

    def get_many(self, track_ids: Iterable[str]) -> Mapping[str, TrackRecord]:
        """The records of those ids that there are."""


def resolve_aliases(
    archive: ReadableArchive,
    track_ids: Iterable[str],
    is_listed: Callable[[str], bool] = lambda _: False,
) -> dict[str, TrackRecord]:
    """The record that each id stands for; an id that was never given out is left out.

    An id that `is_listed` stands for itself, whatever the archive says of it. One call to the
    archive, and one more for each further step of the longest chain of aliases.
    """
    asked = list(dict.fromkeys(track_ids))
    records = dict(archive.get_many(asked)) if asked else {}
    found = {track_id: records[track_id] for track_id in asked if track_id in records}
    for _ in range(LONGEST_CHAIN):
        steps = {
            track_id: record.canonical_id
            for track_id, record in found.items()
            if record.canonical_id and _is_alias(record) and not is_listed(record.track_id)
        }
        if not steps:
            break
        unread = set(steps.values()) - records.keys()
        if unread:
            records.update(archive.get_many(sorted(unread)))
        found.update({asker: records[to] for asker, to in steps.items() if to in records})
    return found


def _is_alias(record: TrackRecord) -> bool:
    return record.status is TrackStatus.ALIAS
