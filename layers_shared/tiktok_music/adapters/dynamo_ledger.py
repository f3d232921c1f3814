"""The ledger of media outcomes in DynamoDB."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pynamodb.exceptions import PynamoDBException

from tiktok_music.adapters.dynamo_catalog_rows import LedgerRow
from tiktok_music.adapters.dynamo_items import batch_read
from tiktok_music.adapters.dynamo_models import DynamoRows, is_condition_failed, translated
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
        """The readable entries of those ids, expired failures among them."""
        keys = map(_key, track_ids)
        with translated("read the media ledger"):
            return dict(batch_read(self._rows, keys, ledger_entry))

    def save_media(self, track_id: str, media: MediaFacts) -> None:
        """Saves the facts of stored media; replaces a failure."""
        expires_at = int(self._clock()) + EXPIRES_AFTER_SECONDS
        with translated("write the media ledger"):
            self._rows(_key(track_id), media=asdict(media), expires_at=expires_at).save()

    def forget(self, track_id: str) -> None:
        """Deletes an entry, for an operator who deleted the media."""
        with translated("delete a media ledger entry"):
            self._rows(_key(track_id)).delete()

    def save_failures(self, failures: Iterable[MediaFailure]) -> None:
        """Saves failures; a later one of a track replaces the earlier one.

        Stored media stays: a batch or run that is late must not undo what another one stored.
        """
        # One by one: a batch write needs a permission that can delete, and may leave items out.
        with translated("write the media ledger"):
            for failure in failures:
                self._save_failure(failure)

    def _save_failure(self, failure: MediaFailure) -> None:
        row = self._rows(
            _key(failure.track_id),
            failure=_failure_to(failure),
            expires_at=int(failure.expires_at.timestamp()),
        )
        try:
            row.save(condition=self._rows.media.does_not_exist())
        except PynamoDBException as exc:
            if not is_condition_failed(exc):
                raise


def _key(track_id: str) -> str:
    return f"MEDIA#{track_id}"


def ledger_entry(row: LedgerRow) -> tuple[str, LedgerEntry]:
    """The track id and entry of an item; raises one of UNREADABLE."""
    media = media_from(row.media) if row.media else None
    failure = _failure_from(row.failure) if row.failure else None
    return row.pk.removeprefix("MEDIA#"), LedgerEntry(media, failure)


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
