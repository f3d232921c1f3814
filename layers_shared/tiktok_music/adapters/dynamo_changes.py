"""The record of operators' changes in DynamoDB: one item each, numbered by day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute

from tiktok_music.adapters.dynamo_items import batch_read
from tiktok_music.adapters.dynamo_models import FORMAT, DynamoRows, StoredRow, translated


class ChangeRow(StoredRow):
    """`AUDIT#<day>#<number>`: one change by an operator. Never deleted."""

    change: JSONAttribute = JSONAttribute()


class ChangesOfDayRow(StoredRow):
    """`AUDIT#<day>`: the number of changes of that day (UTC)."""

    changes = NumberAttribute(default=0)


class DynamoChanges:
    """Changes of the catalog and of its keys, by day (UTC); never deleted."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(ChangeRow, table_name)
        self._days = rows.bind(ChangesOfDayRow, table_name)

    def add(self, day: date, change: dict[str, Any]) -> str:
        """Records a change; returns its key, for `replace`. Concurrent changes get two numbers."""
        counted = self._days(_key(day))
        with translated("record the change"):
            counted.update([self._days.changes.add(1), self._days.format.set(FORMAT)])
            key = f"{counted.pk}#{int(counted.changes)}"
            self._rows(key, change=change).save()
        return key

    def replace(self, key: str, change: dict[str, Any]) -> None:
        """Writes a change again, with its outcome."""
        with translated("record the outcome of the change"):
            self._rows(key, change=change).save()

    def of_days(self, days: Iterable[date]) -> list[dict[str, Any]]:
        """The readable changes of those days, the newest first."""
        keys = map(_key, days)
        with translated("read the changes"):
            counts = batch_read(self._days, keys, _count_of, consistent=True)
            numbered = [f"{key}#{number}" for key, most in counts for number in range(1, most + 1)]
            found = batch_read(self._rows, numbered, change_of, consistent=True)
        return sorted(found, key=lambda change: str(change["at"]), reverse=True)


def _key(day: date) -> str:
    """A change is found by its day and number: the table cannot be searched by time."""
    return f"AUDIT#{day.isoformat()}"


def _count_of(row: ChangesOfDayRow) -> tuple[str, int]:
    return row.pk, int(row.changes)


def change_of(row: ChangeRow) -> dict[str, Any]:
    """The change of an item; raises one of UNREADABLE."""
    change = dict(row.change)
    _ = change["at"], change["command"]
    return change
