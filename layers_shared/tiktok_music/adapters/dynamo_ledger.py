"""Remembers in DynamoDB which media was found wanting, for as long as that stands."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tiktok_music.adapters.dynamo_models import DynamoRows, FailureRow, translated
from tiktok_music.refresh.media_failure import MediaFailure
from tiktok_music.refresh.verdict import Finding, RejectionReason


class DynamoMediaLedger:
    """Failures by track id; DynamoDB's time to live removes them, some day."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(FailureRow, table_name)

    def failures(self, track_ids: Iterable[str]) -> dict[str, MediaFailure]:
        """What is remembered of those ids, also what stands no more."""
        keys = [f"MEDIA#{track_id}" for track_id in dict.fromkeys(track_ids)]
        with translated("read the media ledger"):
            found = [_from(row.failure) for row in self._rows.batch_get(keys)]
        return {failure.track_id: failure for failure in found}

    def remember(self, failures: Iterable[MediaFailure]) -> None:
        """Keeps failures; a later one of a track replaces the earlier."""
        rows = [
            self._rows(
                f"MEDIA#{failure.track_id}",
                failure=_to(failure),
                expires_at=int(failure.stands_until.timestamp()),
            )
            for failure in failures
        ]
        with translated("write the media ledger"):
            for row in rows:
                row.save()


def _to(failure: MediaFailure) -> dict[str, Any]:
    return {**asdict(failure), "stands_until": failure.stands_until.isoformat()}


def _from(stored: dict[str, Any]) -> MediaFailure:
    finding = stored["finding"]
    return MediaFailure(
        track_id=stored["track_id"],
        addresses=stored["addresses"],
        finding=Finding(**{**finding, "reason": RejectionReason(finding["reason"])}),
        stands_until=datetime.fromisoformat(stored["stands_until"]),
    )
