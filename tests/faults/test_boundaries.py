"""F1, F2, F4, F5 and F6: faults, stale writers and readers at every call of a refresh."""

import pytest

from tests.faults.conftest import IS_FULL, Figures
from tests.faults.invariants import broken
from tests.faults.sweeps import (
    Tally,
    every_fault,
    every_stale_writer,
    index_of_flip,
    overtaken_writers,
    paused_readers,
    readers_between_calls,
    recorded_calls,
)
from tests.faults.wire import LANDING, MODES, Mode, at
from tests.faults.world import TESTED, World

STEP = 1 if IS_FULL else 20


@pytest.mark.parametrize("attempts", [1, 3])
def test_no_fault_at_any_call_breaks_an_invariant(
    world: World, figures: Figures, attempts: int
) -> None:
    calls = slice(0, None, STEP if attempts == 3 else min(STEP, 7))

    tally = every_fault(world, attempts, MODES if IS_FULL else (), calls=calls)

    tally.note = f"{len(MODES)} modes" if IS_FULL else "one mode each, in turn"
    figures.require_clean(f"F1, F2 with {attempts} attempts", tally)


def test_a_fault_of_the_recording_does_not_fail_the_run(world: World, figures: Figures) -> None:
    """The published snapshot and the report stand without the recording and the run list."""
    calls = recorded_calls(world, world.process())
    beside = [n for n, call in enumerate(calls) if "#INPUT#" in call.keys[0] or "RUNS" in call.keys]
    modes = [each for each in MODES if each not in (Mode.CRASH_BEFORE, Mode.CRASH_AFTER)]
    tally, saved = Tally(len(beside)), world.save()
    for number in beside:
        for mode in modes if IS_FULL else (modes[number % len(modes)],):
            world.restore(saved)
            run = world.run(TESTED, faults=at(number, mode))
            assert run.report is not None
            problems = broken(world)
            if (run.outcome, run.report.is_saved) != ("PUBLISHED", False):
                problems.append(f"F1: the run says {run.outcome}, {run.report.is_saved}")
            tally.add(f"{mode} at {number} ({calls[number]})", problems)

    figures.require_clean("F1 faults of the recording", tally)
    assert len(beside) > 5


def test_a_lost_answer_is_settled_by_a_strong_read(world: World, figures: Figures) -> None:
    modes = LANDING if IS_FULL else (Mode.LANDED_TIMEOUT,)

    flip = index_of_flip(world)
    calls = slice(None) if IS_FULL else slice(flip - 1, flip + 2)

    tally = every_fault(world, 3, modes, calls=calls, stale_reads=9)

    figures.require_clean("F2 with 3 attempts, replicas behind", tally)


@pytest.mark.parametrize(("name", "slot"), [("same", TESTED), ("next", TESTED + 1)])
def test_a_paused_refresh_never_overwrites_the_one_that_overtook_it(
    world: World, figures: Figures, name: str, slot: int
) -> None:
    tally = every_stale_writer(world, slot, calls=slice(0, None, STEP))

    figures.require_clean(f"F5 stale writer, another delivery of the {name} run", tally)


@pytest.mark.parametrize("slot", [TESTED, TESTED + 1], ids=["same run", "next run"])
def test_an_older_refresh_that_resumes_within_a_newer_one_changes_nothing(
    world: World, figures: Figures, slot: int
) -> None:
    flip = index_of_flip(world)
    pauses = (flip - 7, flip - 1, flip, flip + 3) if IS_FULL else (flip,)

    tally = overtaken_writers(world, slot, pauses, step=2 if IS_FULL else 30)

    figures.require_clean("F5 an older run resumes within a newer one", tally)


def test_readers_between_any_two_calls_see_one_complete_version(
    world: World, figures: Figures
) -> None:
    figures.require_clean("F6 readers between two calls", readers_between_calls(world))


def test_a_reader_paused_during_refreshes_answers_one_complete_version(
    world: World, figures: Figures
) -> None:
    figures.require_clean(
        "F6 readers paused", paused_readers(world, range(1, 6) if IS_FULL else (3,))
    )
