"""The planted bugs: each is caught by the sweep that is there to catch it."""

from collections.abc import Callable

import pytest

from tests.faults import mutants
from tests.faults.conftest import IS_FULL, SEED, Figures
from tests.faults.mutants import Patch, planted
from tests.faults.shim import Mode
from tests.faults.sweeps import (
    Tally,
    every_fault,
    every_zombie,
    overtakers,
    place_of_the_flip,
    readers_between_calls,
)
from tests.faults.trials import (
    CHUNK_DAMAGE,
    FEW,
    damaged,
    every_bucket_fault,
    gate_holds,
    silent_store,
    stale_replicas,
)
from tests.faults.world import TESTED, World

Hunt = Callable[[World], Tally]


def crashes(world: World) -> Tally:
    return every_fault(world, 1, [Mode.CRASH_BEFORE], calls=slice(15, 22, 5))


def lost_answers(attempts: int, stale_reads: int = 0) -> Hunt:
    def hunt(world: World) -> Tally:
        flip = place_of_the_flip(world)
        calls, modes = slice(flip, flip + 1), [Mode.LANDED_TIMEOUT]
        return every_fault(world, attempts, modes, calls=calls, stale_reads=stale_reads)

    return hunt


def zombies(world: World) -> Tally:
    return every_zombie(world, TESTED + 1, calls=slice(13, 22, 8))


def woken(world: World) -> Tally:
    return overtakers(world, TESTED, [place_of_the_flip(world)], step=16)


def woken_sweepers(world: World) -> Tally:
    return overtakers(world, TESTED + 1, [place_of_the_flip(world) + 1], step=10)


def behind(world: World) -> Tally:
    return stale_replicas(world, [4], is_flapping=False, every_call=False)


def flapping(world: World) -> Tally:
    return stale_replicas(world, [9], is_flapping=True, every_call=False)


def silent(world: World) -> Tally:
    return silent_store(world, 1.0, 2, SEED)


def cut_pieces(world: World) -> Tally:
    return damaged(world, CHUNK_DAMAGE["a piece is cut"], is_pointer=False)


def bad_feeds(world: World) -> Tally:
    return gate_holds(world, FEW, "SHRINK", opens=True)


def bucket_faults(world: World) -> Tally:
    return every_bucket_fault(world, 1, [Mode.CRASH_AFTER, Mode.ERROR_BEFORE])


HUNTS: dict[Callable[[Patch], None], Hunt] = {
    mutants.flip_before_chunks: readers_between_calls,
    mutants.no_archive: readers_between_calls,
    mutants.condition_taken_as_lost: lost_answers(3),
    mutants.doubt_taken_as_failure: lost_answers(1),
    mutants.no_fence: zombies,
    mutants.blind_flip: woken,
    mutants.eager_sweep: readers_between_calls,
    mutants.sweep_without_fence: woken_sweepers,
    mutants.no_sweep: crashes,
    mutants.reader_without_verification: cut_pieces,
    mutants.reader_goes_back: flapping,
    mutants.reader_gives_up: silent,
    mutants.reader_without_strong_retry: behind,
    mutants.gates_off: bad_feeds,
    mutants.weak_read_after_doubt: lost_answers(3, stale_reads=9),
    mutants.media_taken_on_trust: bucket_faults,
    mutants.media_written_over: bucket_faults,
    mutants.secrets_in_errors: bucket_faults,
}


def test_every_planted_bug_has_its_hunt() -> None:
    assert set(HUNTS) == set(mutants.MUTANTS)


@pytest.mark.parametrize("mutant", HUNTS, ids=lambda mutant: mutant.__name__)
def test_a_planted_bug_is_caught(
    world: World, figures: Figures, mutant: Callable[[Patch], None]
) -> None:
    if IS_FULL:
        assert HUNTS[mutant](world).violations == []

    with planted(mutant):
        tally = HUNTS[mutant](world)

    assert tally.violations
    figures.killed(mutant.__name__)
