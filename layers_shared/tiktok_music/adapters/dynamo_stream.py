"""Reads the records of the catalog table's stream: raw images -> changes."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tiktok_music.adapters.dynamo_catalog_rows import RunsRow
from tiktok_music.adapters.dynamo_items import RawItem, key_of, parsed
from tiktok_music.adapters.dynamo_models import DynamoRows, PointerRow
from tiktok_music.adapters.dynamo_runs import RUNS_KEY, is_run_entry, run_entries
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY, pointer_of
from tiktok_music.announce.announce import Change, PointerChange, RunsChange
from tiktok_music.announce.events import DEFAULT_CHART
from tiktok_music.announce.refused_runs import RunEntry
from tiktok_music.errors import SnapshotCorrupt
from tiktok_music.snapshot import Pointer

CHART_PREFIX = f"{POINTER_KEY}#"
_logger = logging.getLogger(__name__)


class DynamoStream:
    """Reads images with the models of a table."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._pointers = rows.bind(PointerRow, table_name)
        self._runs = rows.bind(RunsRow, table_name)

    def changes(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Change]:
        """The changes of pointers and of the list of runs; other records are skipped.

        An unreadable image is logged: a retry would not make it readable.
        """
        for record in records:
            images = record["dynamodb"]
            key, old, new = key_of(images["Keys"]), images.get("OldImage"), images.get("NewImage")
            if key == RUNS_KEY:
                yield RunsChange(old=self._entries(old), new=self._entries(new))
            elif key == POINTER_KEY or key.startswith(CHART_PREFIX):
                yield PointerChange(
                    chart=key.removeprefix(CHART_PREFIX) if key != POINTER_KEY else DEFAULT_CHART,
                    old=self._pointer(old),
                    new=self._pointer(new),
                    is_first=old is None,
                )

    def _pointer(self, image: RawItem | None) -> Pointer | None:
        if image is None:
            return None
        try:
            return parsed(self._pointers, image, pointer_of)
        except SnapshotCorrupt as exc:
            _logger.warning("%s is unreadable and not announced: %s", key_of(image), exc)
            return None

    def _entries(self, image: RawItem | None) -> list[RunEntry]:
        rows = parsed(self._runs, image, run_entries) if image is not None else None
        return [dict(each) for each in rows or () if is_run_entry(each)]
