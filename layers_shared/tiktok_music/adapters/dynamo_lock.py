"""`LOCK` in DynamoDB: the lease of a refresh, the fencing token, and versions to sweep.

All charts share the lease and the token. The versions of a chart beside the default one are in an
item of its own, `LOCK#<chart>`.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from tiktok_music.adapters.dynamo_catalog_rows import LeaseRow
from tiktok_music.adapters.dynamo_items import RawItem, is_typed, number_in, parsed, read_item
from tiktok_music.adapters.dynamo_models import (
    FORMAT,
    DynamoRows,
    PointerRow,
    code_of,
    is_condition_failed,
    translated,
)
from tiktok_music.adapters.dynamo_snapshots import pointer_key, readable_descriptors
from tiktok_music.errors import LeaseHeld
from tiktok_music.refresh.ports import LEASE_SECONDS
from tiktok_music.snapshot import Descriptor

LEASE_KEY = "LOCK"
# A version and its number of chunks; no snapshot has more than four digits of them.
_SWEEPABLE = re.compile(r"(?P<version>(?P<fence>[0-9]{10})-[0-9a-f]{16})\*(?P<count>[0-9]{1,4})")


class DynamoLock:
    """The item `LOCK`. It may be lost, restored from an older state, or unreadable in part."""

    def __init__(self, rows: DynamoRows, table_name: str, chart: str | None = None) -> None:
        """`chart` is the id of a chart, None for the default one."""
        self._versions_key = f"{LEASE_KEY}#{chart}" if chart else LEASE_KEY
        self._pointer_key = pointer_key(chart)
        self._leases = rows.bind(LeaseRow, table_name)
        self._pointers = rows.bind(PointerRow, table_name)

    def acquire_lease(self, holder: str, now: datetime, seconds: float) -> int:
        """Takes the lease and returns a new, higher fencing token; raises LeaseHeld.

        The lease only avoids duplicate work; the fence in `flip` keeps a stale writer out. A lease
        that ends later than any valid one comes from a skewed clock and is ignored.
        """
        free = (
            self._leases.holder.does_not_exist()
            | (self._leases.holder == holder)
            | ~is_typed(self._leases.lease_until)
            | (self._leases.lease_until < now.timestamp())
            | (self._leases.lease_until > now.timestamp() + 2 * LEASE_SECONDS)
        )
        until = (now + timedelta(seconds=seconds)).timestamp()
        actions = (self._leases.holder.set(holder), self._leases.lease_until.set(until))
        with translated("take the refresh lease"):
            try:
                return self._take_fence(*actions, condition=free)
            except PynamoDBException as exc:
                if is_condition_failed(exc):
                    raise LeaseHeld("another refresh is running") from exc
                raise

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

    def next_fence(self) -> int:
        """A fencing token above all earlier ones: a running refresh loses against it."""
        with translated("take a fencing token"):
            return self._take_fence()

    def _take_fence(self, *actions: Action, condition: Condition | None = None) -> int:
        """Raises the fence in LOCK by one, and above the pointer's, in case LOCK was lost.

        Then the versions of the pointer are sweepable again, too.
        """
        pointer = read_item(self._pointers, self._pointer_key)
        pointer_fence = number_in(pointer, "fence")
        lease, fence = self._leases(LEASE_KEY), self._leases.fence
        more = [self._leases.format.set(FORMAT), *actions]
        try:
            lease.update([fence.add(1), *more], condition=condition)
        except PynamoDBException as exc:
            if code_of(exc) != "ValidationException":
                raise
            is_junk = ~is_typed(fence)
            replaceable = is_junk if condition is None else is_junk & condition
            lease.update([fence.set(pointer_fence + 1), *more], condition=replaceable)
        if lease.fence <= pointer_fence:
            self.add_sweepable(*self._published(pointer))
            try:
                lease.update([fence.set(pointer_fence + 1)], condition=fence <= pointer_fence)
            except PynamoDBException as exc:
                if not is_condition_failed(exc):
                    raise
                lease.update([fence.add(1)])
        return int(lease.fence)

    def add_sweepable(self, *descriptors: Descriptor) -> None:
        """Records that chunks of these versions may be stored.

        An unreadable set is replaced, by one that has the versions of the pointer too.
        """
        with translated("add a sweepable version"):
            try:
                self._add(*descriptors)
            except PynamoDBException as exc:
                if code_of(exc) != "ValidationException":
                    raise
                sweepable = self._leases.sweepable
                is_junk = sweepable.exists() & ~is_typed(sweepable)
                self._leases(self._versions_key).update([sweepable.remove()], condition=is_junk)
                self._add(
                    *descriptors, *self._published(read_item(self._pointers, self._pointer_key))
                )

    def _add(self, *descriptors: Descriptor) -> None:
        entries = {f"{each.version}*{each.chunk_count}" for each in descriptors}
        if entries:
            is_own_item = self._versions_key != LEASE_KEY
            more = [self._leases.format.set(FORMAT)] if is_own_item else []
            versions = self._leases(self._versions_key)
            versions.update([self._leases.sweepable.add(entries), *more])

    def _published(self, pointer: RawItem | None) -> tuple[Descriptor, ...]:
        """The readable versions of a pointer."""
        row = parsed(self._pointers, pointer, lambda row: row) if pointer else None
        past = row.history if row and isinstance(row.history, list) else []
        return readable_descriptors([row.current, *past]) if row else ()

    def remove_sweepable(self, entry: str) -> None:
        with translated("remove a sweepable version"):
            self._leases(self._versions_key).update([self._leases.sweepable.delete({entry})])

    def sweepable(self) -> Iterator[tuple[str, re.Match[str]]]:
        """The entries with their version, fence and count, sorted; unreadable ones are left out."""
        with translated("read the sweepable versions"):
            try:
                row = self._leases.get(self._versions_key, consistent_read=True)
            except self._leases.DoesNotExist:
                return iter(())
        return _sweepable_entries(row.sweepable or ())


def _sweepable_entries(sweepable: Iterable[str]) -> Iterator[tuple[str, re.Match[str]]]:
    for entry in sorted(sweepable):
        match = _SWEEPABLE.fullmatch(entry)
        if match is not None:
            yield entry, match
