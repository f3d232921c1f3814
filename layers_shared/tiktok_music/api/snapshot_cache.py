"""The snapshots that an instance serves: held in memory, checked now and then, never given up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tiktok_music.errors import SnapshotCorrupt, SnapshotGone, SnapshotMissing, StoreError
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot

# How often the pointer is looked at, with a jitter so that instances do not march in step.
CHECK_SECONDS = 30.0
JITTER_SECONDS = 6.0
# How often a version newer than what is held may bring such a look forward.
HURRY_SECONDS = 1.0


class SnapshotSource(Protocol):
    """Where snapshots are."""

    def pointer(self, *, consistent: bool = False) -> Pointer:
        """What is current."""

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        """A snapshot, verified."""


@dataclass(frozen=True, slots=True)
class _Held:
    pointer: Pointer
    snapshot: Snapshot


class SnapshotCache:
    """Answers the current snapshot; once it holds one, no fault of the store takes it away."""

    def __init__(
        self,
        source: SnapshotSource,
        clock: Callable[[], float],
        jitter: Callable[[], float],
        on_stale: Callable[[StoreError], None],
        on_checked: Callable[[Descriptor], None],
    ) -> None:
        """`on_checked` is told what is served after each look at the pointer, or try at one."""
        self._source = source
        self._clock = clock
        self._jitter = jitter
        self._on_stale = on_stale
        self._on_checked = on_checked
        self._held: _Held | None = None
        self._next_check = 0.0
        self._next_hurry = 0.0

    def snapshot(self) -> Snapshot:
        """The newest snapshot that can be had whole.

        Raises StoreError only when none is held: SnapshotMissing when there never was one.
        """
        return self._current().snapshot

    def at(self, version: str) -> Snapshot:
        """A version that is kept; raises SnapshotGone when it is not.

        A version newer than what this instance knows of, which another one has given out, is
        looked for at once.
        """
        held = self._current()
        if version == held.snapshot.descriptor.version:
            return held.snapshot
        if _find(held.pointer, version) is None and version > held.pointer.current.version:
            held = self._hurried(held)
        descriptor = _find(held.pointer, version)
        if descriptor is None:
            raise SnapshotGone(f"{version} is not kept")
        return self._loaded(descriptor)

    def before(self, version: str) -> Snapshot | None:
        """The version published before `version`, None when none is known of."""
        kept = _kept(self._current().pointer)
        older = [descriptor for descriptor in kept if descriptor.version < version]
        return self._loaded(max(older, key=lambda past: past.fence)) if older else None

    def _current(self) -> _Held:
        held = self._held
        if held is not None and self._clock() < self._next_check:
            return held
        return self._checked(held, consistent=False)

    def _hurried(self, held: _Held) -> _Held:
        now = self._clock()
        if now < self._next_hurry:
            return held
        self._next_hurry = now + HURRY_SECONDS
        return self._checked(held, consistent=True)

    def _checked(self, held: _Held | None, *, consistent: bool) -> _Held:
        try:
            newest = self._newest(held, consistent=consistent)
        except StoreError as exc:
            if held is None:
                raise
            self._on_stale(exc)
            newest = held
        self._held = newest
        self._next_check = self._clock() + CHECK_SECONDS + JITTER_SECONDS * self._jitter()
        self._on_checked(newest.snapshot.descriptor)
        return newest

    def _newest(self, held: _Held | None, *, consistent: bool) -> _Held:
        try:
            pointer = self._source.pointer(consistent=consistent)
        except SnapshotMissing:
            return self._looked_up(held)
        if held is not None and not _is_worth_loading(held, pointer):
            return held
        try:
            return _Held(pointer, self._source.load(pointer.current))
        except StoreError:
            return self._looked_up(held)

    def _looked_up(self, held: _Held | None) -> _Held:
        """What a strongly consistent look finds, where a replica may be behind."""
        pointer = self._source.pointer(consistent=True)
        if held is not None:
            return _Held(pointer, self._source.load(pointer.current, consistent=True))
        return _Held(pointer, self._first_that_loads(pointer))

    def _first_that_loads(self, pointer: Pointer) -> Snapshot:
        """On a cold start an older whole snapshot is better than none."""
        problems: list[StoreError] = []
        for descriptor in _kept(pointer):
            try:
                snapshot = self._source.load(descriptor, consistent=True)
            except StoreError as exc:
                problems.append(exc)
                continue
            if problems:
                self._on_stale(problems[0])
            return snapshot
        raise problems[0]

    def _loaded(self, descriptor: Descriptor) -> Snapshot:
        """An older version; one whose pieces were swept meanwhile is gone."""
        try:
            return self._source.load(descriptor, consistent=True)
        except SnapshotCorrupt as exc:
            raise SnapshotGone(f"{descriptor.version} is not whole any more") from exc


def _is_worth_loading(held: _Held, pointer: Pointer) -> bool:
    """A pointer with a lower fence is a stale replica's; the same one counts where it did not load
    the last time."""
    is_whole = held.snapshot.descriptor.version == held.pointer.current.version
    return pointer.fence > held.pointer.fence or (
        pointer.fence == held.pointer.fence and not is_whole
    )


def _kept(pointer: Pointer) -> tuple[Descriptor, ...]:
    return (pointer.current, *pointer.history)


def _find(pointer: Pointer, version: str) -> Descriptor | None:
    return next((kept for kept in _kept(pointer) if kept.version == version), None)
