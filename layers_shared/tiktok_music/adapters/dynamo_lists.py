"""The operator's lists in DynamoDB, so that they change without a deploy."""

from tiktok_music.adapters.dynamo_models import DynamoRows, ListsRow, translated
from tiktok_music.adapters.operator_list_rows import lists_document, parse_lists
from tiktok_music.refresh.operator_lists import ListEntry

LISTS_KEY = "LISTS"


class DynamoOperatorLists:
    """One item with all entries."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(ListsRow, table_name)

    def entries(self) -> tuple[ListEntry, ...]:
        """All entries, expired ones too; none when there is no item. Raises SettingsError."""
        with translated("read the operator's lists"):
            try:
                row = self._rows.get(LISTS_KEY, consistent_read=True)
            except self._rows.DoesNotExist:
                return ()
        return parse_lists(row.document, "the catalog table")

    def keep(self, entries: tuple[ListEntry, ...]) -> None:
        """Replaces all entries; they are checked as they will be when they are read."""
        document = lists_document(entries)
        parse_lists(document, "the new lists")
        with translated("write the operator's lists"):
            self._rows(LISTS_KEY, document=document).save()
