"""The contract of every publisher, run on the fake and the real one."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, a_snapshot, a_track
from tests.fakes import FakeSnapshots
from tests.served import table
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_snapshots import chunk_key
from tiktok_music.errors import LeaseHeld, PublishLost, SnapshotCorrupt
from tiktok_music.pointer_moves import advanced, pinned, unpinned
from tiktok_music.refresh.ports import LEASE_SECONDS, Publisher
from tiktok_music.snapshot import Pointer


@pytest.fixture(params=["fake", "dynamodb", "a chart in dynamodb"])
def publisher(request: Any) -> Publisher:
    if request.param == "fake":
        return FakeSnapshots()
    rows: DynamoRows = request.getfixturevalue("rows")
    is_chart = request.param.startswith("a chart")
    return DynamoPublisher(rows, "catalog", "cml.gb.all.7d" if is_chart else None)


def test_nothing_is_current_before_the_first_publish(publisher: Publisher) -> None:
    assert publisher.current() is None


def test_leases_have_rising_fences(publisher: Publisher) -> None:
    first = publisher.acquire_lease("a", NOON, 60)
    publisher.release_lease("a")

    assert publisher.acquire_lease("b", NOON, 60) > first


def lose_lock(publisher: Any) -> None:
    """Deletes LOCK, as a restore without it does."""
    if isinstance(publisher, FakeSnapshots):
        publisher.fence, publisher.holder = 0, None
    else:
        table("catalog").delete_item(Key={"pk": "LOCK"})


def test_a_fence_is_above_the_pointer_after_lock_was_lost(publisher: Any) -> None:
    published = a_snapshot(fence=7)
    publisher.flip(Pointer(published.descriptor), None)

    lose_lock(publisher)
    leased = publisher.acquire_lease("a", NOON, 60)
    lose_lock(publisher)
    operator = publisher.next_fence()

    assert (leased, operator, publisher.next_fence()) == (8, 8, 9)


@pytest.mark.parametrize(
    "damage",
    [
        {"fence": "x"},
        {"fence": 3, "holder": "a", "lease_until": "soon"},
        {"fence": 3, "holder": "a"},
        {"fence": 3, "holder": 5, "lease_until": 1},
        {"fence": 3, "sweepable": "junk"},
        {
            "fence": 3,
            "sweepable": {"junk", "0000000000-abc*x", "0000000001-0123456789abcdef*99999"},
        },
    ],
    ids=lambda damage: repr(sorted(damage)),
)
def test_an_unreadable_lock_stops_no_refresh(rows: DynamoRows, damage: dict[str, Any]) -> None:
    publisher = DynamoPublisher(rows, "catalog")
    first = a_snapshot(fence=7)
    publisher.write_chunks(first)
    publisher.flip(Pointer(first.descriptor), None)
    table("catalog").put_item(Item={"pk": "LOCK", **damage})

    fence = publisher.acquire_lease("b", NOON, LEASE_SECONDS)
    second = a_snapshot(a_track(2), fence=fence)
    publisher.write_chunks(second)
    publisher.flip(advanced(Pointer(first.descriptor), second.descriptor), publisher.current())

    assert (fence, publisher.sweep(), publisher.is_leased(NOON)) == (8, 0, True)
    publisher.release_lease("b")
    assert publisher.load(second.descriptor) == second


def test_a_running_lease_keeps_another_holder_out(publisher: Publisher) -> None:
    publisher.acquire_lease("a", NOON, 60)

    with pytest.raises(LeaseHeld):
        publisher.acquire_lease("b", NOON + timedelta(seconds=59), 60)


def test_a_lease_from_a_skewed_clock_is_ignored(publisher: Publisher) -> None:
    publisher.acquire_lease("a", NOON + timedelta(days=365), LEASE_SECONDS)

    assert publisher.acquire_lease("b", NOON, LEASE_SECONDS) == 2
    with pytest.raises(LeaseHeld):
        publisher.acquire_lease("c", NOON, LEASE_SECONDS)


def test_a_holder_may_take_its_own_lease_again(publisher: Publisher) -> None:
    first = publisher.acquire_lease("a", NOON, 60)

    assert publisher.acquire_lease("a", NOON, 60) == first + 1


def test_a_lease_that_has_run_out_can_be_taken(publisher: Publisher) -> None:
    first = publisher.acquire_lease("a", NOON, 60)

    assert publisher.acquire_lease("b", NOON + timedelta(seconds=61), 60) == first + 1


def test_releasing_a_lost_lease_does_nothing(publisher: Publisher) -> None:
    publisher.acquire_lease("a", NOON, 60)
    publisher.acquire_lease("b", NOON + timedelta(seconds=61), 60)

    publisher.release_lease("a")

    with pytest.raises(LeaseHeld):
        publisher.acquire_lease("c", NOON + timedelta(seconds=62), 60)


def test_a_flipped_snapshot_is_current_and_loads_unchanged(publisher: Publisher) -> None:
    snapshot = a_snapshot(a_track(1), a_track(2), fence=publisher.acquire_lease("a", NOON, 60))
    publisher.write_chunks(snapshot)
    publisher.flip(Pointer(snapshot.descriptor), publisher.current())

    assert publisher.current() == Pointer(snapshot.descriptor)
    assert publisher.load(snapshot.descriptor) == snapshot


def test_the_pointer_stores_its_history(publisher: Publisher) -> None:
    first, second = a_snapshot(fence=1), a_snapshot(a_track(2), fence=2)
    publisher.flip(Pointer(first.descriptor), publisher.current())
    publisher.flip(Pointer(second.descriptor, (first.descriptor,)), publisher.current())

    assert publisher.current() == Pointer(second.descriptor, (first.descriptor,))


def test_the_first_pointer_gets_a_secret_that_every_later_one_keeps(publisher: Publisher) -> None:
    first, second = a_snapshot(fence=1), a_snapshot(a_track(2), fence=2)
    publisher.flip(Pointer(first.descriptor), publisher.current())
    made = publisher.current()
    assert made is not None

    publisher.flip(advanced(made, second.descriptor), made)

    kept = publisher.current()
    assert kept is not None
    assert (made.cursor_secret != "", kept.cursor_secret) == (True, made.cursor_secret)


@pytest.mark.parametrize("fence", [4, 5])
def test_a_flip_without_a_higher_fence_is_lost(publisher: Publisher, fence: int) -> None:
    newer = a_snapshot(a_track(1), fence=5)
    publisher.flip(Pointer(newer.descriptor), publisher.current())

    with pytest.raises(PublishLost):
        publisher.flip(Pointer(a_snapshot(a_track(2), fence=fence).descriptor), publisher.current())

    assert publisher.current() == Pointer(newer.descriptor)


def test_flipping_twice_to_the_same_version_is_a_success(publisher: Publisher) -> None:
    pointer = Pointer(a_snapshot(fence=3).descriptor)
    publisher.flip(pointer, None)

    publisher.flip(pointer, None)

    assert publisher.current() == pointer


def test_a_flip_is_lost_when_another_refresh_published_meanwhile(publisher: Publisher) -> None:
    first, second, third = (a_snapshot(a_track(n), fence=n) for n in (1, 2, 3))
    before = Pointer(first.descriptor)
    publisher.flip(before, None)
    publisher.flip(advanced(before, second.descriptor), before)

    with pytest.raises(PublishLost):
        publisher.flip(advanced(before, third.descriptor), before)

    assert publisher.current() == advanced(before, second.descriptor)


def test_a_pointer_move_from_a_stale_read_is_lost(publisher: Any) -> None:
    first, second = (a_snapshot(a_track(n), fence=n) for n in (1, 2))
    before = Pointer(first.descriptor)
    publisher.flip(before, None)
    published = advanced(before, second.descriptor)
    publisher.flip(published, before)

    with pytest.raises(PublishLost):
        publisher.point(pinned(before, first.descriptor.version, 9), before)

    assert publisher.current() == published


def test_a_snapshot_with_a_missing_chunk_does_not_load(publisher: Publisher) -> None:
    with pytest.raises(SnapshotCorrupt):
        publisher.load(a_snapshot().descriptor)


def test_a_refresh_loses_to_an_operators_move_made_meanwhile(publisher: Any) -> None:
    old = a_snapshot(a_track(1), fence=publisher.acquire_lease("a", NOON, 60))
    publisher.flip(Pointer(old.descriptor), publisher.current())
    running = a_snapshot(a_track(2), fence=publisher.acquire_lease("a", NOON, 60))

    held = pinned(publisher.current(), old.descriptor.version, publisher.next_fence())
    publisher.point(held, publisher.current())

    assert publisher.current() == held
    with pytest.raises(PublishLost):
        publisher.flip(advanced(held, running.descriptor), publisher.current())
    assert publisher.current() == held


def test_a_pin_blocks_every_refresh_until_it_is_removed(publisher: Any) -> None:
    old = a_snapshot(a_track(1), fence=1)
    publisher.flip(Pointer(old.descriptor), publisher.current())
    publisher.point(pinned(publisher.current(), old.descriptor.version, 5), publisher.current())
    newer = a_snapshot(a_track(2), fence=9)

    with pytest.raises(PublishLost):
        publisher.flip(Pointer(newer.descriptor, (old.descriptor,)), publisher.current())

    publisher.point(unpinned(publisher.current(), 6), publisher.current())
    publisher.flip(advanced(publisher.current(), newer.descriptor), publisher.current())
    assert publisher.current() == Pointer(newer.descriptor, (old.descriptor,))


def test_chunks_of_a_crashed_run_are_deleted_once_its_fence_is_passed(publisher: Any) -> None:
    begun = a_snapshot(a_track(1), fence=1)
    publisher.write_chunks(begun)
    assert publisher.sweep() == 0

    whole = a_snapshot(a_track(2), fence=2)
    publisher.write_chunks(whole)
    publisher.flip(Pointer(whole.descriptor), publisher.current())

    assert publisher.sweep() == 1
    assert publisher.load(whole.descriptor) == whole
    with pytest.raises(SnapshotCorrupt):
        publisher.load(begun.descriptor)
    assert publisher.sweep() == 0


def test_chunks_of_an_overtaken_run_are_deleted_until_two_publishes_later(publisher: Any) -> None:
    kept, late, second, third = (a_snapshot(a_track(n), fence=n) for n in (1, 2, 3, 4))
    publisher.flip(Pointer(kept.descriptor), publisher.current())
    publisher.write_chunks(late)
    publisher.flip(Pointer(second.descriptor, (kept.descriptor,)), publisher.current())

    assert [publisher.sweep(), publisher.sweep()] == [1, 1]

    publisher.flip(
        Pointer(third.descriptor, (second.descriptor, kept.descriptor)), publisher.current()
    )
    assert [publisher.sweep(), publisher.sweep()] == [1, 0]


def test_chunks_of_a_running_refresh_are_not_deleted(publisher: Any) -> None:
    whole = a_snapshot(a_track(1), fence=1)
    publisher.write_chunks(whole)
    publisher.flip(Pointer(whole.descriptor), publisher.current())
    late = a_snapshot(a_track(2), fence=2)
    publisher.write_chunks(late)

    assert publisher.sweep() == 0

    publisher.flip(Pointer(late.descriptor, (whole.descriptor,)), publisher.current())
    assert publisher.load(late.descriptor) == late


def test_complete_versions_that_no_pointer_names_are_found(publisher: Any) -> None:
    served, died, cut_short = (a_snapshot(a_track(n), fence=n) for n in (1, 2, 3))
    assert list(publisher.unpublished(None)) == []
    for snapshot in (served, died, cut_short):
        publisher.write_chunks(snapshot)
    publisher.flip(Pointer(served.descriptor), None)
    if isinstance(publisher, FakeSnapshots):
        del publisher.chunks[cut_short.descriptor.version, 0]
    else:
        key = chunk_key(cut_short.descriptor.version, 0, publisher._chart)
        table("catalog").update_item(Key={"pk": key}, AttributeUpdates={"data": {"Value": b"x"}})

    assert list(publisher.unpublished(publisher.current())) == [died.gzipped]
    assert set(publisher.unpublished(None)) == {served.gzipped, died.gzipped}


def test_chunks_of_expired_versions_are_deleted(publisher: Any) -> None:
    first, second = a_snapshot(a_track(1), fence=1), a_snapshot(a_track(2), fence=2)
    for snapshot in (first, second):
        publisher.write_chunks(snapshot)
        publisher.flip(Pointer(snapshot.descriptor), publisher.current())

    assert publisher.sweep() == 1
    with pytest.raises(SnapshotCorrupt):
        publisher.load(first.descriptor)


def test_a_sweep_remembers_the_chunks_of_a_version_in_the_history(publisher: Any) -> None:
    first, second = a_snapshot(a_track(1), fence=1), a_snapshot(a_track(2), fence=2)
    for snapshot in (first, second):
        publisher.write_chunks(snapshot)
        publisher.flip(Pointer(snapshot.descriptor), publisher.current())
        swept = publisher.sweep()

    assert swept == 1
    with pytest.raises(SnapshotCorrupt):
        publisher.load(first.descriptor)
