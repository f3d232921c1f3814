"""Each planted bug is detected by the sweep that covers it."""

from collections.abc import Callable, Iterable
from contextlib import suppress

import pytest

from tests.faults import mutants
from tests.faults.conftest import IS_FULL, SEED, Figures
from tests.faults.mutants import Patch, planted
from tests.faults.sweeps import (
    Tally,
    every_fault,
    every_stale_writer,
    index_of_flip,
    overtaken_writers,
    readers_between_calls,
)
from tests.faults.trials import (
    CHUNK_DAMAGE,
    FEW,
    check_fails,
    damaged,
    every_bucket_fault,
    stale_replicas,
    store_outage,
)
from tests.faults.wire import Mode
from tests.faults.world import TESTED, World

# Calls before and after the one that moves the pointer.
AROUND = 2
Detection = Callable[[World], Tally]


class Detected(Exception):
    """A sweep found a violation."""


def crashes(world: World) -> Tally:
    return every_fault(world, 1, [Mode.CRASH_BEFORE], calls=slice(15, 22, 5))


def lost_answers(attempts: int, stale_reads: int = 0) -> Detection:
    def detect(world: World) -> Tally:
        flip = index_of_flip(world)
        # Media is stored side by side, so that the number of a call may differ between runs.
        calls, modes = slice(flip - AROUND, flip + AROUND), [Mode.LANDED_TIMEOUT]
        return every_fault(world, attempts, modes, calls=calls, stale_reads=stale_reads)

    return detect


def stale_writers(world: World) -> Tally:
    return every_stale_writer(world, TESTED + 1, calls=slice(13, 22, 8))


def resumed_writers(world: World) -> Tally:
    return overtaken_writers(world, TESTED, [index_of_flip(world)], step=16)


def resumed_sweepers(world: World) -> Tally:
    """The newer run has written its chunks, and has not moved the pointer."""
    flip = index_of_flip(world)
    return overtaken_writers(world, TESTED + 1, [flip + 1], first=flip - AROUND, step=2)


def lagging_replicas(world: World) -> Tally:
    return stale_replicas(world, [4], is_flapping=False, every_call=False)


def flapping_replicas(world: World) -> Tally:
    return stale_replicas(world, [9], is_flapping=True, every_call=False)


def full_outage(world: World) -> Tally:
    return store_outage(world, 1.0, 2, SEED)


def truncated_chunks(world: World) -> Tally:
    return damaged(world, CHUNK_DAMAGE["a chunk is truncated"], is_pointer=False)


def bad_feeds(world: World) -> Tally:
    return check_fails(world, FEW, "SHRINK", opens=True)


def bucket_faults(world: World) -> Tally:
    return every_bucket_fault(world, 1, [Mode.CRASH_AFTER, Mode.ERROR_BEFORE])


DETECTIONS: dict[Callable[[Patch], None], Detection] = {
    mutants.flip_before_chunks: readers_between_calls,
    mutants.no_archive: readers_between_calls,
    mutants.condition_taken_as_lost: lost_answers(3),
    mutants.doubt_taken_as_failure: lost_answers(1),
    mutants.no_fence: stale_writers,
    mutants.blind_flip: resumed_writers,
    mutants.eager_sweep: readers_between_calls,
    mutants.sweep_without_fence: resumed_sweepers,
    mutants.no_sweep: crashes,
    mutants.reader_without_verification: truncated_chunks,
    mutants.reader_goes_back: flapping_replicas,
    mutants.reader_gives_up: full_outage,
    mutants.reader_without_strong_retry: lagging_replicas,
    mutants.gates_off: bad_feeds,
    mutants.weak_read_after_doubt: lost_answers(3, stale_reads=9),
    mutants.media_taken_on_trust: bucket_faults,
    mutants.media_written_over: bucket_faults,
    mutants.secrets_in_errors: bucket_faults,
}


def test_every_mutant_has_a_sweep_that_detects_it() -> None:
    assert set(DETECTIONS) == set(mutants.MUTANTS)


@pytest.mark.parametrize("mutant", DETECTIONS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_detected(
    world: World, figures: Figures, mutant: Callable[[Patch], None]
) -> None:
    if IS_FULL:
        assert DETECTIONS[mutant](world).violations == []

    with planted(mutant):
        assert is_detected(DETECTIONS[mutant], world)
    figures.killed(mutant.__name__)


def is_detected(detection: Detection, world: World) -> bool:
    """Ends a sweep at its first violation."""
    add = Tally.add

    def add_and_stop(tally: Tally, label: str, problems: Iterable[str]) -> None:
        add(tally, label, problems)
        if tally.violations:
            raise Detected

    with pytest.MonkeyPatch.context() as patch, suppress(Detected):
        patch.setattr(Tally, "add", add_and_stop)
        return bool(detection(world).violations)
    return True
