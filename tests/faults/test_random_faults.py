"""F3, F4, and the long run: faults by chance, from a seed that is printed."""

import random

from tests.faults.chance import crowds, pairs
from tests.faults.conftest import IS_FULL, SEED, Figures
from tests.faults.invariants import broken
from tests.faults.life import Life
from tests.faults.sweeps import Tally
from tests.faults.world import TESTED, World


def test_two_faults_break_nothing_either(world: World, figures: Figures) -> None:
    figures.require_clean("F3 random pairs", pairs(world, 500 if IS_FULL else 3, SEED))


def test_deliveries_at_once_publish_once(world: World, figures: Figures) -> None:
    figures.require_clean("F4 deliveries at once", crowds(world, 60 if IS_FULL else 2, SEED))


def test_a_tick_that_is_done_is_not_done_again_hours_later(world: World, figures: Figures) -> None:
    tally = Tally(1)
    world.run(TESTED)
    for minutes in (0, 1, 360):
        world.forward(60 * minutes)
        for holder in ("request-1", "request-2"):
            run = world.run(TESTED, holder=holder)
            problems = [] if run.outcome == "ALREADY_DONE" else [f"F4: {run.outcome}"]
            tally.add(f"{holder} after {minutes} min", [*problems, *broken(world)])

    figures.require_clean("F4 late deliveries", tally)


def test_years_of_faults_break_nothing(world: World, figures: Figures) -> None:
    life = Life(world, random.Random(SEED))

    tally = life.live(400 if IS_FULL else 7)

    tally.note = f"{life.refreshes} refreshes at {tally.runs} ticks, seed {SEED}"
    figures.require_clean("simulated refreshes", tally)
