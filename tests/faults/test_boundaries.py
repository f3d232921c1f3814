"""F1, F2, F4, F5 and F6: every call of a refresh as the place where something goes wrong."""

import pytest

from tests.faults.conftest import IS_FULL, Figures
from tests.faults.shim import MODES, Mode
from tests.faults.sweeps import (
    every_fault,
    every_zombie,
    paused_readers,
    readers_between_calls,
)
from tests.faults.world import TESTED, World

FAST_MODES = {1: (Mode.CRASH_AFTER, Mode.LANDED_TIMEOUT), 3: (Mode.LANDED_ERROR,)}
STEP = 1 if IS_FULL else 3


@pytest.mark.parametrize("attempts", [1, 3])
def test_no_fault_at_any_call_breaks_anything(
    world: World, figures: Figures, attempts: int
) -> None:
    modes = MODES if IS_FULL else FAST_MODES[attempts]

    tally = every_fault(world, attempts, modes, calls=slice(0, None, 1 if attempts == 1 else STEP))

    tally.note = f"{len(modes)} modes"
    figures.keep(f"F1, F2 with {attempts} attempts", tally)


@pytest.mark.parametrize(("name", "tick"), [("same", TESTED), ("next", TESTED + 1)])
def test_a_paused_refresh_never_overwrites_the_one_that_overtook_it(
    world: World, figures: Figures, name: str, tick: int
) -> None:
    tally = every_zombie(world, tick, calls=slice(0, None, STEP))

    figures.keep(f"F5 zombie, another run of the {name} tick", tally)


def test_readers_between_any_two_calls_see_one_whole_version(
    world: World, figures: Figures
) -> None:
    figures.keep("F6 readers between two calls", readers_between_calls(world))


def test_a_reader_that_is_paused_through_refreshes_answers_one_whole_version(
    world: World, figures: Figures
) -> None:
    figures.keep("F6 readers paused", paused_readers(world, range(1, 6) if IS_FULL else (1, 4)))
