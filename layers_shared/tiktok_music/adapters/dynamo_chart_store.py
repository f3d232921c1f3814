"""Writes the charts beside the default one to DynamoDB: the list of them, and their snapshots."""

from collections.abc import Sequence

from pynamodb.exceptions import PynamoDBException

from tiktok_music.adapters.dynamo_catalog_rows import ChartsRow
from tiktok_music.adapters.dynamo_charts import (
    CHARTS_KEY,
    DynamoCharts,
    revision_of,
    stored_entries,
)
from tiktok_music.adapters.dynamo_items import RawItem, is_unchanged, read_item
from tiktok_music.adapters.dynamo_models import DynamoRows, is_condition_failed, translated
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.chart_listing import ChartEntry, ChartListing
from tiktok_music.errors import PublishLost


class DynamoChartStore:
    """The writing side, for the refresh and the operator."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows
        self._table_name = table_name
        self._lists = rows.bind(ChartsRow, table_name)
        self._reader = DynamoCharts(rows, table_name)
        self._publishers: dict[str, DynamoPublisher] = {}

    def publisher(self, chart_id: str) -> DynamoPublisher:
        """The snapshots of one chart, whether it was ever published or not."""
        if chart_id not in self._publishers:
            self._publishers[chart_id] = DynamoPublisher(self._rows, self._table_name, chart_id)
        return self._publishers[chart_id]

    def listing(self) -> ChartListing:
        """The stored list, strongly consistent; empty without one, or if it is unreadable."""
        return self._reader.listing()

    def save_listing(self, entries: Sequence[ChartEntry], before: ChartListing) -> None:
        """Replaces the list `before`; raises PublishLost if it was changed since.

        After an ambiguous error the stored list decides, as a retry fails on its own first attempt.
        """
        stored = stored_entries(entries)
        row = self._lists(CHARTS_KEY, charts=stored, revision=revision_of(stored))
        item = self._item()
        if self._reader.listing_of(item).revision != before.revision:
            raise PublishLost("the list of charts was changed meanwhile")
        with translated("write the list of charts"):
            try:
                row.save(condition=is_unchanged(item, "revision"))
            except PynamoDBException as exc:
                if not is_condition_failed(exc):
                    raise
                if self.listing().revision != row.revision:
                    raise PublishLost("the list of charts was changed meanwhile") from exc

    def _item(self) -> RawItem | None:
        with translated("read the list of charts"):
            return read_item(self._lists, CHARTS_KEY)
