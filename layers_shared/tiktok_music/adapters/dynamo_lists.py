"""Operator overrides in DynamoDB, so that they change without a deploy."""

from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition

from tiktok_music.adapters.dynamo_models import (
    DynamoRows,
    ListsRow,
    is_condition_failed,
    translated,
)
from tiktok_music.adapters.operator_list_rows import lists_document, parse_lists
from tiktok_music.errors import ListsChanged
from tiktok_music.refresh.curation.operator_lists import ListEntry

LISTS_KEY = "LISTS"
CHANGED = "the lists were changed by another operator: check them and run the command again"


class DynamoOperatorLists:
    """Operator overrides as one item with all entries."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(ListsRow, table_name)

    def entries(self) -> tuple[ListEntry, ...]:
        """All entries, expired ones too; none when there is no item. Raises SettingsError."""
        return self._entries(self._row())

    def save(self, entries: tuple[ListEntry, ...], *, before: tuple[ListEntry, ...] | None) -> None:
        """Replaces all entries, validated as on reading.

        Optimistic lock: raises ListsChanged if the stored entries are not `before`. None overwrites
        lists that cannot be read.
        """
        document = lists_document(entries)
        parse_lists(document, "the new lists")
        row = self._row()
        if before is not None and self._entries(row) != before:
            raise ListsChanged(CHANGED)
        condition: Condition = self._rows.pk.does_not_exist()
        if row is not None:
            condition = self._rows.document == row.document
        with translated("write the operator overrides"):
            try:
                self._rows(LISTS_KEY, document=document).save(condition=condition)
            except PynamoDBException as exc:
                if is_condition_failed(exc) and self.entries() != entries:
                    raise ListsChanged(CHANGED) from exc
                if not is_condition_failed(exc):
                    raise

    def _row(self) -> ListsRow | None:
        with translated("read the operator overrides"):
            try:
                return self._rows.get(LISTS_KEY, consistent_read=True)
            except self._rows.DoesNotExist:
                return None

    def _entries(self, row: ListsRow | None) -> tuple[ListEntry, ...]:
        return parse_lists(row.document, "the catalog table") if row is not None else ()
