"""The versions that an instance holds, finds and gives up on."""

import pytest

from tests.builders import a_snapshot, a_track
from tests.fakes import FakeSnapshots
from tiktok_music.api.index import HELD_INDEXES, Indexes
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.errors import SnapshotCorrupt, SnapshotGone, StoreError, StoreUnavailable
from tiktok_music.snapshot import Descriptor, Snapshot

FIRST, SECOND, THIRD = (a_snapshot(a_track(number), fence=number) for number in (1, 2, 3))


class World:
    """A catalog over a store with two versions."""

    def __init__(self) -> None:
        self.store = FakeSnapshots()
        self.now = 0.0
        self.stale: list[StoreError] = []
        self.checked: list[Descriptor] = []
        self.store.publish(FIRST)
        self.store.publish(SECOND)
        self.catalog = self.over(self.store)

    def over(self, store: FakeSnapshots) -> SnapshotCache:
        return SnapshotCache(
            store, lambda: self.now, lambda: 0.0, self.stale.append, self.checked.append
        )

    def sweep(self, version: str) -> None:
        for key in [key for key in self.store.chunks if key[0] == version]:
            del self.store.chunks[key]


@pytest.fixture
def world() -> World:
    return World()


def test_the_current_version_and_those_before_are_found(world: World) -> None:
    assert world.catalog.at(SECOND.descriptor.version) == SECOND
    assert world.catalog.at(FIRST.descriptor.version) == FIRST
    assert world.catalog.before(SECOND.descriptor.version) == FIRST
    assert world.catalog.before(FIRST.descriptor.version) is None


def test_a_newer_version_than_held_is_looked_for_at_once(world: World) -> None:
    world.catalog.snapshot()
    world.store.publish(THIRD)

    assert world.catalog.at(THIRD.descriptor.version) == THIRD
    assert world.catalog.snapshot() == THIRD


def test_made_up_versions_hurry_nobody_more_than_once_a_second(world: World) -> None:
    world.catalog.snapshot()
    before = world.store.pointer_reads

    for number in range(100):
        with pytest.raises(SnapshotGone):
            world.catalog.at(f"{number + 10:010d}-0123456789abcdef")

    assert world.store.pointer_reads - before == 1


def test_an_older_version_that_never_was_costs_no_read(world: World) -> None:
    world.catalog.snapshot()
    before = world.store.pointer_reads

    with pytest.raises(SnapshotGone):
        world.catalog.at("0000000000-0123456789abcdef")

    assert world.store.pointer_reads == before


def test_a_version_whose_pieces_were_swept_is_gone(world: World) -> None:
    world.sweep(FIRST.descriptor.version)

    with pytest.raises(SnapshotGone):
        world.catalog.at(FIRST.descriptor.version)


def test_a_store_that_is_down_is_no_version_gone(world: World) -> None:
    world.catalog.snapshot()
    world.store.is_down = True

    with pytest.raises(StoreUnavailable):
        world.catalog.at(FIRST.descriptor.version)


def test_a_cold_start_falls_back_on_an_older_whole_version(world: World) -> None:
    world.sweep(SECOND.descriptor.version)

    assert world.catalog.snapshot() == FIRST
    assert [type(problem) for problem in world.stale] == [SnapshotCorrupt]
    assert world.catalog.before(FIRST.descriptor.version) is None

    world.store.write_chunks(SECOND)
    world.now += 30
    assert world.catalog.snapshot() == SECOND


def test_a_new_version_whose_pieces_are_not_seen_yet_is_read_again(world: World) -> None:
    assert world.catalog.snapshot() == SECOND
    world.store.publish(THIRD)
    world.now += 30
    chunks = dict(world.store.chunks)
    world.sweep(THIRD.descriptor.version)

    assert world.catalog.snapshot() == SECOND
    assert [type(problem) for problem in world.stale] == [SnapshotCorrupt]

    world.store.chunks.update(chunks)
    world.now += 30
    assert world.catalog.snapshot() == THIRD


def test_a_replica_that_lags_is_passed_over(world: World) -> None:
    class Lagging(FakeSnapshots):
        def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
            if not consistent:
                raise SnapshotCorrupt("a chunk is missing")
            return super().load(descriptor)

    lagging = Lagging(world.store.chunks, world.store.current_pointer)
    catalog = world.over(lagging)
    assert catalog.snapshot() == SECOND
    lagging.publish(THIRD)
    world.now += 30

    assert catalog.snapshot() == THIRD
    assert world.stale == []


def test_a_cold_start_with_nothing_whole_fails(world: World) -> None:
    world.store.chunks.clear()

    with pytest.raises(SnapshotCorrupt):
        world.catalog.snapshot()


def test_a_pointer_that_goes_back_is_not_followed(world: World) -> None:
    pointer = world.store.pointer()
    world.store.publish(THIRD)
    assert world.catalog.snapshot() == THIRD
    world.store.current_pointer = pointer
    world.now += 30

    assert world.catalog.snapshot() == THIRD


def test_only_the_last_indexes_are_held(world: World) -> None:
    indexes = Indexes(world.catalog, world.stale.append)
    world.store.publish(THIRD)

    for snapshot in (THIRD, SECOND, FIRST, THIRD):
        index = indexes.at(snapshot.descriptor.version)
        assert index.ranks == {index.rows[0]["id"]: 1}

    assert len(indexes._held) == HELD_INDEXES
    assert indexes.current() is indexes.current()


def test_ranks_before_are_read_once_and_again_after_a_fault(world: World) -> None:
    indexes = Indexes(world.catalog, world.stale.append)
    index = indexes.current()
    world.store.is_down = True
    assert indexes.previous_ranks(index) is None
    assert indexes.places(index, "rising") == range(1)
    world.store.is_down = False

    assert indexes.previous_ranks(index) == {a_track(1).track_id: 1}
    world.store.is_down = True
    assert indexes.previous_ranks(index) == {a_track(1).track_id: 1}
    assert [type(problem) for problem in world.stale] == [StoreUnavailable] * 2


def test_every_look_at_the_pointer_tells_what_is_served(world: World) -> None:
    world.catalog.snapshot()
    world.catalog.snapshot()
    assert world.checked == [SECOND.descriptor]

    world.now += 30
    world.catalog.snapshot()
    world.store.publish(THIRD)
    world.now += 30
    world.catalog.snapshot()
    world.store.is_down = True
    world.now += 30
    world.catalog.snapshot()
    assert world.checked[1:] == [SECOND.descriptor, THIRD.descriptor, THIRD.descriptor]


def test_nothing_is_told_of_a_catalog_that_never_was(world: World) -> None:
    world.store.is_down = True

    with pytest.raises(StoreUnavailable):
        world.catalog.snapshot()

    assert world.checked == []
