"""Keeps the track archive in DynamoDB: written before a snapshot names a track, never deleted."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tiktok_music.adapters.dynamo_models import DynamoRows, TrackRow, translated
from tiktok_music.archive import MediaFacts, TrackRecord, TrackStatus


class DynamoTrackArchive:
    """The archive, by track id."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(TrackRow, table_name)

    def known(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        """The records of those ids that there are (strongly consistent)."""
        keys = [_key(track_id) for track_id in dict.fromkeys(track_ids)]
        with translated("read the track archive"):
            found = list(self._rows.batch_get(keys, consistent_read=True))
        records = (record_from(row.record) for row in found)
        return {record.track_id: record for record in records}

    def keep(self, records: Iterable[TrackRecord]) -> None:
        """Writes records; writing the same again changes nothing."""
        rows = [
            self._rows(_key(record.track_id), tiktok_id=record.tiktok_id, record=record_to(record))
            for record in records
        ]
        with translated("write the track archive"), self._rows.batch_write() as batch:
            for row in rows:
                batch.save(row)


def _key(track_id: str) -> str:
    return f"TRACK#{track_id}"


def record_to(record: TrackRecord) -> dict[str, Any]:
    """As it is stored: the fields of the record, times in ISO 8601."""
    stored = asdict(record)
    stored["first_seen_at"] = record.first_seen_at.isoformat()
    stored["last_seen_at"] = record.last_seen_at.isoformat()
    return stored


def record_from(stored: dict[str, Any]) -> TrackRecord:
    """From how it is stored."""
    media = stored.get("media")
    return TrackRecord(
        **{
            **stored,
            "first_seen_at": datetime.fromisoformat(stored["first_seen_at"]),
            "last_seen_at": datetime.fromisoformat(stored["last_seen_at"]),
            "status": TrackStatus(stored["status"]),
            "media": MediaFacts(**media) if media else None,
        }
    )
