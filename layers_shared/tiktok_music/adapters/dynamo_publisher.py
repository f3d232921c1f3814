"""Writes snapshots to DynamoDB: the lease, the chunks, and the conditional pointer write."""

from datetime import datetime, timedelta

from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from tiktok_music.adapters.dynamo_models import (
    ChunkRow,
    DynamoRows,
    LeaseRow,
    PointerRow,
    is_condition_failed,
    translated,
)
from tiktok_music.adapters.dynamo_snapshots import (
    POINTER_KEY,
    DynamoSnapshots,
    chunk_key,
    descriptor_to,
)
from tiktok_music.errors import LeaseHeld, PublishLost, SnapshotMissing, StoreUnavailable
from tiktok_music.refresh.ports import LEASE_SECONDS
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot, cut

LEASE_KEY = "LOCK"


class DynamoPublisher:
    """The writing side of the snapshots; every call is idempotent."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._snapshots = DynamoSnapshots(rows, table_name)
        self._pointers = rows.bind(PointerRow, table_name)
        self._chunks = rows.bind(ChunkRow, table_name)
        self._leases = rows.bind(LeaseRow, table_name)

    def acquire_lease(self, holder: str, now: datetime, seconds: float) -> int:
        """Takes the lease and returns a new, higher fencing token; raises LeaseHeld.

        The lease only avoids duplicate work; the fence in `flip` keeps a stale writer out. A lease
        that ends later than any valid one comes from a skewed clock and is ignored.
        """
        lease = self._leases(LEASE_KEY)
        free = (
            self._leases.holder.does_not_exist()
            | (self._leases.holder == holder)
            | (self._leases.lease_until < now.timestamp())
            | (self._leases.lease_until > now.timestamp() + 2 * LEASE_SECONDS)
        )
        until = (now + timedelta(seconds=seconds)).timestamp()
        actions: list[Action] = [
            self._leases.fence.add(1),
            self._leases.holder.set(holder),
            self._leases.lease_until.set(until),
        ]
        with translated("take the refresh lease"):
            try:
                lease.update(actions, condition=free)
            except PynamoDBException as exc:
                if is_condition_failed(exc):
                    raise LeaseHeld("another refresh is running") from exc
                raise
        return int(lease.fence)

    def release_lease(self, holder: str) -> None:
        """Releases the lease; no error if another holder has it."""
        lease = self._leases(LEASE_KEY)
        with translated("release the refresh lease"):
            try:
                lease.update(
                    [self._leases.holder.remove(), self._leases.lease_until.remove()],
                    condition=self._leases.holder == holder,
                )
            except PynamoDBException as exc:
                if not is_condition_failed(exc):
                    raise

    def is_leased(self, now: datetime) -> bool:
        """True if the lease of a refresh has not expired."""
        with translated("read the refresh lease"):
            try:
                row = self._leases.get(LEASE_KEY, consistent_read=True)
            except self._leases.DoesNotExist:
                return False
        return row.holder is not None and (row.lease_until or 0) >= now.timestamp()

    def current(self) -> Pointer | None:
        """The current pointer (strongly consistent), None before the first publish."""
        try:
            return self._snapshots.pointer(consistent=True)
        except SnapshotMissing:
            return None

    def load(self, descriptor: Descriptor) -> Snapshot:
        """A stored snapshot (strongly consistent), verified; raises SnapshotCorrupt."""
        return self._snapshots.load(descriptor, consistent=True)

    def next_fence(self) -> int:
        """A fencing token above all earlier ones: a running refresh loses against it."""
        lease = self._leases(LEASE_KEY)
        with translated("take a fencing token"):
            lease.update([self._leases.fence.add(1)])
        return int(lease.fence)

    def write_chunks(self, snapshot: Snapshot) -> None:
        """Stores the chunks of a snapshot, which are not served before the flip.

        The version is recorded as sweepable first, so that chunks of a run that stops are deleted.
        """
        self._add_sweepable(snapshot.descriptor)
        for index, data in enumerate(cut(snapshot.gzipped)):
            key = chunk_key(snapshot.descriptor.version, index)
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

    def sweep(self) -> int:
        """Deletes the chunks of expired versions; returns their number.

        A version expires if the pointer does not name it and its fence is below the pointer's: a
        refresh that is still writing has a higher one and may yet flip to its version. A paused and
        overtaken refresh may resume and write again, so its entry stays sweepable until two later
        publications. Named versions stay sweepable too: one that is dropped right after the pointer
        was read would otherwise never be deleted.
        """
        pointer, sweepable = self.current(), self._sweepable()
        if pointer is None or not sweepable:
            return 0
        descriptors = (pointer.current, *pointer.history)
        named = {descriptor.version for descriptor in descriptors}
        publishes = sorted(descriptor.fence for descriptor in descriptors)
        swept = 0
        for entry in sorted(sweepable):
            version, _, count = entry.partition("*")
            fence = int(version.partition("-")[0])
            if version not in named and fence < pointer.fence:
                for index in range(int(count)):
                    self._delete_chunk(chunk_key(version, index))
                if fence < min(publishes[-2:]):
                    self._remove_sweepable(entry)
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
        row = self._pointers(
            POINTER_KEY,
            version=pointer.current.version,
            fence=pointer.fence,
            current=descriptor_to(pointer.current),
            history=[descriptor_to(past) for past in pointer.history],
            operator_fence=pointer.operator_fence or None,
            is_pinned=pointer.is_pinned or None,
        )
        try:
            row.save(condition=condition)
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

    def _add_sweepable(self, descriptor: Descriptor) -> None:
        entry = f"{descriptor.version}*{descriptor.chunk_count}"
        with translated("add a sweepable version"):
            self._leases(LEASE_KEY).update([self._leases.sweepable.add({entry})])

    def _remove_sweepable(self, entry: str) -> None:
        with translated("remove a sweepable version"):
            self._leases(LEASE_KEY).update([self._leases.sweepable.delete({entry})])

    def _sweepable(self) -> set[str]:
        with translated("read the sweepable versions"):
            try:
                row = self._leases.get(LEASE_KEY, consistent_read=True)
            except self._leases.DoesNotExist:
                return set()
        return set(row.sweepable or ())

    def _delete_chunk(self, key: str) -> None:
        with translated(f"delete {key}"):
            self._chunks(key).delete()
