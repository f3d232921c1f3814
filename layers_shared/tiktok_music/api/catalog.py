"""The snapshot that an instance serves: held in memory, checked now and then, never given up."""

from collections.abc import Callable
from typing import Protocol

from tiktok_music.errors import StoreError
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot

# How often the pointer is looked at, with a jitter so that instances do not march in step.
CHECK_SECONDS = 30.0
JITTER_SECONDS = 6.0


class SnapshotSource(Protocol):
    """Where snapshots are."""

    def pointer(self, *, consistent: bool = False) -> Pointer:
        """What is current."""

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        """A snapshot, verified."""


class Catalog:
    """Answers the current snapshot; once it holds one, no fault of the store takes it away."""

    def __init__(
        self,
        source: SnapshotSource,
        clock: Callable[[], float],
        jitter: Callable[[], float],
        on_stale: Callable[[StoreError], None],
    ) -> None:
        self._source = source
        self._clock = clock
        self._jitter = jitter
        self._on_stale = on_stale
        self._held: Snapshot | None = None
        self._next_check = 0.0

    def snapshot(self) -> Snapshot:
        """The newest snapshot that can be had whole.

        Raises StoreError only when none is held: SnapshotMissing when there never was one.
        """
        held = self._held
        now = self._clock()
        if held is not None and now < self._next_check:
            return held
        try:
            newest = self._newest(held)
        except StoreError as exc:
            if held is None:
                raise
            self._on_stale(exc)
            newest = held
        self._held = newest
        self._next_check = now + CHECK_SECONDS + JITTER_SECONDS * self._jitter()
        return newest

    def _newest(self, held: Snapshot | None) -> Snapshot:
        pointer = self._source.pointer()
        if held is not None and pointer.current.fence <= held.descriptor.fence:
            return held
        try:
            return self._source.load(pointer.current)
        except StoreError:
            if held is not None:
                return self._reload()
            return self._first_that_loads(self._source.pointer(consistent=True))

    def _reload(self) -> Snapshot:
        pointer = self._source.pointer(consistent=True)
        return self._source.load(pointer.current, consistent=True)

    def _first_that_loads(self, pointer: Pointer) -> Snapshot:
        """On a cold start an older whole snapshot is better than none."""
        problems: list[StoreError] = []
        for descriptor in (pointer.current, *pointer.history):
            try:
                snapshot = self._source.load(descriptor, consistent=True)
            except StoreError as exc:
                problems.append(exc)
                continue
            if problems:
                self._on_stale(problems[0])
            return snapshot
        raise problems[0]
