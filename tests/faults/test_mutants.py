"""The planted bugs: each is caught by the sweep that is there to catch it."""

from collections.abc import Callable

import pytest

from tests.faults import mutants
from tests.faults.conftest import Figures
from tests.faults.mutants import Patch, planted
from tests.faults.shim import Mode
from tests.faults.sweeps import (
    Tally,
    every_fault,
    every_zombie,
    readers_between_calls,
)
from tests.faults.world import TESTED, World

Hunt = Callable[[World], Tally]


def crashes(world: World) -> Tally:
    return every_fault(world, 1, [Mode.CRASH_BEFORE], calls=slice(None, None, 2))


def lost_answers(world: World) -> Tally:
    return every_fault(world, 3, [Mode.LANDED_TIMEOUT], calls=slice(-16, None))


def zombies(world: World) -> Tally:
    return every_zombie(world, TESTED + 1, calls=slice(0, None, 4))


HUNTS: dict[Callable[[Patch], None], Hunt] = {
    mutants.flip_before_chunks: readers_between_calls,
    mutants.no_archive: readers_between_calls,
    mutants.condition_taken_as_lost: lost_answers,
    mutants.no_fence: zombies,
    mutants.eager_sweep: readers_between_calls,
    mutants.no_sweep: crashes,
}


@pytest.mark.parametrize("mutant", HUNTS, ids=lambda mutant: mutant.__name__)
def test_a_planted_bug_is_caught(
    world: World, figures: Figures, mutant: Callable[[Patch], None]
) -> None:
    with planted(mutant):
        tally = HUNTS[mutant](world)

    assert tally.violations
    figures.killed(mutant.__name__)
