"""Stores each refresh's report, recording and run-list entry in DynamoDB, by scheduled time."""

import hashlib
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pynamodb.exceptions import PynamoDBException

from tiktok_music.adapters.dynamo_catalog_rows import RecordingRow, RunRow, RunsRow
from tiktok_music.adapters.dynamo_items import (
    UNREADABLE,
    RawItem,
    is_unchanged,
    parsed,
    read_item,
)
from tiktok_music.adapters.dynamo_models import DynamoRows, is_condition_failed, translated
from tiktok_music.errors import RecordingCorrupt, StoreUnavailable
from tiktok_music.snapshot import cut

RUNS_KEY = "RUNS"
# A month of the schedule, which is also how long recordings are stored.
MOST_RUNS = 60
# A try fails only if another run ends at the same moment.
TRIES = 5
EXPIRES_AFTER_SECONDS = 30 * 24 * 3600
REPORT_EXPIRES_AFTER_SECONDS = 365 * 24 * 3600


class DynamoRunReports:
    """Reports, recordings and the list of runs, by scheduled time."""

    def __init__(
        self, rows: DynamoRows, table_name: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._rows = rows.bind(RunRow, table_name)
        self._lists = rows.bind(RunsRow, table_name)
        self._recordings = rows.bind(RecordingRow, table_name)
        self._clock = clock

    def save_report(self, scheduled_at: datetime, report: dict[str, Any]) -> None:
        """Stores the report for a year; a later attempt at the same run replaces it."""
        expires_at = int(self._clock()) + REPORT_EXPIRES_AFTER_SECONDS
        with translated("write the run report"):
            self._rows(_key(scheduled_at), report=report, expires_at=expires_at).save()

    def get_report(self, scheduled_at: datetime) -> dict[str, Any] | None:
        """The report of a run, None if there is none or it is unreadable."""
        with translated("read the run report"):
            item = read_item(self._rows, _key(scheduled_at))
        return parsed(self._rows, item, run_report) if item is not None else None

    def save_run(self, entry: dict[str, Any]) -> None:
        """Puts an entry at the top of the list; a later attempt at the same run replaces it.

        Optimistic lock with retries: of two runs that end together, both are listed. Raises
        StoreUnavailable if others write in between at every try.
        """
        with translated("write the list of runs"):
            for _ in range(TRIES):
                item = self._list_item()
                others = [
                    each
                    for each in self._entries(item)
                    if each["scheduledAt"] != entry["scheduledAt"]
                ]
                row = self._lists(RUNS_KEY, runs=[entry, *others][:MOST_RUNS])
                try:
                    row.save(condition=is_unchanged(item, "runs"))
                except PynamoDBException as exc:
                    if not is_condition_failed(exc):
                        raise
                else:
                    return
        raise StoreUnavailable("other runs changed the list of runs at every try")

    def list_runs(self) -> list[dict[str, Any]]:
        """The readable entries of the last runs, the newest first."""
        with translated("read the list of runs"):
            return self._entries(self._list_item())

    def _list_item(self) -> RawItem | None:
        return read_item(self._lists, RUNS_KEY)

    def _entries(self, item: RawItem | None) -> list[dict[str, Any]]:
        rows = parsed(self._lists, item, run_entries) if item is not None else None
        return [dict(each) for each in rows or () if is_run_entry(each)]

    def save_recording(
        self, scheduled_at: datetime, packed: bytes, has_time: Callable[[], bool]
    ) -> None:
        """Stores a recording in chunks; raises StoreUnavailable, also when `has_time` turns false.

        Not readable until the last chunk is written; a partial overwrite invalidates the old one.
        """
        chunks, sha256 = cut(packed), hashlib.sha256(packed).hexdigest()
        expires_at = int(self._clock()) + EXPIRES_AFTER_SECONDS
        for index, data in enumerate(chunks):
            if not has_time():
                raise StoreUnavailable("no time left to write the recording")
            row = self._recordings(
                _chunk_key(scheduled_at, index),
                data=data,
                pieces=len(chunks),
                sha256=sha256,
                expires_at=expires_at,
            )
            with translated("write the recording"):
                row.save()

    def get_recording(self, scheduled_at: datetime) -> bytes | None:
        """The recording of a run, None if there is none; raises RecordingCorrupt."""
        first = self._chunk(scheduled_at, 0)
        if first is None:
            return None
        others = [self._chunk(scheduled_at, index) for index in range(1, int(first.pieces))]
        packed = b"".join(bytes(chunk.data) for chunk in (first, *others) if chunk is not None)
        if hashlib.sha256(packed).hexdigest() != first.sha256:
            raise RecordingCorrupt(
                f"the recording of {scheduled_at.isoformat()} is incomplete: its run was cut "
                "short, or its chunks have begun to expire"
            )
        return packed

    def _chunk(self, scheduled_at: datetime, index: int) -> RecordingRow | None:
        with translated("read the recording"):
            try:
                return self._recordings.get(_chunk_key(scheduled_at, index), consistent_read=True)
            except self._recordings.DoesNotExist:
                return None


def run_report(row: RunRow) -> dict[str, Any]:
    """The report of an item; raises one of UNREADABLE."""
    return dict(row.report)


def run_entries(row: RunsRow) -> list[Any]:
    """The entries of the list, which may be unreadable; raises one of UNREADABLE."""
    return list(row.runs)


def is_run_entry(entry: Any) -> bool:
    """True for an entry with what every reader of the list needs: the run's time and outcome."""
    try:
        datetime.fromisoformat(entry["scheduledAt"])
    except UNREADABLE:
        return False
    return isinstance(entry.get("outcome"), str)


def _key(scheduled_at: datetime) -> str:
    return f"RUN#{scheduled_at.isoformat()}"


def _chunk_key(scheduled_at: datetime, index: int) -> str:
    return f"{_key(scheduled_at)}#INPUT#{index}"
