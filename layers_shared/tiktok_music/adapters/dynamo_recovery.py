"""Finds the versions that are stored completely, and replaces a broken pointer."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.exceptions import PynamoDBException

from tiktok_music.adapters.dynamo_items import (
    UNREADABLE,
    RawItem,
    is_unchanged,
    parsed,
    read_item,
)
from tiktok_music.adapters.dynamo_lock import DynamoLock
from tiktok_music.adapters.dynamo_models import (
    ChunkRow,
    DynamoRows,
    PointerRow,
    is_condition_failed,
    translated,
)
from tiktok_music.adapters.dynamo_publisher import pointer_row
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY, chunk_key, descriptor_from
from tiktok_music.errors import PublishLost, SnapshotCorrupt
from tiktok_music.snapshot import Descriptor, Pointer, describe

_VERSION = re.compile(r"[0-9]{10}-[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """The stored versions: `whole` ones, newest first, and the ids of the others.

    `pointer` is the item as it was read, None if it is lost; `current` the version it names.
    `is_sound` if the whole pointer is readable, with all its versions.
    """

    pointer: RawItem | None
    current: str | None
    is_pinned: bool
    whole: tuple[Descriptor, ...]
    broken: tuple[str, ...]
    is_sound: bool


class DynamoRecovery:
    """Reads versions without the pointer, from LOCK and the list of runs."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._pointers = rows.bind(PointerRow, table_name)
        self._chunks = rows.bind(ChunkRow, table_name)
        self._lock = DynamoLock(rows, table_name)

    def salvage(self, runs: list[dict[str, Any]]) -> Salvage:
        """The stored versions; `runs` are entries of the list of runs."""
        with translated("read the pointer"):
            item = read_item(self._pointers, POINTER_KEY)
        row = parsed(self._pointers, item, lambda row: row) if item else None
        known = dict(_named(row)) if row else {}
        current = row.version if row and row.version in known else None
        times = {run["version"]: run for run in runs if _is_version(run.get("version"))}
        noted = {match["version"] for _, match in self._lock.sweepable()}
        whole = [
            descriptor
            for version in known.keys() | times.keys() | noted
            if (descriptor := self._whole(version, known.get(version), times.get(version)))
        ]
        found = {each.version for each in whole}
        broken = sorted(known.keys() - found)
        return Salvage(
            pointer=item,
            current=current,
            is_pinned=bool(row and row.is_pinned),
            whole=tuple(sorted(whole, key=lambda each: -each.fence)),
            broken=tuple(broken),
            is_sound=row is not None and _is_intact(row) and not broken,
        )

    def replace(self, salvage: Salvage, pointer: Pointer) -> None:
        """Writes the pointer if it is still as it was salvaged; raises PublishLost."""
        condition = is_unchanged(salvage.pointer, "current", "history")
        with translated("write the pointer"):
            try:
                pointer_row(self._pointers, pointer).save(condition=condition)
            except PynamoDBException as exc:
                if not is_condition_failed(exc):
                    raise
                raise PublishLost("the pointer was changed meanwhile: run this again") from exc

    def _whole(
        self, version: str, known: Descriptor | None, run: Mapping[str, Any] | None
    ) -> Descriptor | None:
        """The descriptor of a version whose chunks are all stored; None for any other.

        The version has the beginning of the SHA-256. Without a descriptor the times are those of
        its run; the run's start stands for its publication.
        """
        gzipped = b"".join(self._stored_chunks(version))
        if not hashlib.sha256(gzipped).hexdigest().startswith(version.partition("-")[2]):
            return None
        if known is not None:
            return known
        if run is None:
            return None
        try:
            scheduled_at, started_at = (
                datetime.fromisoformat(run[name]) for name in ("scheduledAt", "startedAt")
            )
            return describe(
                gzipped,
                fence=int(version.partition("-")[0]),
                scheduled_at=scheduled_at,
                published_at=started_at,
                track_count=len(json.loads(gzip.decompress(gzipped))["tracks"]),
            )
        except UNREADABLE:
            return None

    def _stored_chunks(self, version: str) -> Iterator[bytes]:
        index = 0
        while True:
            with translated(f"read {version}"):
                item = read_item(self._chunks, chunk_key(version, index))
            data = parsed(self._chunks, item, lambda row: bytes(row.data)) if item else None
            if data is None:
                return
            yield data
            index += 1


def _named(row: PointerRow) -> Iterator[tuple[str, Descriptor]]:
    """The readable descriptors of a pointer, by version."""
    past = row.history if isinstance(row.history, list) else []
    for stored in (row.current, *past):
        try:
            descriptor = descriptor_from(stored)
        except SnapshotCorrupt:
            continue
        if _is_version(descriptor.version):
            yield descriptor.version, descriptor


def _is_version(text: object) -> bool:
    return isinstance(text, str) and _VERSION.fullmatch(text) is not None


def check_pointer(row: PointerRow) -> None:
    """Raises SnapshotCorrupt or one of UNREADABLE if any part of the pointer is unreadable."""
    current = descriptor_from(row.current)
    for past in list(row.history):
        descriptor_from(past)
    if row.fence != max(current.fence, row.operator_fence or 0) or row.version != current.version:
        raise ValueError("fence or version differ from the descriptor")


def _is_intact(row: PointerRow) -> bool:
    try:
        check_pointer(row)
    except (*UNREADABLE, SnapshotCorrupt):
        return False
    return True
