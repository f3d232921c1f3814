"""The track archive in DynamoDB: written before a snapshot names a track; no run deletes one."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.operand import Path

from tiktok_music.adapters.dynamo_catalog_rows import RetiredRow, SongRow, TrackRow
from tiktok_music.adapters.dynamo_items import (
    RawItem,
    batch_read,
    key_of,
    parsed,
    scan_items,
    set_aside,
)
from tiktok_music.adapters.dynamo_models import DynamoRows, is_condition_failed, translated
from tiktok_music.archive import TrackRecord, TrackStatus, record_from, record_to

# A retired record contains this, as records are JSON; quotes in a title are escaped there.
RETIRED_TEXT = f'"status": "{TrackStatus.RETIRED}"'

# A run with few new tracks writes few records, for which threads would cost more than they save.
WRITTEN_IN_TURN = 8
WRITE_THREADS = 8


class DynamoTrackReader:
    """The reading side of the archive, by track id; BatchGetItem is its only call."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(TrackRow, table_name)
        self._unreadable: dict[str, RawItem] = {}

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        """The readable records of those ids (strongly consistent)."""
        keys = map(_key, track_ids)
        with translated("read the track archive"):
            records = batch_read(
                self._rows,
                keys,
                track_record,
                consistent=True,
                on_unreadable=self._remember_unreadable,
            )
        return {record.track_id: record for record in records}

    def _remember_unreadable(self, item: RawItem) -> None:
        self._unreadable[key_of(item)] = item


class DynamoTrackArchive(DynamoTrackReader):
    """The archive with its writing side.

    The ids of retired tracks are kept in sixteen sets besides, as the table cannot be searched by
    status: a set of 36-byte ids has room for 10,000 of them in an item of 400 KB.
    """

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        super().__init__(rows, table_name)
        self._retired = rows.bind(RetiredRow, table_name)
        self._songs = rows.bind(SongRow, table_name)

    def list_retired(self) -> list[TrackRecord]:
        """The records of all retired tracks, by id (strongly consistent)."""
        with translated("read the retired tracks"):
            keys = map(_retired_key, "0123456789abcdef")
            found = batch_read(self._retired, keys, _track_ids, consistent=True)
        records = self.get_many(sorted(track_id for ids in found for track_id in ids))
        return [each for each in records.values() if each.status is TrackStatus.RETIRED]

    def list_all(self) -> list[TrackRecord]:
        """All readable records, for operators. Scans the table."""
        with translated("list the track archive"):
            items = list(scan_items(self._rows, _key("")))
        found = (parsed(self._rows, item, track_record) for item in items)
        return [record for record in found if record is not None]

    def tracks_of_songs(self, song_ids: Iterable[str]) -> dict[str, str]:
        """The track ids of songs of the commercial library; unknown songs are left out."""
        keys = map(_song_key, song_ids)
        with translated("read the songs"):
            found = batch_read(self._songs, keys, song_track, consistent=True)
        return dict(found)

    def save_songs(self, songs: Mapping[str, str]) -> None:
        """Writes the track id of each song; idempotent."""
        with translated("write the songs"):
            for song_id, track_id in songs.items():
                self._songs(_song_key(song_id), track_id=track_id).save()

    def save_retired(self, record: TrackRecord) -> None:
        """Retires a track; its id is listed first, as an id without a retired record is ignored."""
        with translated("write the retired tracks"):
            self._retired(_retired_key(record.track_id)).update(
                [RetiredRow.track_ids.add({record.track_id})]
            )
        self.save_many([record])

    def save_reinstated(self, record: TrackRecord) -> None:
        """Undoes `save_retired`."""
        with translated("write the track archive"):
            self._write(record)
        with translated("write the retired tracks"):
            self._retired(_retired_key(record.track_id)).update(
                [RetiredRow.track_ids.delete({record.track_id})]
            )

    def save_many(self, records: Iterable[TrackRecord]) -> None:
        """Writes records; idempotent. One that replaces an unreadable item keeps a copy of it.

        A retired record stays: a refresh may have read it before the operator retired the track.
        """
        # Item by item: a batch write needs a permission that can delete, and may leave items out.
        with translated("write the track archive"):
            few = list(records)
            many = few[WRITTEN_IN_TURN:]
            for record in few[:WRITTEN_IN_TURN]:
                self._save(record)
            if many:
                with ThreadPoolExecutor(WRITE_THREADS, thread_name_prefix="archive") as pool:
                    list(pool.map(self._save, many))

    def _save(self, record: TrackRecord) -> None:
        try:
            self._write(record, stays_retired=not record.is_withheld())
        except PynamoDBException as exc:
            if not is_condition_failed(exc):
                raise

    def _write(self, record: TrackRecord, *, stays_retired: bool = False) -> None:
        row = self._rows(
            _key(record.track_id), tiktok_id=record.tiktok_id, record=record_to(record)
        )
        unreadable = self._unreadable.pop(row.pk, None)
        if unreadable is not None:
            set_aside(self._rows, unreadable)
        row.save(condition=~Path("record").contains(RETIRED_TEXT) if stays_retired else None)


def _track_ids(row: RetiredRow) -> set[str]:
    return set(row.track_ids or ())


def song_track(row: SongRow) -> tuple[str, str]:
    """The song id and the track id of an item; raises one of UNREADABLE."""
    if row.track_id is None:
        raise ValueError("the track id is missing")
    return row.pk.removeprefix("CML#"), row.track_id


def _song_key(song_id: str) -> str:
    return f"CML#{song_id}"


def _retired_key(track_id: str) -> str:
    return f"RETIRED#{track_id[0]}"


def track_record(row: TrackRow) -> TrackRecord:
    """The record of an item; raises one of UNREADABLE."""
    return record_from(row.record)


def _key(track_id: str) -> str:
    return f"TRACK#{track_id}"
