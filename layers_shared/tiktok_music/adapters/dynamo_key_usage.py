"""The hour in which each key was last used, beside the counters of its limit."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.update import Action

from tiktok_music.adapters.dynamo_items import batch_read
from tiktok_music.adapters.dynamo_models import (
    FORMAT,
    DynamoRows,
    StoredRow,
    is_condition_failed,
    translated,
)
from tiktok_music.api.key_usage import SECONDS_PER_HOUR

EXPIRES_AFTER_SECONDS = 400 * 24 * SECONDS_PER_HOUR
PREFIX = "RATE#USED#"


class UsageRow(StoredRow):
    """`RATE#USED#<key id>`: the hour, counted from the Unix epoch, in which a key was last used."""

    hour = NumberAttribute()
    expires_at = NumberAttribute()


class DynamoKeyUsage:
    """The last hour of each key; the list function may write items `RATE#…` only."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(UsageRow, table_name)

    def mark(self, key_id: str, hour: int) -> None:
        """Saves an hour, counted from the Unix epoch, unless a later one is stored."""
        used = self._rows.hour
        expires_at = hour * SECONDS_PER_HOUR + EXPIRES_AFTER_SECONDS
        actions: list[Action] = [
            used.set(hour),
            self._rows.format.set(FORMAT),
            self._rows.expires_at.set(expires_at),
        ]
        with translated("note the use of a key"):
            try:
                self._rows(PREFIX + key_id).update(
                    actions, condition=used.does_not_exist() | (used < hour)
                )
            except PynamoDBException as exc:
                if not is_condition_failed(exc):
                    raise

    def last_used(self, key_ids: Iterable[str]) -> dict[str, datetime]:
        """The hour in which each key was last used; keys without a use are left out."""
        with translated("read the uses of keys"):
            return dict(batch_read(self._rows, (PREFIX + each for each in key_ids), _use_of))


def _use_of(row: UsageRow) -> tuple[str, datetime]:
    hour = datetime.fromtimestamp(int(row.hour) * SECONDS_PER_HOUR, UTC)
    return row.pk.removeprefix(PREFIX), hour
