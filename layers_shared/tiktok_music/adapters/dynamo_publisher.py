"""Writes snapshots to DynamoDB: the lease, the chunks, and the one conditional flip."""

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
    """The writing side of the snapshots; every call may be repeated."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._snapshots = DynamoSnapshots(rows, table_name)
        self._pointers = rows.bind(PointerRow, table_name)
        self._chunks = rows.bind(ChunkRow, table_name)
        self._leases = rows.bind(LeaseRow, table_name)

    def acquire_lease(self, holder: str, now: datetime, seconds: float) -> int:
        """A new, higher fencing token; raises LeaseHeld while another holder's lease runs.

        The lease saves double work; what keeps a late writer out is the fence in `flip`. One that
        would run for longer than any is the work of a clock that is wrong, and binds nobody.
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
                    raise LeaseHeld("another refresh is under way") from exc
                raise
        return int(lease.fence)

    def release_lease(self, holder: str) -> None:
        """Gives the lease back; that it is no longer ours is no error."""
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
        """Whether a refresh is under way, as far as its lease tells."""
        with translated("read the refresh lease"):
            try:
                row = self._leases.get(LEASE_KEY, consistent_read=True)
            except self._leases.DoesNotExist:
                return False
        return row.holder is not None and (row.lease_until or 0) >= now.timestamp()

    def current(self) -> Pointer | None:
        """The pointer as it stands (strongly consistent), None before the first publish."""
        try:
            return self._snapshots.pointer(consistent=True)
        except SnapshotMissing:
            return None

    def load(self, descriptor: Descriptor) -> Snapshot:
        """A stored snapshot, strongly consistent, verified as every reader does it."""
        return self._snapshots.load(descriptor, consistent=True)

    def next_fence(self) -> int:
        """A fencing token above every one that was given out: a refresh under way loses to it."""
        lease = self._leases(LEASE_KEY)
        with translated("take a fencing token"):
            lease.update([self._leases.fence.add(1)])
        return int(lease.fence)

    def write_chunks(self, snapshot: Snapshot) -> None:
        """Stores the pieces of a snapshot; nobody sees them before the flip.

        That they are begun is noted first, so that whatever becomes of them is swept in its time.
        """
        self._note_sweepable(snapshot.descriptor)
        for index, data in enumerate(cut(snapshot.gzipped)):
            key = chunk_key(snapshot.descriptor.version, index)
            with translated(f"write {key}"):
                self._chunks(key, data=data).save()

    def flip(self, pointer: Pointer, before: Pointer | None) -> None:
        """Makes `pointer` the current one, for a refresh, in one conditional write.

        Raises PublishLost when what is there is not `before` any more, has the same or a higher
        fence, or is pinned by the operator. An answer that leaves it open is settled by a strongly
        consistent read: a flip that landed is a success, also when a retry of it was refused by
        its own condition.
        """
        is_free = self._pointers.is_pinned.does_not_exist() | (self._pointers.is_pinned == False)  # noqa: E712 - a condition expression
        self._write(pointer, before, is_free)

    def point(self, pointer: Pointer, before: Pointer) -> None:
        """As `flip`, for an operator: a pin does not stand in the way."""
        self._write(pointer, before)

    def sweep(self) -> int:
        """Deletes the chunks of versions that nobody can want any more; returns how many.

        Only versions that the pointer does not keep and whose fence is below the pointer's: a
        refresh that is still writing has a higher one, and may yet flip to its version. One that
        was paused and overtaken may wake and write again: what it began stays noted until two
        publishes have passed it. A version that is kept stays noted for as long: one that is
        let go right after the pointer was read would else be nobody's.
        """
        pointer, noted = self.current(), self._sweepable()
        if pointer is None or not noted:
            return 0
        descriptors = (pointer.current, *pointer.history)
        kept = {descriptor.version for descriptor in descriptors}
        publishes = sorted(descriptor.fence for descriptor in descriptors)
        swept = 0
        for note in sorted(noted):
            version, _, count = note.partition("*")
            fence = int(version.partition("-")[0])
            if version not in kept and fence < pointer.fence:
                for index in range(int(count)):
                    self._delete_chunk(chunk_key(version, index))
                if fence < min(publishes[-2:]):
                    self._forget_sweepable(note)
                swept += int(count)
        return swept

    def _write(
        self, pointer: Pointer, before: Pointer | None, is_free: Condition | None = None
    ) -> None:
        """Whoever did not see the last move of the pointer would undo it unawares."""
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
        current = self.current()
        if current == pointer:
            return
        version = pointer.current.version
        if is_condition_failed(exc):
            held = " (it is pinned)" if current and current.is_pinned else ""
            raise PublishLost(f"{version} does not replace what is current{held}") from exc
        raise StoreUnavailable(f"the flip to {version} did not land") from exc

    def _note_sweepable(self, descriptor: Descriptor) -> None:
        note = f"{descriptor.version}*{descriptor.chunk_count}"
        with translated("note what to sweep"):
            self._leases(LEASE_KEY).update([self._leases.sweepable.add({note})])

    def _forget_sweepable(self, note: str) -> None:
        with translated("forget what was swept"):
            self._leases(LEASE_KEY).update([self._leases.sweepable.delete({note})])

    def _sweepable(self) -> set[str]:
        with translated("read what to sweep"):
            try:
                row = self._leases.get(LEASE_KEY, consistent_read=True)
            except self._leases.DoesNotExist:
                return set()
        return set(row.sweepable or ())

    def _delete_chunk(self, key: str) -> None:
        with translated(f"delete {key}"):
            self._chunks(key).delete()
