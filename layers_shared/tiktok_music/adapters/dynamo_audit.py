"""Finds unreadable items in the tables, for the operator."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tiktok_music.adapters.dynamo_catalog_rows import (
    ChartsRow,
    LedgerRow,
    RunRow,
    RunsRow,
    SongRow,
    TrackRow,
)
from tiktok_music.adapters.dynamo_charts import CHARTS_KEY, check_charts
from tiktok_music.adapters.dynamo_items import UNREADABLE, RawItem, key_of, scan_items
from tiktok_music.adapters.dynamo_keys import api_key
from tiktok_music.adapters.dynamo_ledger import ledger_entry
from tiktok_music.adapters.dynamo_models import DynamoRows, KeyRow, PointerRow, StoredRow
from tiktok_music.adapters.dynamo_recovery import check_pointer
from tiktok_music.adapters.dynamo_runs import RUNS_KEY, is_run_entry, run_entries, run_report
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY
from tiktok_music.adapters.dynamo_tracks import song_track, track_record
from tiktok_music.errors import SnapshotCorrupt


def unreadable_items(rows: DynamoRows, table_name: str) -> Iterator[str]:
    """The keys of unreadable items, and of those that were set aside. Scans the whole table."""
    checks = {kind: (rows.bind(row, table_name), check) for kind, (row, check) in CHECKS.items()}
    for item in scan_items(rows.bind(StoredRow, table_name)):
        key = key_of(item)
        bound = checks.get(_kind(key))
        if key.startswith("ASIDE#") or (bound and not _is_readable(item, *bound)):
            yield key


def _kind(key: str) -> str:
    """The part of a key before its id; the chunks of recordings are bytes, and no report."""
    return "INPUT" if "#INPUT#" in key else key.partition("#")[0]


def _is_readable(item: RawItem, row: type[Any], check: Callable[[Any], object]) -> bool:
    try:
        check(row.from_raw_data(dict(item)))
    except (*UNREADABLE, SnapshotCorrupt):
        return False
    return True


def _check_runs(row: RunsRow) -> None:
    broken = [each for each in run_entries(row) if not is_run_entry(each)]
    if broken:
        raise ValueError(json.dumps(broken))


# Kind of key -> the row and its check, which raises on an unreadable item.
CHECKS: dict[str, tuple[type[Any], Callable[[Any], object]]] = {
    "TRACK": (TrackRow, track_record),
    "CML": (SongRow, song_track),
    "MEDIA": (LedgerRow, ledger_entry),
    "RUN": (RunRow, run_report),
    RUNS_KEY: (RunsRow, _check_runs),
    CHARTS_KEY: (ChartsRow, check_charts),
    POINTER_KEY: (PointerRow, check_pointer),
    "KEY": (KeyRow, api_key),
}
