"""Operator overrides in DynamoDB, so that they change without a deploy."""

from pynamodb.exceptions import PynamoDBException

from tiktok_music.adapters.dynamo_items import RawItem, is_unchanged, read_item
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
        return self._entries(self._item())

    def save(self, entries: tuple[ListEntry, ...], *, before: tuple[ListEntry, ...] | None) -> None:
        """Replaces all entries, validated as on reading.

        Optimistic lock: raises ListsChanged if the stored entries are not `before`. None overwrites
        lists that cannot be read.
        """
        document = lists_document(entries)
        parse_lists(document, "the new lists")
        item = self._item()
        if before is not None and self._entries(item) != before:
            raise ListsChanged(CHANGED)
        with translated("write the operator overrides"):
            try:
                self._rows(LISTS_KEY, document=document).save(
                    condition=is_unchanged(item, "document")
                )
            except PynamoDBException as exc:
                if is_condition_failed(exc) and self.entries() != entries:
                    raise ListsChanged(CHANGED) from exc
                if not is_condition_failed(exc):
                    raise

    def _item(self) -> RawItem | None:
        with translated("read the operator overrides"):
            return read_item(self._rows, LISTS_KEY)

    def _entries(self, item: RawItem | None) -> tuple[ListEntry, ...]:
        """Fails on an unreadable item too: a refresh must not publish what it may deny."""
        if item is None:
            return ()
        return parse_lists(item.get("document", {}).get("S", ""), "the catalog table")
