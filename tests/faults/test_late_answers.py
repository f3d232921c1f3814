"""An operator who decides early and acts late: after refreshes, or while one publishes."""

from dataclasses import replace

import pytest

from tests.faults.conftest import IS_FULL, Figures
from tests.faults.invariants import broken, misreported
from tests.faults.sweeps import Tally, healed
from tests.faults.test_operator import MOVES, RETIRED, still_listed
from tests.faults.wire import Call
from tests.faults.world import TESTED, World, chart
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import PublishLost
from tiktok_music.refresh.publication.archive_records import retired_record

STEP = 1 if IS_FULL else 20
# The track that is taken down has another album, so that the refresh writes its record.
CHANGED = tuple(
    replace(each, album="Another") if each.track_id == RETIRED.track_id else each
    for each in chart(TESTED)
)


@pytest.mark.parametrize("name", MOVES)
def test_a_move_decided_before_refreshes_is_lost_and_can_be_decided_again(
    world: World, figures: Figures, name: str
) -> None:
    tally, saved = Tally(3), world.save()
    for refreshes in range(1, 4):
        world.restore(saved)
        publisher, before = world.process("operator").publisher, world.account.pointer()
        assert before is not None
        problems = healed(world, TESTED, refreshes)
        published = world.account.pointer()
        world.process("operator").wire.begin()
        with pytest.raises(PublishLost):
            publisher.point(MOVES[name](before, publisher.next_fence()), before)
        if world.account.pointer() != published:
            problems.append("F16: a move of an old pointer replaced a newer one")
        moved = world.operate(MOVES[name])
        if world.account.pointer() != moved:
            problems.append("F16: the move of the current pointer does not stand")
        tally.add(f"{name} after {refreshes} refreshes", [*problems, *broken(world)])

    figures.require_clean("F16 late answers", tally)


def test_a_takedown_while_an_overdue_refresh_is_about_to_publish_is_not_undone(
    world: World, figures: Figures
) -> None:
    """The refresh has read the archive, its lease has run out, and the operator has it now."""
    saved = world.save()
    calls = world.run(TESTED, candidates=CHANGED).calls
    world.restore(saved)
    tally = Tally(len(calls))
    for number in range(0, len(calls), STEP):
        world.restore(saved)

        def retire(place: int, call: Call, number: int = number) -> None:
            if place == number:
                world.outlive_the_lease()
                retire_under_the_lease(world)

        run = world.run(TESTED, on_call=retire, candidates=CHANGED)
        problems = [*misreported(world, run), *broken(world), *healed(world, TESTED + 1)]
        problems += [*still_listed(world), *taken_back(world)]
        tally.add(f"takedown at {number} ({calls[number]})", problems)

    figures.require_clean("F16 takedowns during an overdue refresh", tally)


def retire_under_the_lease(world: World) -> None:
    """Retires a track as `catalog retire` does without --now."""
    process = world.process("operator")
    process.wire.begin()
    process.publisher.acquire_lease("retire-1", world.now, 120.0)
    record = process.archive.get_many([RETIRED.track_id])[RETIRED.track_id]
    process.archive.save_retired(retired_record(record, "asked for", world.now))
    process.publisher.release_lease("retire-1")


def taken_back(world: World) -> list[str]:
    """F16: the archive does not say that the track is retired."""
    status = world.account.get_many([RETIRED.track_id])[RETIRED.track_id].status
    return [] if status is TrackStatus.RETIRED else [f"F16: the retired track is {status}"]
