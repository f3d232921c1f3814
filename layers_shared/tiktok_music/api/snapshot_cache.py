"""Snapshots that an instance serves: cached in memory, revalidated against the pointer."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, Protocol, TypeVar

from tiktok_music.api.bounded_cache import BoundedCache
from tiktok_music.api.schedule import Schedule
from tiktok_music.errors import SnapshotCorrupt, SnapshotGone, SnapshotMissing, StoreError
from tiktok_music.pointer_moves import MOST_VERSIONS
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot
from tiktok_music.version_before import version_before

Loaded = TypeVar("Loaded")
# The name of the failure to load the newest version, among those of older ones.
_NEWEST = "newest"

# Interval of pointer reads, with a jitter so that instances do not read in step.
CHECK_SECONDS = 30.0
JITTER_SECONDS = 6.0
# Shortest interval of the extra reads that a request for a newer version causes.
EARLY_CHECK_SECONDS = 1.0
# A failure is remembered: requests during an outage neither wait for it nor add to it.
FAILURE_SECONDS = 2.0
# A cold start tries so many versions, and begins none later: with the key, each read timing out,
# it stays within the function's 10 s.
MOST_COLD_LOADS = 3
COLD_SECONDS = 4.0


class SnapshotSource(Protocol):
    """Reads published snapshots."""

    def pointer(self, *, consistent: bool = False) -> Pointer:
        """Reads the pointer; raises SnapshotMissing if nothing has been published."""

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        """Reads and verifies a snapshot; raises SnapshotCorrupt if it is incomplete."""


class _Cached(NamedTuple):
    """The last pointer read, and the snapshot served; usually, but not always, its current one."""

    pointer: Pointer
    snapshot: Snapshot
    schedule: Schedule


class _Failure(NamedTuple):
    """A load that failed, which is not repeated before `until`."""

    problem: StoreError
    until: float


class SnapshotCache:
    """Serves the current snapshot; once it has one, it survives any fault of the store."""

    def __init__(
        self,
        source: SnapshotSource,
        *,
        clock: Callable[[], float],
        jitter: Callable[[], float],
        on_stale: Callable[[StoreError], None],
        on_checked: Callable[[Descriptor], None],
    ) -> None:
        """`clock` is monotonic seconds, `jitter` draws from 0 to 1.

        `on_stale` receives the error when an older snapshot is served instead; `on_checked` the
        descriptor of the snapshot served, after each read of the pointer, failed ones too.
        """
        self._source = source
        self._clock = clock
        self._jitter = jitter
        self._on_stale = on_stale
        self._on_checked = on_checked
        self._cached: _Cached | None = None
        self._next_check = 0.0
        self._next_early_check = 0.0
        self._failures = BoundedCache[_Failure](MOST_VERSIONS)

    def snapshot(self) -> Snapshot:
        """The newest snapshot that loads completely.

        Raises StoreError only if none is cached: SnapshotMissing if none was ever published.
        """
        return self._current().snapshot

    def schedule(self) -> Schedule:
        """The grid of scheduled runs; raises StoreError like `snapshot`."""
        return self._current().schedule

    def cursor_secret(self) -> str:
        """The key of the digest of cursors; raises StoreError like `snapshot`."""
        return self._current().pointer.cursor_secret

    def at(self, version: str) -> Snapshot:
        """A stored version; raises SnapshotGone if it is not stored.

        A version newer than the cached pointer, which another instance has served already, causes
        an early read of the pointer.
        """
        cached = self._current()
        if version == cached.snapshot.descriptor.version:
            return cached.snapshot
        return self.load_past(self.descriptor(version))

    def descriptor(self, version: str) -> Descriptor:
        """The descriptor of a stored version; raises SnapshotGone. Costs no more than `at`."""
        cached = self._current()
        if _find(cached.pointer, version) is None and version > cached.pointer.current.version:
            cached = self._check_early(cached)
        descriptor = _find(cached.pointer, version)
        if descriptor is None:
            raise SnapshotGone(f"{version} is not stored")
        return descriptor

    def has(self, version: str) -> bool:
        return _find(self._current().pointer, version) is not None

    def before(self, version: str, every: timedelta) -> Descriptor | None:
        """The version served one interval of the schedule before `version`, or None."""
        return version_before(self._current().pointer, version, every)

    def _current(self) -> _Cached:
        cached = self._cached
        if cached is not None and self._clock() < self._next_check:
            return cached
        return self._check(cached, consistent=False)

    def _check_early(self, cached: _Cached) -> _Cached:
        now = self._clock()
        if now < self._next_early_check:
            return cached
        self._next_early_check = now + EARLY_CHECK_SECONDS
        return self._check(cached, consistent=True)

    def _check(self, cached: _Cached | None, *, consistent: bool) -> _Cached:
        try:
            newest = self._remembered(
                _NEWEST, lambda: self._load_newest(cached, consistent=consistent)
            )
        except StoreError as exc:
            if cached is None:
                raise
            self._on_stale(exc)
            newest = cached
        self._cached = newest
        self._next_check = self._clock() + CHECK_SECONDS + JITTER_SECONDS * self._jitter()
        self._on_checked(newest.snapshot.descriptor)
        return newest

    def _remembered(self, name: str, load: Callable[[], Loaded]) -> Loaded:
        """The result of `load`; raises the error of the last attempt again if that was just now."""
        failure = self._failures.get(name)
        if failure is not None and self._clock() < failure.until:
            raise failure.problem.with_traceback(None)
        try:
            return load()
        except StoreError as exc:
            self._failures.save(name, _Failure(exc, self._clock() + FAILURE_SECONDS))
            raise

    def _load_newest(self, cached: _Cached | None, *, consistent: bool) -> _Cached:
        started_at = self._clock()
        try:
            pointer = self._source.pointer(consistent=consistent)
        except SnapshotMissing:
            return self._load_consistently(cached, started_at)
        if cached is not None and not consistent and _is_behind(cached, pointer):
            return self._load_consistently(cached, started_at)
        if cached is not None and _is_served(cached, pointer):
            return cached
        try:
            return _Cached(pointer, self._source.load(pointer.current), Schedule.of(pointer))
        except StoreError:
            return self._load_consistently(cached, started_at)

    def _load_consistently(self, cached: _Cached | None, started_at: float) -> _Cached:
        """Repeats with strongly consistent reads, as a replica may lag behind.

        These decide: a pointer that still has a lower fence is of a table that was restored to an
        older state, and is followed, or warm instances would serve another version than cold ones.
        """
        pointer = self._source.pointer(consistent=True)
        if cached is not None and _is_served(cached, pointer):
            return cached
        if cached is not None:
            snapshot = self._source.load(pointer.current, consistent=True)
        else:
            snapshot = self._first_that_loads(pointer, started_at)
        return _Cached(pointer, snapshot, Schedule.of(pointer))

    def _first_that_loads(self, pointer: Pointer, started_at: float) -> Snapshot:
        """Falls back on an older snapshot on a cold start, when nothing is cached.

        A withdrawn one lists a track that was taken down: it is no choice.
        """
        older = (each for each in pointer.history if not each.is_withdrawn)
        problems: list[StoreError] = []
        for descriptor in (pointer.current, *older)[:MOST_COLD_LOADS]:
            if problems and self._clock() - started_at >= COLD_SECONDS:
                break
            try:
                snapshot = self._source.load(descriptor, consistent=True)
            except StoreError as exc:
                problems.append(exc)
                continue
            if problems:
                self._on_stale(problems[0])
            return snapshot
        raise problems[0]

    def load_past(self, descriptor: Descriptor) -> Snapshot:
        """Loads an older version; raises SnapshotGone if its chunks have been swept."""
        version = descriptor.version
        try:
            return self._remembered(version, lambda: self._source.load(descriptor, consistent=True))
        except SnapshotCorrupt as exc:
            raise SnapshotGone(f"{version} is incomplete") from exc


def _is_served(cached: _Cached, pointer: Pointer) -> bool:
    """True for the same pointer, unless its snapshot did not load the last time."""
    is_complete = cached.snapshot.descriptor.version == cached.pointer.current.version
    return pointer == cached.pointer and is_complete


def _is_behind(cached: _Cached, pointer: Pointer) -> bool:
    """True for a pointer of a stale replica, or of a restored table."""
    is_same_fence = pointer.fence == cached.pointer.fence
    return pointer.fence < cached.pointer.fence or (is_same_fence and pointer != cached.pointer)


def _versions(pointer: Pointer) -> tuple[Descriptor, ...]:
    return (pointer.current, *pointer.history)


def _find(pointer: Pointer, version: str) -> Descriptor | None:
    return next((stored for stored in _versions(pointer) if stored.version == version), None)
