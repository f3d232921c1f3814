"""Keeps in DynamoDB what became of media that was tried."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tiktok_music.adapters.dynamo_models import DynamoRows, LedgerRow, batch_read, translated
from tiktok_music.archive import MediaFacts, media_from
from tiktok_music.refresh.media.ledger import LedgerEntry, MediaFailure
from tiktok_music.refresh.rejection import finding_from

# A track that is published is in the archive; one that never is need not be known for ever.
NOTED_SECONDS = 90 * 24 * 3600


class DynamoMediaLedger:
    """Entries by track id; DynamoDB's time to live removes them, some day."""

    def __init__(
        self, rows: DynamoRows, table_name: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._rows = rows.bind(LedgerRow, table_name)
        self._clock = clock

    def get_many(self, track_ids: Iterable[str]) -> dict[str, LedgerEntry]:
        """What is kept of those ids, also what stands no more."""
        keys = map(_key, track_ids)
        with translated("read the media ledger"):
            found = batch_read(self._rows, keys)
        return {row.pk.removeprefix("MEDIA#"): _entry(row) for row in found}

    def save_media(self, track_id: str, media: MediaFacts) -> None:
        """Keeps what was stored; it takes the place of a failure."""
        expires_at = int(self._clock()) + NOTED_SECONDS
        with translated("write the media ledger"):
            self._rows(_key(track_id), media=asdict(media), expires_at=expires_at).save()

    def save_failures(self, failures: Iterable[MediaFailure]) -> None:
        """Keeps failures; a later one of a track replaces the earlier."""
        # One by one: a batch would need a permission that can delete, and may leave items out.
        with translated("write the media ledger"):
            for failure in failures:
                self._rows(
                    _key(failure.track_id),
                    failure={**asdict(failure), "stands_until": failure.stands_until.isoformat()},
                    expires_at=int(failure.stands_until.timestamp()),
                ).save()


def _key(track_id: str) -> str:
    return f"MEDIA#{track_id}"


def _entry(row: LedgerRow) -> LedgerEntry:
    media = media_from(row.media) if row.media else None
    return LedgerEntry(media, _failure(row.failure) if row.failure else None)


def _failure(stored: dict[str, Any]) -> MediaFailure:
    return MediaFailure(
        track_id=stored["track_id"],
        addresses=stored["addresses"],
        finding=finding_from(stored["finding"]),
        stands_until=datetime.fromisoformat(stored["stands_until"]),
    )
