"""Loads the snapshot during init, where Lambda gives a whole core and no caller waits."""

import threading
from collections.abc import Callable

from tiktok_music.api.snapshot_cache import SnapshotSource
from tiktok_music.errors import StoreError
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot

# Lambda allows 10 s for an init; a store that takes longer than this is left to the first request.
PRELOAD_SECONDS = 1.0
# A first request that comes later than this reads the pointer again.
POINTER_SECONDS = 5.0


class PreloadedSnapshots:
    """A source that passes on what init has read, once, and then reads from `source`.

    `clock` is monotonic seconds.
    """

    def __init__(self, source: SnapshotSource, clock: Callable[[], float]) -> None:
        self._source = source
        self._clock = clock
        self._pointer: Pointer | None = None
        self._pointer_until = 0.0
        self._snapshot: Snapshot | None = None

    def preload(self, deadline: float) -> None:
        """Reads the pointer and a snapshot of one chunk: two calls, none of them after `deadline`.

        Raises StoreError. A snapshot of several chunks is left to the first request.
        """
        pointer = self._source.pointer()
        if self._clock() >= deadline:
            return
        if pointer.current.chunk_count == 1:
            self._snapshot = self._source.load(pointer.current)
        if self._clock() < deadline:
            self._pointer_until = self._clock() + POINTER_SECONDS
            self._pointer = pointer

    def forget_pointer(self) -> None:
        """Makes the next reader read the pointer; the snapshot stays, as a version never changes.

        SnapStart restores an instance weeks later, and its monotonic clock may not count them.
        """
        self._pointer = None

    def pointer(self, *, consistent: bool = False) -> Pointer:
        pointer, self._pointer = self._pointer, None
        if pointer is None or consistent or self._clock() >= self._pointer_until:
            return self._source.pointer(consistent=consistent)
        return pointer

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is None or snapshot.descriptor != descriptor:
            return self._source.load(descriptor, consistent=consistent)
        return snapshot


def preload(
    snapshots: PreloadedSnapshots, clock: Callable[[], float], on_missed: Callable[[str], None]
) -> None:
    """Preloads for at most a second; never raises.

    It runs in a thread, because the timeouts of sockets bound neither name resolution nor retries.
    The thread may outlive its time, but makes no further call then. Python prints its bugs.
    """

    def run() -> None:
        try:
            snapshots.preload(deadline)
        except StoreError as exc:
            on_missed(str(exc))

    deadline = clock() + PRELOAD_SECONDS
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PRELOAD_SECONDS)
    if thread.is_alive():
        on_missed(f"no answer within {PRELOAD_SECONDS:g} s")
