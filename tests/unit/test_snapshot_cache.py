"""Versions that an instance caches, finds, and falls back on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_snapshot, a_track
from tests.fakes import FakeSnapshots
from tiktok_music.api.index import CACHED_INDEXES, Indexes
from tiktok_music.api.snapshot_cache import FAILURE_SECONDS, MOST_COLD_LOADS, SnapshotCache
from tiktok_music.errors import (
    SnapshotCorrupt,
    SnapshotGone,
    SnapshotMissing,
    StoreError,
    StoreUnavailable,
)
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot
from tiktok_music.version_before import version_before

HALF_A_DAY = timedelta(hours=12)
FIRST, SECOND, THIRD = (a_snapshot(a_track(number), fence=number) for number in (1, 2, 3))
OTHER = a_snapshot(a_track(9), fence=2)


class World:
    """A cache over a store with two versions."""

    def __init__(self) -> None:
        self.store = FakeSnapshots()
        self.now = 0.0
        self.stale: list[StoreError] = []
        self.checked: list[Descriptor] = []
        self.store.publish(FIRST)
        self.store.publish(SECOND)
        self.cache = self.over(self.store)

    def over(self, store: FakeSnapshots) -> SnapshotCache:
        return SnapshotCache(
            store,
            clock=lambda: self.now,
            jitter=lambda: 0.0,
            on_stale=self.stale.append,
            on_checked=self.checked.append,
        )

    def sweep(self, version: str) -> None:
        for key in [key for key in self.store.chunks if key[0] == version]:
            del self.store.chunks[key]


@pytest.fixture
def world() -> World:
    return World()


def test_the_current_and_older_versions_are_found(world: World) -> None:
    assert world.cache.at(SECOND.descriptor.version) == SECOND
    assert world.cache.at(FIRST.descriptor.version) == FIRST
    assert world.cache.before(SECOND.descriptor.version, HALF_A_DAY) == FIRST.descriptor
    assert world.cache.before(FIRST.descriptor.version, HALF_A_DAY) is None
    assert world.cache.has(FIRST.descriptor.version)
    assert not world.cache.has(THIRD.descriptor.version)


def test_a_version_newer_than_the_cached_pointer_is_read_immediately(world: World) -> None:
    world.cache.snapshot()
    world.store.publish(THIRD)

    assert world.cache.at(THIRD.descriptor.version) == THIRD
    assert world.cache.snapshot() == THIRD


def test_invented_versions_cause_at_most_one_read_per_second(world: World) -> None:
    world.cache.snapshot()
    before = world.store.pointer_reads

    for number in range(100):
        with pytest.raises(SnapshotGone):
            world.cache.at(f"{number + 10:010d}-0123456789abcdef")

    assert world.store.pointer_reads - before == 1


def test_an_older_version_that_never_existed_costs_no_read(world: World) -> None:
    world.cache.snapshot()
    before = world.store.pointer_reads

    with pytest.raises(SnapshotGone):
        world.cache.at("0000000000-0123456789abcdef")

    assert world.store.pointer_reads == before


def test_a_version_whose_chunks_were_swept_is_gone(world: World) -> None:
    world.sweep(FIRST.descriptor.version)

    with pytest.raises(SnapshotGone):
        world.cache.at(FIRST.descriptor.version)


def test_a_store_outage_is_not_reported_as_a_version_gone(world: World) -> None:
    world.cache.snapshot()
    world.store.is_down = True

    with pytest.raises(StoreUnavailable):
        world.cache.at(FIRST.descriptor.version)


def test_a_cold_start_falls_back_on_an_older_complete_version(world: World) -> None:
    world.sweep(SECOND.descriptor.version)

    assert world.cache.snapshot() == FIRST
    assert [type(problem) for problem in world.stale] == [SnapshotCorrupt]
    assert world.cache.before(FIRST.descriptor.version, HALF_A_DAY) is None

    world.store.write_chunks(SECOND)
    world.now += 30
    assert world.cache.snapshot() == SECOND


def test_a_cold_start_falls_back_on_no_version_that_a_takedown_withdrew(world: World) -> None:
    world.store.publish(THIRD)
    pointer = world.store.pointer()
    withdrawn, first = pointer.history
    history = (withdrawn._replace(is_withdrawn=True), first)
    world.store.current_pointer = replace(pointer, history=history)
    world.sweep(THIRD.descriptor.version)

    assert world.cache.snapshot() == FIRST
    world.sweep(FIRST.descriptor.version)
    with pytest.raises(SnapshotCorrupt):
        world.over(world.store).snapshot()


def test_a_new_version_whose_chunks_are_not_visible_yet_is_retried(world: World) -> None:
    assert world.cache.snapshot() == SECOND
    world.store.publish(THIRD)
    world.now += 30
    chunks = dict(world.store.chunks)
    world.sweep(THIRD.descriptor.version)

    assert world.cache.snapshot() == SECOND
    assert [type(problem) for problem in world.stale] == [SnapshotCorrupt]

    world.store.chunks.update(chunks)
    world.now += 30
    assert world.cache.snapshot() == THIRD


def test_a_lagging_replica_is_bypassed_by_a_consistent_read(world: World) -> None:
    class Lagging(FakeSnapshots):
        def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
            if not consistent:
                raise SnapshotCorrupt("a chunk is missing")
            return super().load(descriptor)

    lagging = Lagging(world.store.chunks, world.store.current_pointer)
    cache = world.over(lagging)
    assert cache.snapshot() == SECOND
    lagging.publish(THIRD)
    world.now += 30

    assert cache.snapshot() == THIRD
    assert world.stale == []


def test_a_cold_start_without_a_complete_version_fails(world: World) -> None:
    world.store.chunks.clear()

    with pytest.raises(SnapshotCorrupt):
        world.cache.snapshot()


class Counting(FakeSnapshots):
    """Counts what is read; reading takes `seconds` of the world's time, and may time out."""

    reads = 0
    seconds = 2.5
    times_out = True
    world: World

    def pointer(self, *, consistent: bool = False) -> Pointer:
        self.reads += 1
        return super().pointer()

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        self.reads += 1
        if self.times_out:
            self.world.now += self.seconds
            raise StoreUnavailable("a chunk timed out")
        return super().load(descriptor)


