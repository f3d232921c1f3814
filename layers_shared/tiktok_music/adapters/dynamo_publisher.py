"""Writes snapshots to DynamoDB: the lease, the chunks, and the one conditional flip."""

from datetime import datetime, timedelta

from pynamodb.exceptions import PynamoDBException
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

        The lease saves double work; what keeps a late writer out is the fence in `flip`.
        """
        lease = self._leases(LEASE_KEY)
        free = (
            self._leases.holder.does_not_exist()
            | (self._leases.holder == holder)
            | (self._leases.lease_until < now.timestamp())
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

    def current(self) -> Pointer | None:
        """The pointer as it stands (strongly consistent), None before the first publish."""
        try:
            return self._snapshots.pointer(consistent=True)
        except SnapshotMissing:
            return None

    def load(self, descriptor: Descriptor) -> Snapshot:
        """A stored snapshot, strongly consistent, verified as every reader does it."""
        return self._snapshots.load(descriptor, consistent=True)

    def write_chunks(self, snapshot: Snapshot) -> None:
        """Stores the pieces of a snapshot; nobody sees them before the flip."""
        for index, data in enumerate(cut(snapshot.gzipped)):
            key = chunk_key(snapshot.descriptor.version, index)
            with translated(f"write {key}"):
                self._chunks(key, data=data).save()

    def flip(self, pointer: Pointer) -> None:
        """Makes `pointer.current` current, in one conditional write.

        Raises PublishLost when a pointer with the same or a higher fence is there. An answer that
        leaves it open is settled by a strongly consistent read: a flip that landed is a success,
        also when a retry of it was refused by its own condition.
        """
        descriptor = pointer.current
        row = self._pointers(
            POINTER_KEY,
            version=descriptor.version,
            fence=descriptor.fence,
            current=descriptor_to(descriptor),
            history=[descriptor_to(past) for past in pointer.history],
        )
        newer = self._pointers.pk.does_not_exist() | (self._pointers.fence < descriptor.fence)
        try:
            row.save(condition=newer)
        except PynamoDBException as exc:
            self._settle(descriptor, exc)

    def _settle(self, descriptor: Descriptor, exc: PynamoDBException) -> None:
        current = self.current()
        if current is not None and current.current.version == descriptor.version:
            return
        if is_condition_failed(exc):
            raise PublishLost(f"{descriptor.version} is older than what is current") from exc
        raise StoreUnavailable(f"the flip to {descriptor.version} did not land") from exc
