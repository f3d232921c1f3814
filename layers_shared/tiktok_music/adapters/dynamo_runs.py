"""Keeps the report of every refresh in DynamoDB, under its scheduled time."""

from datetime import datetime
from typing import Any

from tiktok_music.adapters.dynamo_models import DynamoRows, RunRow, translated


class DynamoRunReports:
    """The reports, by the time that the run was scheduled for."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(RunRow, table_name)

    def keep(self, scheduled_at: datetime, report: dict[str, Any]) -> None:
        """Stores the report; a later attempt at the same run replaces it."""
        with translated("write the run report"):
            self._rows(_key(scheduled_at), report=report).save()

    def find(self, scheduled_at: datetime) -> dict[str, Any] | None:
        """The report of a run, or None."""
        with translated("read the run report"):
            try:
                row = self._rows.get(_key(scheduled_at))
            except self._rows.DoesNotExist:
                return None
        return dict(row.report)


def _key(scheduled_at: datetime) -> str:
    return f"RUN#{scheduled_at.isoformat()}"
