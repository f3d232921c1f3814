"""F1, F6 and F7 before the first publish."""

from tests.faults.conftest import IS_FULL, Figures
from tests.faults.invariants import broken, broken_stale_answers
from tests.faults.sweeps import Tally, healed
from tests.faults.wire import LANDING, Call, Mode, at
from tests.faults.world import World


def test_the_first_refresh_recovers_from_a_fault_at_any_call(
    new_world: World, figures: Figures
) -> None:
    world, saved = new_world, new_world.save()
    calls = world.run(0).calls
    world.restore(saved)
    tally = Tally(len(calls))
    for number in range(0, len(calls), 1 if IS_FULL else 30):
        for mode in LANDING if IS_FULL else (Mode.CRASH_AFTER,):
            world.restore(saved)
            world.run(0, faults=at(number, mode))
            tally.add(f"{mode} at {number} ({calls[number]})", [*broken(world), *healed(world, 1)])

    figures.require_clean("F1 the first refresh", tally)


def test_a_reader_with_a_stale_replica_sees_the_first_publish(
    new_world: World, figures: Figures
) -> None:
    world, tally = new_world, Tally()
    world.account.stale_reads = 3

    def look(number: int, call: Call) -> None:
        if world.account.flips:
            tally.boundaries += 1
            tally.add(f"before {number} ({call})", broken_stale_answers(world))

    world.run(0, on_call=look)

    figures.require_clean("F7 the first publish, stale reads", tally)
