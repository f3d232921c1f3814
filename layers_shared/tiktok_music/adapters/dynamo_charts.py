"""Reads the charts beside the default one from DynamoDB: the list of them, and their snapshots."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tiktok_music.adapters.dynamo_catalog_rows import ChartsRow
from tiktok_music.adapters.dynamo_items import UNREADABLE, RawItem, parsed, read_item
from tiktok_music.adapters.dynamo_models import DynamoRows, translated
from tiktok_music.adapters.dynamo_snapshots import (
    DynamoSnapshots,
    descriptor_from,
    descriptor_to,
)
from tiktok_music.chart_listing import ChartEntry, ChartListing
from tiktok_music.charts import Coordinates
from tiktok_music.errors import SnapshotCorrupt

CHARTS_KEY = "CHARTS"
_logger = logging.getLogger(__name__)


class DynamoCharts:
    """The reading side, for the list function."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows
        self._table_name = table_name
        self._lists = rows.bind(ChartsRow, table_name)

    def listing(self) -> ChartListing:
        """The stored list, strongly consistent; empty without one, or if it is unreadable."""
        with translated("read the list of charts"):
            item = read_item(self._lists, CHARTS_KEY)
        return self.listing_of(item)

    def listing_of(self, item: RawItem | None) -> ChartListing:
        listing = parsed(self._lists, item, _listing) if item is not None else None
        return listing or ChartListing()

    def snapshots(self, chart_id: str) -> DynamoSnapshots:
        """The snapshots of one chart."""
        return DynamoSnapshots(self._rows, self._table_name, chart_id)


def stored_entries(entries: Sequence[ChartEntry]) -> list[dict[str, Any]]:
    """The stored form of a list."""
    return [_entry_to(entry) for entry in entries]


def revision_of(stored: Sequence[Mapping[str, Any]]) -> str:
    """Identifies the content of a stored list."""
    return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()[:16]


def check_charts(row: ChartsRow) -> None:
    """Raises SnapshotCorrupt or one of UNREADABLE if any entry is unreadable."""
    for stored in list(row.charts):
        _entry_from(stored)


def _listing(row: ChartsRow) -> ChartListing:
    """The readable entries: one of a newer release, or a broken one, costs itself alone."""
    entries = []
    for stored in row.charts if isinstance(row.charts, list) else ():
        try:
            entries.append(_entry_from(stored))
        except (*UNREADABLE, SnapshotCorrupt) as exc:
            _logger.warning("a chart of the list is unreadable: %r", exc)
    return ChartListing(entries=tuple(entries), revision=row.revision)


def _entry_to(entry: ChartEntry) -> dict[str, Any]:
    place = entry.coordinates
    return {
        "id": entry.chart_id,
        "source": place.source,
        "country": place.country,
        "genre": place.genre,
        "period": place.period,
        "kind": place.kind,
        "current": descriptor_to(entry.current) if entry.current else None,
        "before": descriptor_to(entry.before) if entry.before else None,
        "failingSince": entry.failing_since.isoformat() if entry.failing_since else None,
        "problem": entry.problem,
    }


def _entry_from(stored: Mapping[str, Any]) -> ChartEntry:
    period, since = stored["period"], stored.get("failingSince")
    current, before = stored["current"], stored.get("before")
    return ChartEntry(
        coordinates=Coordinates(
            source=str(stored["source"]),
            country=str(stored["country"]),
            genre=str(stored["genre"]),
            period=None if period is None else int(period),
            kind=str(stored["kind"]),
        ),
        current=descriptor_from(current) if current else None,
        before=descriptor_from(before) if before else None,
        failing_since=datetime.fromisoformat(since) if since else None,
        problem=stored.get("problem"),
    )
