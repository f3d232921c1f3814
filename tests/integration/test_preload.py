"""The snapshot that init loads: few calls, little time, no failure."""

import threading
import time
from collections.abc import Callable

import pytest

from tests.builders import a_snapshot, a_track
from tiktok_music.composition import preload as module
from tiktok_music.composition.preload import PreloadedSnapshots, preload
from tiktok_music.errors import StoreUnavailable
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot

FIRST = a_snapshot(a_track(1), fence=1)
SECOND = a_snapshot(a_track(2), fence=2)


class RecordingSource:
    """A store with a current snapshot; records the reads, and stalls or fails on demand."""

    def __init__(self, current: Snapshot) -> None:
        self.current = current
        self.reads: list[str] = []
        self.answers = threading.Event()
        self.answers.set()
        self.error: StoreUnavailable | None = None
        self.on_load: Callable[[], None] = lambda: None

    def pointer(self, *, consistent: bool = False) -> Pointer:
        self.reads.append("consistent pointer" if consistent else "pointer")
        self.answers.wait(10)
        if self.error is not None:
            raise self.error
        return Pointer(self.current.descriptor, ())

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        self.reads.append(f"load {descriptor.fence}")
        self.on_load()
        return self.current


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def source() -> RecordingSource:
    return RecordingSource(FIRST)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def snapshots(source: RecordingSource, clock: Clock) -> PreloadedSnapshots:
    return PreloadedSnapshots(source, clock)


def served(snapshots: PreloadedSnapshots) -> Snapshot:
    return snapshots.load(snapshots.pointer().current)


def test_init_makes_two_reads_and_the_first_request_none(
    source: RecordingSource, snapshots: PreloadedSnapshots
) -> None:
    preload(snapshots, time.monotonic, pytest.fail)
    assert source.reads == ["pointer", "load 1"]

    first, second = served(snapshots), served(snapshots)

    assert first is second is FIRST
    assert source.reads == ["pointer", "load 1", "pointer", "load 1"]


def test_a_snapshot_of_several_chunks_is_left_to_the_first_request(
    source: RecordingSource, snapshots: PreloadedSnapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiktok_music.snapshot.CHUNK_BYTES", 100)
    source.current = a_snapshot(*(a_track(number) for number in range(9)), fence=3)
    assert source.current.descriptor.chunk_count > 1

    snapshots.preload(deadline=200.0)

    assert source.reads == ["pointer"]
    assert served(snapshots) is source.current
    assert source.reads == ["pointer", "load 3"]


def test_a_restored_instance_reads_the_pointer_but_not_the_same_snapshot(
    source: RecordingSource, snapshots: PreloadedSnapshots
) -> None:
    snapshots.preload(deadline=200.0)
    snapshots.forget_pointer()

    assert served(snapshots) is FIRST
    assert source.reads == ["pointer", "load 1", "pointer"]


def test_a_restored_instance_serves_what_was_published_meanwhile(
    source: RecordingSource, snapshots: PreloadedSnapshots
) -> None:
    snapshots.preload(deadline=200.0)
    snapshots.forget_pointer()
    source.current = SECOND

    assert served(snapshots) is SECOND


def test_a_late_first_request_reads_the_pointer_again(
    source: RecordingSource, snapshots: PreloadedSnapshots, clock: Clock
) -> None:
    snapshots.preload(deadline=200.0)
    clock.now += module.POINTER_SECONDS

    assert snapshots.pointer().current == FIRST.descriptor
    assert source.reads == ["pointer", "load 1", "pointer"]


def test_a_pointer_whose_snapshot_came_late_is_read_again(
    source: RecordingSource, snapshots: PreloadedSnapshots, clock: Clock
) -> None:
    """A thread that SnapStart restores ends weeks later."""

    def end_late() -> None:
        clock.now = 200.0

    source.on_load = end_late
    snapshots.preload(deadline=200.0)

    assert served(snapshots) is FIRST
    assert source.reads == ["pointer", "load 1", "pointer"]


def test_a_consistent_read_of_the_pointer_asks_the_store(
    source: RecordingSource, snapshots: PreloadedSnapshots
) -> None:
    snapshots.preload(deadline=200.0)

    snapshots.pointer(consistent=True)

    assert source.reads == ["pointer", "load 1", "consistent pointer"]


def test_an_error_is_reported_and_the_first_request_tries_again(
    source: RecordingSource, snapshots: PreloadedSnapshots
) -> None:
    source.error = StoreUnavailable("DynamoDB could not read the pointer (SSLError)")
    missed: list[str] = []

    preload(snapshots, time.monotonic, missed.append)
    source.error = None

    assert missed == ["DynamoDB could not read the pointer (SSLError)"]
    assert served(snapshots) is FIRST


def test_a_stalled_store_delays_init_by_the_limit_and_gets_no_second_call(
    source: RecordingSource, snapshots: PreloadedSnapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PRELOAD_SECONDS", 0.05)
    source.answers.clear()
    missed: list[str] = []
    others = set(threading.enumerate())

    preload(PreloadedSnapshots(source, time.monotonic), time.monotonic, missed.append)
    [late] = set(threading.enumerate()) - others
    source.answers.set()
    late.join(10)

    assert missed == ["no answer within 0.05 s"]
    assert source.reads == ["pointer"]
