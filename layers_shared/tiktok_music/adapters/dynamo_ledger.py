"""The ledger of media outcomes in DynamoDB."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tiktok_music.adapters.dynamo_models import DynamoRows, LedgerRow, batch_read, translated
from tiktok_music.archive import MediaFacts, media_from
from tiktok_music.refresh.media.ledger import LedgerEntry, MediaFailure
from tiktok_music.refresh.rejection import finding_from

# Published media is in the archive; an entry bridges the time between storing and publishing it.
EXPIRES_AFTER_SECONDS = 90 * 24 * 3600


class DynamoMediaLedger:
    """Entries by track id; DynamoDB's TTL deletes them."""

    def __init__(
        self, rows: DynamoRows, table_name: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._rows = rows.bind(LedgerRow, table_name)
        self._clock = clock

    def get_many(self, track_ids: Iterable[str]) -> dict[str, LedgerEntry]:
        """The entries of those ids, expired failures among them."""
        keys = map(_key, track_ids)
        with translated("read the media ledger"):
            found = batch_read(self._rows, keys)
        return {row.pk.removeprefix("MEDIA#"): _entry(row) for row in found}

    def save_media(self, track_id: str, media: MediaFacts) -> None:
        """Saves the facts of stored media; replaces a failure."""
        expires_at = int(self._clock()) + EXPIRES_AFTER_SECONDS
        with translated("write the media ledger"):
            self._rows(_key(track_id), media=asdict(media), expires_at=expires_at).save()

    def save_failures(self, failures: Iterable[MediaFailure]) -> None:
        """Saves failures; a later one of a track replaces the earlier one."""
        # One by one: a batch write needs a permission that can delete, and may leave items out.
        with translated("write the media ledger"):
            for failure in failures:
                self._rows(
                    _key(failure.track_id),
                    failure=_failure_to(failure),
                    expires_at=int(failure.expires_at.timestamp()),
                ).save()


def _key(track_id: str) -> str:
    return f"MEDIA#{track_id}"


def _entry(row: LedgerRow) -> LedgerEntry:
    media = media_from(row.media) if row.media else None
    return LedgerEntry(media, _failure_from(row.failure) if row.failure else None)


def _failure_to(failure: MediaFailure) -> dict[str, Any]:
    """The stored form; `stands_until` is the name since the first release."""
    stored = asdict(failure)
    del stored["expires_at"]
    return {**stored, "stands_until": failure.expires_at.isoformat()}


def _failure_from(stored: dict[str, Any]) -> MediaFailure:
    return MediaFailure(
        track_id=stored["track_id"],
        addresses=stored["addresses"],
        finding=finding_from(stored["finding"]),
        expires_at=datetime.fromisoformat(stored["stands_until"]),
    )