def a_counting_store(world: World) -> Counting:
    store = Counting(world.store.chunks, world.store.current_pointer)
    store.world = world
    return store


def test_before_anything_is_published_a_failure_is_remembered(world: World) -> None:
    store = a_counting_store(world)
    store.current_pointer = None
    cache = world.over(store)

    for _ in range(100):
        with pytest.raises(SnapshotMissing):
            cache.snapshot()
    assert store.reads == 2

    store.publish(THIRD)
    store.times_out = False
    world.now += FAILURE_SECONDS
    assert cache.snapshot() == THIRD


def test_a_cold_start_with_chunks_that_time_out_is_bounded_in_calls_and_time(world: World) -> None:
    for fence in range(4, 100):
        world.store.publish(a_snapshot(a_track(fence), fence=fence))
    store = a_counting_store(world)
    cache = world.over(store)

    for _ in range(100):
        with pytest.raises(StoreUnavailable):
            cache.snapshot()

    # The pointer, its version, the pointer again, the version again.
    assert (store.reads, world.now) == (4, 5.0)
    world.now += FAILURE_SECONDS
    store.seconds = 0.0
    with pytest.raises(StoreUnavailable):
        cache.snapshot()
    assert store.reads == 4 + 3 + MOST_COLD_LOADS


def test_an_older_version_that_times_out_is_not_read_again_at_once(world: World) -> None:
    store = a_counting_store(world)
    store.times_out = False
    cache = world.over(store)
    cache.snapshot()
    store.times_out, store.seconds = True, 0.0
    before = store.reads

    for _ in range(100):
        with pytest.raises(StoreUnavailable):
            cache.at(FIRST.descriptor.version)
    assert store.reads == before + 1

    store.times_out = False
    world.now += FAILURE_SECONDS
    assert cache.at(FIRST.descriptor.version) == FIRST


def a_version(fence: int, hours: float) -> Descriptor:
    return a_snapshot(fence=fence, published_at=NOON + timedelta(hours=hours)).descriptor


A, B, C, D = a_version(1, 0.1), a_version(2, 12.1), a_version(3, 24.2), a_version(4, 36.1)
BY_HAND, TAKEDOWN = a_version(4, 25), a_version(5, 25.1)


