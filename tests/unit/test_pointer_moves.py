"""Moves of the pointer."""

from datetime import timedelta

import pytest

from tests.builders import NOON, a_descriptor, a_snapshot, a_track
from tiktok_music.errors import SnapshotGone
from tiktok_music.pointer_moves import (
    advanced,
    last_scheduled_at,
    pinned,
    recovered,
    replaced,
    rolled_back,
    unpinned,
)
from tiktok_music.snapshot import Descriptor, Pointer


def a_publish(number: int, hours: float) -> Descriptor:
    moment = NOON + timedelta(hours=hours)
    return a_snapshot(
        a_track(number), fence=number, scheduled_at=moment, published_at=moment
    ).descriptor


def after(count: int, hours_between: float) -> Pointer:
    pointer = None
    for number in range(1, count + 1):
        pointer = advanced(pointer, a_publish(number, number * hours_between))
    assert pointer is not None
    return pointer


def test_the_last_fourteen_versions_are_retained() -> None:
    pointer = after(20, hours_between=24 * 7)

    assert pointer.current.fence == 20
    assert [descriptor.fence for descriptor in pointer.history] == list(range(19, 6, -1))


def test_all_versions_of_the_last_week_are_retained() -> None:
    pointer = after(60, hours_between=6)

    assert len(pointer.history) == 27
    assert pointer.history[-1].published_at > pointer.current.published_at - timedelta(days=7)


def test_at_most_a_hundred_versions_are_retained() -> None:
    pointer = after(105, hours_between=0.1)

    assert [descriptor.fence for descriptor in pointer.history] == list(range(104, 5, -1))


WHOLE = tuple(a_descriptor(fence) for fence in (3, 9, 7))
NEWEST_FIRST = (WHOLE[1], WHOLE[2], WHOLE[0])


@pytest.mark.parametrize(
    ("fence", "current", "is_pinned"),
    [(9, 0, True), (7, 1, True), (3, 2, True), (8, 0, False), (None, 0, False)],
)
def test_a_recovered_pointer_keeps_its_version_if_that_is_whole(
    fence: int | None, current: int, is_pinned: bool
) -> None:
    """Else it is at the newest one, without a pin."""
    version = None if fence is None else a_descriptor(fence).version

    pinned_one = recovered(WHOLE, version, 20, is_pinned=True)
    free = recovered(WHOLE, version, 20, is_pinned=False)

    chosen = NEWEST_FIRST[current]
    others = tuple(each for each in NEWEST_FIRST if each != chosen)
    assert free == Pointer(chosen, others, operator_fence=20)
    assert pinned_one == Pointer(chosen, others, operator_fence=20, is_pinned=is_pinned)


def test_every_move_keeps_the_secret_of_cursors() -> None:
    current, old = a_descriptor(3), a_descriptor(2)
    pointer = Pointer(current, (old,), cursor_secret="secret")

    moved = [
        advanced(pointer, a_descriptor(4)),
        rolled_back(pointer, old.version, 5),
        replaced(pointer, a_descriptor(4), 5),
        pinned(pointer, current.version, 5),
        unpinned(pointer, 5),
    ]

    assert [each.cursor_secret for each in moved] == ["secret"] * 5


def test_a_recovered_pointer_has_at_most_a_hundred_versions() -> None:
    whole = [a_descriptor(fence) for fence in range(1, 106)]

    pointer = recovered(whole, None, 200, is_pinned=False)

    assert (pointer.current, pointer.history) == (whole[-1], tuple(whole[-2:4:-1]))


@pytest.mark.parametrize("count", [99, 100])
def test_a_takedown_leaves_at_most_a_hundred_versions(count: int) -> None:
    current, *history = (a_descriptor(fence) for fence in range(count, 0, -1))

    moved = replaced(Pointer(current, tuple(history)), a_descriptor(101), fence=102)

    withdrawn = current._replace(is_withdrawn=True)
    assert moved.history == (withdrawn, *history[:98])


def test_of_withdrawn_versions_alone_the_newest_is_recovered() -> None:
    old, new = (a_descriptor(fence, is_withdrawn=True) for fence in (1, 2))

    pointer = recovered([old, new], None, 8, is_pinned=False)

    assert pointer == Pointer(new, (old,), operator_fence=8)


def test_a_rollback_makes_an_older_version_current_with_a_higher_fence() -> None:
    pointer = after(3, hours_between=12)

    back = rolled_back(pointer, pointer.history[1].version, fence=9)

    assert (back.current.fence, back.fence) == (1, 9)
    assert [descriptor.fence for descriptor in back.history] == [3, 2]
    assert last_scheduled_at(back, pointer.current.scheduled_at) == pointer.current.scheduled_at
    assert last_scheduled_at(back, NOON - timedelta(days=9)) is None


def test_a_rollback_to_an_unknown_version_is_refused_with_the_stored_ones() -> None:
    pointer = after(2, hours_between=12)

    with pytest.raises(SnapshotGone) as raised:
        rolled_back(pointer, "0000000007-abc", fence=9)

    versions = ", ".join((pointer.current.version, pointer.history[0].version))
    assert str(raised.value) == f"0000000007-abc is not kept; there are {versions}"


def test_a_pin_lasts_until_it_is_removed() -> None:
    pointer = after(2, hours_between=12)

    pin = pinned(pointer, pointer.history[0].version, fence=5)
    free = unpinned(pin, fence=6)

    assert (pin.is_pinned, pin.current.fence, pin.fence) == (True, 1, 5)
    assert (free.is_pinned, free.current, free.fence) == (False, pin.current, 6)
    published = a_publish(7, 90)
    moved = advanced(free, published)
    assert moved == Pointer(published, (free.current, *free.history), operator_fence=0)
    assert moved.fence == 7


def test_a_replaced_version_is_stored_and_not_served_again() -> None:
    old, current, without = (a_descriptor(fence) for fence in (1, 2, 5))
    pointer = Pointer(current, (old,), is_pinned=True)

    moved = replaced(pointer, without, fence=6)

    withdrawn = current._replace(is_withdrawn=True)
    assert moved == Pointer(without, (withdrawn, old), operator_fence=6, is_pinned=True)
    assert moved.fence == 6
    for move in (rolled_back, pinned):
        with pytest.raises(SnapshotGone, match="lists a track that was retired at once"):
            move(moved, current.version, 7)
    assert rolled_back(moved, old.version, 7).history == (without, withdrawn)
    assert recovered([withdrawn, old], None, 8, is_pinned=False).current == old
