"""The track archive in DynamoDB: written before a snapshot names a track, never deleted."""

from collections.abc import Iterable

from tiktok_music.adapters.dynamo_models import DynamoRows, TrackRow, batch_read, translated
from tiktok_music.archive import TrackRecord, record_from, record_to


class DynamoTrackReader:
    """The reading side of the archive, by track id; BatchGetItem is its only call."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(TrackRow, table_name)

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        """The existing records of those ids (strongly consistent)."""
        keys = map(_key, track_ids)
        with translated("read the track archive"):
            found = batch_read(self._rows, keys, consistent=True)
        records = (record_from(row.record) for row in found)
        return {record.track_id: record for record in records}


class DynamoTrackArchive(DynamoTrackReader):
    """The archive with its writing side."""

    def save_many(self, records: Iterable[TrackRecord]) -> None:
        """Writes records; idempotent."""
        rows = [
            self._rows(_key(record.track_id), tiktok_id=record.tiktok_id, record=record_to(record))
            for record in records
        ]
        # One by one: a batch write needs a permission that can delete, and may leave items out.
        with translated("write the track archive"):
            for row in rows:
                row.save()


def _key(track_id: str) -> str:
    return f"TRACK#{track_id}"