@pytest.mark.parametrize(
    ("served", "version", "before"),
    [
        ((A,), A, None),
        ((B, A), B, A),
        ((C, B, A), C, B),
        ((C, B, A), B, A),
        ((C, B, A), A, None),
        ((C, B), A, None),
        ((BY_HAND, C, B, A), BY_HAND, B),
        ((TAKEDOWN, BY_HAND, C, B, A), TAKEDOWN, B),
        ((D, C, B), D, C),
        ((D, B, A), D, B),
        # B was rolled back to A: C did not follow it.
        ((C, A, B), C, A),
        ((A, B), A, None),
        ((A, B), B, A),
        # All within an interval.
        ((a_version(2, 2), A), a_version(2, 2), A),
        ((a_version(3, 3), a_version(2, 2), A), a_version(3, 3), A),
    ],
)
def test_a_version_is_compared_with_the_one_served_an_interval_before(
    served: tuple[Descriptor, ...], version: Descriptor, before: Descriptor | None
) -> None:
    pointer = Pointer(served[0], served[1:])

    assert version_before(pointer, version.version, HALF_A_DAY) == before


def test_only_the_last_used_indexes_are_cached(world: World) -> None:
    indexes = Indexes(world.cache, world.stale.append, HALF_A_DAY)
    world.store.publish(THIRD)

    for snapshot in (THIRD, SECOND, FIRST, THIRD):
        index = indexes.at(snapshot.descriptor.version)
        assert index.ranks == {index.rows[0]["id"]: 1}

    assert len(indexes._indexes) == CACHED_INDEXES
    assert indexes.current() is indexes.current()


def test_previous_ranks_are_cached_and_read_again_after_a_fault(world: World) -> None:
    indexes = Indexes(world.cache, world.stale.append, HALF_A_DAY)
    index = indexes.current()
    world.store.is_down = True
    assert indexes.previous_ranks(index) is None
    assert indexes.ordered(index, "rising", None) == (range(1), "popular")
    world.store.is_down = False
    assert indexes.previous_ranks(index) is None
    world.now += FAILURE_SECONDS

    assert indexes.previous_ranks(index) == {a_track(1).track_id: 1}
    world.store.is_down = True
    assert indexes.previous_ranks(index) == {a_track(1).track_id: 1}
    assert [type(problem) for problem in world.stale] == [StoreUnavailable] * 3


def test_every_read_of_the_pointer_reports_the_snapshot_served(world: World) -> None:
    world.cache.snapshot()
    world.cache.snapshot()
    assert world.checked == [SECOND.descriptor]

    world.now += 30
    world.cache.snapshot()
    world.store.publish(THIRD)
    world.now += 30
    world.cache.snapshot()
    world.store.is_down = True
    world.now += 30
    world.cache.snapshot()
    assert world.checked[1:] == [SECOND.descriptor, THIRD.descriptor, THIRD.descriptor]


def test_nothing_is_reported_without_a_snapshot(world: World) -> None:
    world.store.is_down = True

    with pytest.raises(StoreUnavailable):
        world.cache.snapshot()

    assert world.checked == []


class StaleReplica(FakeSnapshots):
    """A store whose eventually consistent reads return an older pointer."""

    older: Pointer | None = None

    def pointer(self, *, consistent: bool = False) -> Pointer:
        current = super().pointer()
        return current if consistent or self.older is None else self.older


def test_an_older_pointer_of_a_stale_replica_is_not_followed() -> None:
    world, store = World(), StaleReplica()
    store.publish(FIRST)
    store.older = store.current_pointer
    store.publish(SECOND)
    cache = world.over(store)
    store.older, older = None, store.older
    assert cache.snapshot() == SECOND

    store.older, world.now = older, 60.0

    assert cache.snapshot() == SECOND
    assert world.stale == []


@pytest.mark.parametrize("restored", [FIRST, OTHER], ids=["lower fence", "same fence"])
def test_a_table_restored_to_an_older_state_is_followed(world: World, restored: Snapshot) -> None:
    assert world.cache.snapshot() == SECOND

    world.store.write_chunks(restored)
    world.store.current_pointer = Pointer(restored.descriptor)
    world.now += 60.0

    assert world.cache.snapshot() == restored
    assert world.stale == []
