"""Resolves a track id to its record; an alias resolves to the record of its canonical track."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from tiktok_music.archive import TrackRecord, TrackStatus

# A canonical track may become an alias itself later: years of successive uploads stay far below.
LONGEST_CHAIN = 32


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

    An alias that `is_listed` resolves to itself, unless its canonical track was retired. Costs one
    call to the archive, and one more for each further step of the longest chain of aliases.
    """
    unique_ids = list(dict.fromkeys(track_ids))
    records = dict(archive.get_many(unique_ids)) if unique_ids else {}
    _read_chains(archive, records)
    return {
        track_id: _resolved(records, track_id, is_listed)
        for track_id in unique_ids
        if track_id in records
    }


def _read_chains(archive: ReadableArchive, records: dict[str, TrackRecord]) -> None:
    """Adds the records that the aliases lead to, one call for each step of all chains."""
    latest: Iterable[TrackRecord] = list(records.values())
    for _ in range(LONGEST_CHAIN):
        unread = {record.canonical_id for record in latest if _is_alias(record)} - records.keys()
        found = archive.get_many(sorted(filter(None, unread))) if unread else {}
        if not found:
            return
        records.update(found)
        latest = list(found.values())


def _resolved(
    records: Mapping[str, TrackRecord], track_id: str, is_listed: Callable[[str], bool]
) -> TrackRecord:
    chain = list(_chain(records, track_id))
    last = chain[-1]
    if last.status is TrackStatus.RETIRED:
        return last
    if _is_alias(last) and last.canonical_id in records:  # a cycle, or longer than any real chain
        last = chain[0]
    return next((record for record in chain if is_listed(record.track_id)), last)


def _chain(records: Mapping[str, TrackRecord], track_id: str) -> Iterator[TrackRecord]:
    """The record of the id and those that it leads to, each once."""
    seen: set[str] = set()
    following: str | None = track_id
    while following is not None and following in records and following not in seen:
        seen.add(following)
        record = records[following]
        yield record
        following = record.canonical_id if _is_alias(record) else None


def _is_alias(record: TrackRecord) -> bool:
    return record.status is TrackStatus.ALIAS
