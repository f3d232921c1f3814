"""F3, F4 and the long run: random faults, from a seed that is printed."""

import random

from tests.faults.conftest import IS_FULL, SEED, Figures
from tests.faults.invariants import broken
from tests.faults.long_run import LongRun
from tests.faults.random_faults import concurrent_deliveries, fault_pairs
from tests.faults.sweeps import Tally
from tests.faults.world import TESTED, World


def test_two_faults_break_no_invariant(world: World, figures: Figures) -> None:
    figures.require_clean("F3 random pairs", fault_pairs(world, 500 if IS_FULL else 3, SEED))


def test_concurrent_deliveries_publish_once(world: World, figures: Figures) -> None:
    figures.require_clean(
        "F4 concurrent deliveries", concurrent_deliveries(world, 60 if IS_FULL else 2, SEED)
    )


def test_a_finished_run_is_not_repeated_hours_later(world: World, figures: Figures) -> None:
    tally = Tally(1)
    world.run(TESTED)
    for minutes in (0, 1, 360):
        world.forward(60 * minutes)
        for holder in ("request-1", "request-2"):
            run = world.run(TESTED, holder=holder)
            problems = [] if run.outcome == "ALREADY_DONE" else [f"F4: {run.outcome}"]
            tally.add(f"{holder} after {minutes} min", [*problems, *broken(world)])

    figures.require_clean("F4 late deliveries", tally)


def test_months_of_faults_break_no_invariant(world: World, figures: Figures) -> None:
    long_run = LongRun(world, random.Random(SEED))

    tally = long_run.run(400 if IS_FULL else 7)

    tally.note = f"{long_run.refreshes} refreshes in {tally.runs} scheduled runs, seed {SEED}"
    figures.require_clean("simulated refreshes", tally)
