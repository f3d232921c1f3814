"""Reads snapshots from DynamoDB: the pointer, then its chunks."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tiktok_music.adapters.dynamo_models import ChunkRow, DynamoRows, PointerRow, translated
from tiktok_music.errors import SnapshotCorrupt, SnapshotMissing
from tiktok_music.snapshot import ChartFigures, Descriptor, Pointer, Snapshot, join

POINTER_KEY = "PTR"
_logger = logging.getLogger(__name__)


def pointer_key(chart: str | None = None) -> str:
    """The partition key of a chart's pointer; None is the default chart."""
    return f"{POINTER_KEY}#{chart}" if chart else POINTER_KEY


def chunk_key(version: str, index: int, chart: str | None = None) -> str:
    """The partition key of a chunk. It has the index, so that many cold readers spread."""
    return f"SNAP#{chart}#{version}#{index}" if chart else f"SNAP#{version}#{index}"


class DynamoSnapshots:
    """The reading side of a chart's snapshots, for the list function and the read-back of a
    refresh."""

    def __init__(self, rows: DynamoRows, table_name: str, chart: str | None = None) -> None:
        """`chart` is the id of a chart, None for the default one."""
        self._chart = chart
        self._pointers = rows.bind(PointerRow, table_name)
        self._chunks = rows.bind(ChunkRow, table_name)

    def pointer(self, *, consistent: bool = False) -> Pointer:
        """The current pointer; raises SnapshotMissing before the first publish."""
        with _readable("the pointer"), translated("read the pointer"):
            try:
                row = self._pointers.get(pointer_key(self._chart), consistent_read=consistent)
            except self._pointers.DoesNotExist as exc:
                raise SnapshotMissing("no snapshot has been published") from exc
            return pointer_of(row)

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        """The snapshot, verified; raises SnapshotCorrupt if it is incomplete."""
        keys = [self._key(descriptor.version, i) for i in range(descriptor.chunk_count)]
        return join(descriptor, [self._chunk(key, consistent) for key in keys])

    def stored_body(self, version: str, chunk_count: int) -> bytes | None:
        """The gzipped body of a version without its descriptor; None if it is incomplete.

        The version ends with the beginning of the SHA-256.
        """
        try:
            chunks = [self._chunk(self._key(version, i), True) for i in range(chunk_count)]
        except SnapshotCorrupt:
            return None
        gzipped = b"".join(chunks)
        is_whole = hashlib.sha256(gzipped).hexdigest().startswith(version.partition("-")[2])
        return gzipped if is_whole else None

    def _key(self, version: str, index: int) -> str:
        return chunk_key(version, index, self._chart)

    def _chunk(self, key: str, consistent: bool) -> bytes:
        with _readable(key), translated(f"read {key}"):
            try:
                row = self._chunks.get(key, consistent_read=consistent)
            except self._chunks.DoesNotExist as exc:
                raise SnapshotCorrupt(f"{key} is missing") from exc
            return bytes(row.data)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Turns the errors of PynamoDB and JSON on a malformed row into SnapshotCorrupt."""
    try:
        yield
    except (TypeError, ValueError) as exc:
        raise SnapshotCorrupt(f"{name} cannot be read: {exc!r}") from exc


def pointer_of(row: PointerRow) -> Pointer:
    """The pointer of an item; raises SnapshotCorrupt if its current version is unreadable."""
    return Pointer(
        descriptor_from(row.current),
        readable_descriptors(row.history),
        operator_fence=int(row.operator_fence or 0),
        is_pinned=bool(row.is_pinned),
        cursor_secret=row.cursor_secret or "",
    )


def descriptor_to(descriptor: Descriptor) -> dict[str, Any]:
    """The stored form."""
    return {
        "version": descriptor.version,
        "fence": descriptor.fence,
        "scheduledAt": descriptor.scheduled_at.isoformat(),
        "publishedAt": descriptor.published_at.isoformat(),
        "chunkCount": descriptor.chunk_count,
        "byteLength": descriptor.byte_length,
        "sha256": descriptor.sha256,
        "trackCount": descriptor.track_count,
        "rows": descriptor.chart.rows,
        "invalidRows": descriptor.chart.invalid_rows,
        "unaddressedRows": descriptor.chart.unaddressed_rows,
        "isForced": descriptor.is_forced,
        "isWithdrawn": descriptor.is_withdrawn,
    }


def descriptor_from(stored: Any) -> Descriptor:
    """Reads the stored form; raises SnapshotCorrupt if a field is missing or has another type."""
    try:
        return Descriptor(
            version=str(stored["version"]),
            fence=int(stored["fence"]),
            scheduled_at=_utc(stored["scheduledAt"]),
            published_at=_utc(stored["publishedAt"]),
            chunk_count=int(stored["chunkCount"]),
            byte_length=int(stored["byteLength"]),
            sha256=str(stored["sha256"]),
            track_count=int(stored["trackCount"]),
            chart=ChartFigures(
                rows=int(stored.get("rows", 0)),
                invalid_rows=int(stored.get("invalidRows", 0)),
                unaddressed_rows=int(stored.get("unaddressedRows", 0)),
            ),
            is_forced=bool(stored.get("isForced", False)),
            is_withdrawn=bool(stored.get("isWithdrawn", False)),
        )
    except (ArithmeticError, KeyError, TypeError, ValueError) as exc:
        raise SnapshotCorrupt(f"a stored descriptor cannot be read: {exc!r}") from exc


def readable_descriptors(stored: Any) -> tuple[Descriptor, ...]:
    """The readable ones of a history: the current version does not depend on the others."""
    found = []
    for each in stored if isinstance(stored, list) else ():
        try:
            found.append(descriptor_from(each))
        except SnapshotCorrupt as exc:
            _logger.warning("a version in the history is set aside: %s", exc)
    return tuple(found)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
