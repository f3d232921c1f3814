"""Writes snapshots to DynamoDB: the lease, the chunks, and the conditional pointer write."""

import secrets
from collections.abc import Iterator
from datetime import datetime

from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition

from tiktok_music.adapters.dynamo_lock import DynamoLock
from tiktok_music.adapters.dynamo_models import (
    ChunkRow,
    DynamoRows,
    PointerRow,
    is_condition_failed,
    translated,
)
from tiktok_music.adapters.dynamo_snapshots import (
    DynamoSnapshots,
    chunk_key,
    descriptor_to,
    pointer_key,
)
from tiktok_music.errors import PublishLost, SnapshotMissing, StoreUnavailable
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot, cut


class DynamoPublisher:
    """The writing side of a chart's snapshots; every call is idempotent."""

    def __init__(self, rows: DynamoRows, table_name: str, chart: str | None = None) -> None:
        """`chart` is the id of a chart, None for the default one."""
        self._chart = chart
        self._snapshots = DynamoSnapshots(rows, table_name, chart)
        self._pointers = rows.bind(PointerRow, table_name)
        self._chunks = rows.bind(ChunkRow, table_name)
        self._lock = DynamoLock(rows, table_name, chart)

    def acquire_lease(self, holder: str, now: datetime, seconds: float) -> int:
        """Takes the lease and returns a new, higher fencing token; raises LeaseHeld."""
        return self._lock.acquire_lease(holder, now, seconds)

    def release_lease(self, holder: str) -> None:
        """Releases the lease; no error if another holder has it."""
        self._lock.release_lease(holder)

    def is_leased(self, now: datetime) -> bool:
        """True if the lease of a refresh has not expired."""
        return self._lock.is_leased(now)

    def next_fence(self) -> int:
        """A fencing token above all earlier ones: a running refresh loses against it."""
        return self._lock.next_fence()

    def current(self) -> Pointer | None:
        """The current pointer (strongly consistent), None before the first publish."""
        try:
            return self._snapshots.pointer(consistent=True)
        except SnapshotMissing:
            return None

    def load(self, descriptor: Descriptor) -> Snapshot:
        """A stored snapshot (strongly consistent), verified; raises SnapshotCorrupt."""
        return self._snapshots.load(descriptor, consistent=True)

    def write_chunks(self, snapshot: Snapshot) -> None:
        """Stores the chunks of a snapshot, which are not served before the flip.

        The version is recorded as sweepable first, so that chunks of a run that stops are deleted.
        """
        self._lock.add_sweepable(snapshot.descriptor)
        for index, data in enumerate(cut(snapshot.gzipped)):
            key = chunk_key(snapshot.descriptor.version, index, self._chart)
            with translated(f"write {key}"):
                self._chunks(key, data=data).save()

    def flip(self, pointer: Pointer, before: Pointer | None) -> None:
        """Replaces the pointer `before`, for a refresh, in one conditional write.

        Raises PublishLost if the current pointer is not `before`, has the same or a higher fence,
        or is pinned by the operator. After an ambiguous error a strongly consistent read decides:
        a write that took effect is a success, even if its retry failed on the condition.
        """
        is_free = self._pointers.is_pinned.does_not_exist() | (self._pointers.is_pinned == False)  # noqa: E712 - a condition expression
        self._write(pointer, before, is_free)

    def point(self, pointer: Pointer, before: Pointer) -> None:
        """Like `flip`, for an operator: ignores a pin."""
        self._write(pointer, before)

    def unpublished(self, pointer: Pointer | None) -> Iterator[bytes]:
        """The gzipped bodies of complete versions that the pointer does not name.

        Their runs ended before the flip, or have not come to it.
        """
        descriptors = (pointer.current, *pointer.history) if pointer else ()
        named = {descriptor.version for descriptor in descriptors}
        for _, match in self._lock.sweepable():
            version = match["version"]
            if version in named:
                continue
            gzipped = self._snapshots.stored_body(version, int(match["count"]))
            if gzipped is not None:
                yield gzipped

    def sweep(self) -> int:
        """Deletes the chunks of expired versions; returns their number.

        A version expires if the pointer does not name it and its fence is below the pointer's: a
        refresh that is still writing has a higher one and may yet flip to its version. A paused and
        overtaken refresh may resume and write again, so its entry stays sweepable until two later
        publications. Named versions stay sweepable too: one that is dropped right after the pointer
        was read would otherwise never be deleted.
        """
        pointer = self.current()
        if pointer is None:
            return 0
        descriptors = (pointer.current, *pointer.history)
        named = {descriptor.version for descriptor in descriptors}
        publishes = sorted(descriptor.fence for descriptor in descriptors)
        swept = 0
        for entry, match in self._lock.sweepable():
            version, fence, count = match["version"], int(match["fence"]), match["count"]
            if version not in named and fence < pointer.fence:
                for index in range(int(count)):
                    self._delete_chunk(chunk_key(version, index, self._chart))
                if fence < min(publishes[-2:]):
                    self._lock.remove_sweepable(entry)
                swept += int(count)
        return swept

    def _write(
        self, pointer: Pointer, before: Pointer | None, is_free: Condition | None = None
    ) -> None:
        """Optimistic lock: fails if the pointer changed since `before` was read."""
        condition: Condition = self._pointers.pk.does_not_exist()
        if before is not None:
            condition = (self._pointers.fence == before.fence) & (
                self._pointers.fence < pointer.fence
            )
        if before is not None and is_free is not None:
            condition &= is_free
        try:
            pointer_row(self._pointers, pointer, self._chart).save(condition=condition)
        except PynamoDBException as exc:
            self._settle(pointer, exc)

    def _settle(self, pointer: Pointer, exc: PynamoDBException) -> None:
        """Reads the pointer after a failed write: it may have taken effect before the error."""
        current = self.current()
        if current == pointer:
            return
        version = pointer.current.version
        if is_condition_failed(exc):
            pinned = " (it is pinned)" if current and current.is_pinned else ""
            raise PublishLost(f"{version} does not replace the current snapshot{pinned}") from exc
        raise StoreUnavailable(f"could not publish {version}") from exc

    def _delete_chunk(self, key: str) -> None:
        with translated(f"delete {key}"):
            self._chunks(key).delete()


def pointer_row(rows: type[PointerRow], pointer: Pointer, chart: str | None = None) -> PointerRow:
    """The item of a chart's pointer; a pointer without a secret gets one."""
    return rows(
        pointer_key(chart),
        version=pointer.current.version,
        fence=pointer.fence,
        current=descriptor_to(pointer.current),
        history=[descriptor_to(past) for past in pointer.history],
        operator_fence=pointer.operator_fence or None,
        is_pinned=pointer.is_pinned or None,
        cursor_secret=pointer.cursor_secret or secrets.token_hex(16),
    )
