"""Keeps of every refresh in DynamoDB, under its scheduled time: report, recording, a line."""

import hashlib
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tiktok_music.adapters.dynamo_models import (
    DynamoRows,
    RecordingRow,
    RunRow,
    RunsRow,
    translated,
)
from tiktok_music.errors import RecordingCorrupt, StoreUnavailable
from tiktok_music.snapshot import cut

RUNS_KEY = "RUNS"
# A month of the schedule, and as long as recordings are kept.
MOST_RUNS = 60
RECORDED_SECONDS = 30 * 24 * 3600


class DynamoRunReports:
    """The reports, by the time that the run was scheduled for."""

    def __init__(
        self, rows: DynamoRows, table_name: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._rows = rows.bind(RunRow, table_name)
        self._lists = rows.bind(RunsRow, table_name)
        self._recordings = rows.bind(RecordingRow, table_name)
        self._clock = clock

    def save_report(self, scheduled_at: datetime, report: dict[str, Any]) -> None:
        """Stores the report; a later attempt at the same run replaces it."""
        with translated("write the run report"):
            self._rows(_key(scheduled_at), report=report).save()

    def get_report(self, scheduled_at: datetime) -> dict[str, Any] | None:
        """The report of a run, or None."""
        with translated("read the run report"):
            try:
                row = self._rows.get(_key(scheduled_at))
            except self._rows.DoesNotExist:
                return None
        return dict(row.report)

    def save_run(self, line: dict[str, Any]) -> None:
        """Puts a run at the top of the list; a later attempt at the same run replaces its line.

        Two refreshes at once may lose one of their lines: the list is for people to look at.
        """
        others = [
            each for each in self.list_runs() if each.get("scheduledAt") != line["scheduledAt"]
        ]
        with translated("write the list of runs"):
            self._lists(RUNS_KEY, runs=[line, *others][:MOST_RUNS]).save()

    def list_runs(self) -> list[dict[str, Any]]:
        """The last runs, the newest first; a list that nobody can read counts as none."""
        with translated("read the list of runs"):
            try:
                row = self._lists.get(RUNS_KEY, consistent_read=True)
            except (self._lists.DoesNotExist, TypeError, ValueError):
                return []
        return [dict(each) for each in row.runs]

    def save_recording(
        self, scheduled_at: datetime, packed: bytes, has_time: Callable[[], bool]
    ) -> None:
        """Stores a recording in pieces; until the last one is there it is none, nor is what it
        replaces."""
        pieces, sha256 = cut(packed), hashlib.sha256(packed).hexdigest()
        expires_at = int(self._clock()) + RECORDED_SECONDS
        for index, data in enumerate(pieces):
            if not has_time():
                raise StoreUnavailable("there is no time left to write the recording")
            row = self._recordings(
                _piece_key(scheduled_at, index),
                data=data,
                pieces=len(pieces),
                sha256=sha256,
                expires_at=expires_at,
            )
            with translated("write the recording"):
                row.save()

    def get_recording(self, scheduled_at: datetime) -> bytes | None:
        """The recording of a run, None where there is none; raises RecordingCorrupt."""
        first = self._piece(scheduled_at, 0)
        if first is None:
            return None
        others = [self._piece(scheduled_at, index) for index in range(1, int(first.pieces))]
        packed = b"".join(bytes(piece.data) for piece in (first, *others) if piece is not None)
        if hashlib.sha256(packed).hexdigest() != first.sha256:
            raise RecordingCorrupt(
                f"the recording of {scheduled_at.isoformat()} is not whole: its run was cut short, "
                "or its pieces have begun to expire"
            )
        return packed

    def _piece(self, scheduled_at: datetime, index: int) -> RecordingRow | None:
        with translated("read the recording"):
            try:
                return self._recordings.get(_piece_key(scheduled_at, index), consistent_read=True)
            except self._recordings.DoesNotExist:
                return None


def _key(scheduled_at: datetime) -> str:
    return f"RUN#{scheduled_at.isoformat()}"


def _piece_key(scheduled_at: datetime, index: int) -> str:
    return f"{_key(scheduled_at)}#INPUT#{index}"
