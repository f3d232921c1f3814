"""The announced changes: which pointer writes and runs are events, and what an event says."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, a_descriptor, a_record, a_snapshot, a_track
from tests.fakes import FakeArchive, FakeSnapshots
from tiktok_music.announce.announce import (
    AnnounceDependencies,
    Change,
    PointerChange,
    RunsChange,
    announce,
)
from tiktok_music.announce.events import CatalogEvent
from tiktok_music.announce.pointer_move import pointer_move
from tiktok_music.announce.refused_runs import refused_runs
from tiktok_music.archive import TrackStatus
from tiktok_music.pointer_moves import (
    advanced,
    pinned,
    recovered,
    replaced,
    rolled_back,
    unpinned,
)
from tiktok_music.snapshot import Descriptor, Pointer

# Four versions with contents of their own; the fourth has the content of the third.
FIRST, SECOND, THIRD, FIFTH = (
    a_descriptor(fence, sha256=str(fence) * 64) for fence in (1, 2, 3, 5)
)
SAME = a_descriptor(4)._replace(sha256=THIRD.sha256)
AT_FIRST = Pointer(FIRST)
AT_SECOND = advanced(AT_FIRST, SECOND)
AT_THIRD = advanced(AT_SECOND, THIRD)
BACK = rolled_back(AT_THIRD, FIRST.version, 4)
# Old pointer, new pointer -> cause, previous version and fence of the move; None for no event.
MOVES: dict[str, tuple[Pointer | None, Pointer | None, tuple[str, Descriptor | None, int] | None]]
MOVES = {
    "the first publication": (None, AT_FIRST, ("refresh", None, 1)),
    "a refresh": (AT_SECOND, AT_THIRD, ("refresh", SECOND, 3)),
    "a refresh of the same content": (AT_THIRD, advanced(AT_THIRD, SAME), None),
    "a rollback": (AT_THIRD, BACK, ("rollback", THIRD, 4)),
    "forward again": (BACK, rolled_back(BACK, THIRD.version, 5), ("rollback", FIRST, 5)),
    "a refresh after a rollback": (BACK, advanced(BACK, FIFTH), ("refresh", FIRST, 5)),
    "a pin in place": (AT_THIRD, pinned(AT_THIRD, THIRD.version, 4), None),
    "a pin elsewhere": (AT_THIRD, pinned(AT_THIRD, FIRST.version, 4), ("rollback", THIRD, 4)),
    "an unpin": (pinned(AT_THIRD, FIRST.version, 4), unpinned(BACK, 5), None),
    "a takedown": (AT_THIRD, replaced(AT_THIRD, FIFTH, 6), ("withdrawal", THIRD, 6)),
    "a takedown while pinned": (
        pinned(AT_THIRD, FIRST.version, 4),
        replaced(pinned(AT_THIRD, FIRST.version, 4), FIFTH, 6),
        ("withdrawal", FIRST, 6),
    ),
    "a recovery in place": (
        AT_THIRD,
        recovered([FIRST, THIRD], THIRD.version, 4, is_pinned=False),
        None,
    ),
    "a recovery of an unreadable pointer": (
        None,
        recovered([FIRST, SECOND], None, 4, is_pinned=False),
        ("rollback", None, 4),
    ),
    "the same write again": (AT_THIRD, AT_THIRD, None),
    "a deleted pointer": (AT_THIRD, None, None),
    "nothing readable": (None, None, None),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_pointer_write_is_announced_if_another_list_is_served(name: str) -> None:
    old, new, expected = MOVES[name]

    move = pointer_move(old, new)

    assert (move and (str(move.cause), move.previous, move.fence)) == expected
    assert move is None or (new is not None and move.current == new.current)


def a_run(outcome: str = "REFUSED", hour: int = 6, **fields: Any) -> dict[str, Any]:
    at = f"2026-11-22T{hour:02}:00:00+00:00"
    return {
        "scheduledAt": at,
        "startedAt": at,
        "outcome": outcome,
        "reason": "FLOOR: few",
        **fields,
    }


LATER_ATTEMPT = a_run(startedAt="2026-11-22T07:00:00+00:00")
RUNS = {
    "a refusal": ([], [a_run()], [a_run()]),
    "two at once, the oldest first": ([], [a_run(hour=18), a_run()], [a_run(), a_run(hour=18)]),
    "a refusal below another run": ([a_run()], [a_run("PUBLISHED", 18), a_run()], []),
    "another outcome": ([], [a_run("PUBLISHED"), a_run("LOST", 18)], []),
    "a later attempt at the run": ([a_run()], [LATER_ATTEMPT], [LATER_ATTEMPT]),
    "a run of a pinned catalog": ([], [a_run(reason="PINNED: the operator holds it")], []),
    "an entry that left the list": ([a_run()], [], []),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_refused_run_is_announced_once(name: str) -> None:
    old, new, expected = RUNS[name]

    assert refused_runs(old, new) == expected


@dataclass
class FakeBus:
    sent: list[CatalogEvent] = field(default_factory=list)

    def send(self, events: Sequence[CatalogEvent]) -> None:
        self.sent += events


@dataclass
class World:
    """A catalog with two versions, of which the second lost two tracks; one was taken down."""

    snapshots: FakeSnapshots = field(default_factory=FakeSnapshots)
    archive: FakeArchive = field(default_factory=FakeArchive)
    bus: FakeBus = field(default_factory=FakeBus)

    def __post_init__(self) -> None:
        tracks = [a_track(number) for number in range(6)]
        self.before = a_snapshot(*tracks[:4], fence=1)
        moved = replace(tracks[0], user_count=0)
        self.now = a_snapshot(
            moved, tracks[3], *tracks[4:], fence=2, published_at=NOON + timedelta(hours=12)
        )
        self.snapshots.publish(self.before)
        self.snapshots.publish(self.now)
        self.archive.save_many([a_record(1), a_record(2, status=TrackStatus.RETIRED)])

    def change(self, **fields: Any) -> PointerChange:
        old, new = Pointer(self.before.descriptor), self.snapshots.pointer()
        change = PointerChange(chart="default", old=old, new=new, is_first=False)
        return replace(change, **fields)

    def announce(self, *changed: Change) -> tuple[CatalogEvent, ...]:
        return announce(
            changed,
            AnnounceDependencies(
                snapshots=lambda _: self.snapshots, archive=self.archive, bus=self.bus
            ),
        )

    def counts(self, change: PointerChange) -> list[int | None]:
        [event] = self.announce(change)
        return [event.detail[name] for name in ("total", "added", "removed", "moved", "retired")]


def test_an_event_says_what_changed() -> None:
    world = World()

    sent = world.announce(world.change())

    detail = {
        "version": "1.0",
        "eventId": "evt_01M82V7M00BHS6RD87RRPC23D8",
        "chart": "default",
        "isDefault": True,
        "snapshot": world.now.descriptor.version,
        "previousSnapshot": world.before.descriptor.version,
        "publishedAt": "2026-11-23T00:00:00Z",
        "cause": "refresh",
        "total": 4,
        "added": 2,
        "removed": 2,
        "moved": 2,
        "retired": 1,
    }
    assert sent == (CatalogEvent("CatalogRefreshed", detail),)
    assert world.bus.sent == list(sent)


def test_the_first_publication_adds_every_track() -> None:
    world = World()

    assert world.counts(world.change(old=None, is_first=True)) == [4, 4, 0, 0, 0]


def test_an_unreadable_version_costs_the_counts_and_not_the_event() -> None:
    world = World()
    unknown = [4, None, None, None, None]

    assert world.counts(world.change(old=None)) == unknown
    world.snapshots.chunks.clear()
    assert world.counts(world.change()) == unknown


def test_ids_are_those_of_the_change_and_its_chart() -> None:
    world = World()
    again = world.snapshots.pointer()
    refused = RunsChange(old=[], new=[a_run()])
    changes: list[Change] = [
        world.change(),
        world.change(chart="cml.gb.all.7d"),
        world.change(new=replace(again, operator_fence=9)),
        refused,
        replace(refused, new=[LATER_ATTEMPT]),
    ]

    first, second = world.announce(*changes), world.announce(*changes)

    ids = [event.detail["eventId"] for event in first]
    assert first == second
    assert len(set(ids)) == len(changes)
    assert [event.detail["isDefault"] for event in first] == [True, False, True, True, True]


def test_nothing_is_sent_without_an_event() -> None:
    world = World()

    assert world.announce(world.change(old=world.snapshots.pointer())) == ()
    assert world.bus.sent == []
