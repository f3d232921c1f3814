"""Versions that an instance caches, finds, and falls back on."""

import pytest

from tests.builders import a_snapshot, a_track
from tests.fakes import FakeSnapshots
from tiktok_music.api.index import CACHED_INDEXES, Indexes
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.errors import SnapshotCorrupt, SnapshotGone, StoreError, StoreUnavailable
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot

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
    assert world.cache.before(SECOND.descriptor.version) == FIRST
    assert world.cache.before(FIRST.descriptor.version) is None


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
    assert world.cache.before(FIRST.descriptor.version) is None

    world.store.write_chunks(SECOND)
    world.now += 30
    assert world.cache.snapshot() == SECOND


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


def test_only_the_last_used_indexes_are_cached(world: World) -> None:
    indexes = Indexes(world.cache, world.stale.append)
    world.store.publish(THIRD)

    for snapshot in (THIRD, SECOND, FIRST, THIRD):
        index = indexes.at(snapshot.descriptor.version)
        assert index.ranks == {index.rows[0]["id"]: 1}

    assert len(indexes._indexes) == CACHED_INDEXES
    assert indexes.current() is indexes.current()


def test_previous_ranks_are_cached_and_read_again_after_a_fault(world: World) -> None:
    indexes = Indexes(world.cache, world.stale.append)
    index = indexes.current()
    world.store.is_down = True
    assert indexes.previous_ranks(index) is None
    assert indexes.positions(index, "rising") == range(1)
    world.store.is_down = False

    assert indexes.previous_ranks(index) == {a_track(1).track_id: 1}
    world.store.is_down = True
    assert indexes.previous_ranks(index) == {a_track(1).track_id: 1}
    assert [type(problem) for problem in world.stale] == [StoreUnavailable] * 2


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
