"""F16 and F15: an operator's commands, also during a refresh, and publish checks with force."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from ops.withdraw import withdraw
from tests.builders import a_candidate
from tests.faults.conftest import IS_FULL, Figures
from tests.faults.invariants import broken, misreported
from tests.faults.sweeps import Tally, healed, recorded_calls
from tests.faults.trials import FEW, MANY, OTHERS, check_fails
from tests.faults.wire import MODES, Crash, Faults, Mode, at, no_faults, once_at
from tests.faults.world import TESTED, Hook, Run, World
from tiktok_music.errors import PublishLost, SnapshotGone, StoreError
from tiktok_music.pointer_moves import pinned, rolled_back, unpinned
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.publication.archive_records import retired_record, rows_of
from tiktok_music.snapshot import Pointer

Move = Callable[[Pointer, int], Pointer]
STEP = 1 if IS_FULL else 20
RETIRED = a_candidate(3)


def to_the_oldest(pointer: Pointer, fence: int) -> Pointer:
    return rolled_back(pointer, pointer.history[-1].version, fence)


def pin_the_oldest(pointer: Pointer, fence: int) -> Pointer:
    return pinned(pointer, pointer.history[-1].version, fence)


MOVES: dict[str, Move] = {"rollback": to_the_oldest, "pin": pin_the_oldest, "unpin": unpinned}


def unpinned_again(world: World) -> list[str]:
    """Removes a pin, then runs two clean refreshes."""
    pointer = world.account.pointer()
    if pointer is not None and pointer.is_pinned:
        world.operate(unpinned)
    return healed(world, TESTED + 1)


@pytest.mark.parametrize("name", MOVES)
def test_a_pointer_move_during_a_refresh_is_not_overwritten(
    world: World, figures: Figures, name: str
) -> None:
    calls = recorded_calls(world, world.process())
    tally, saved = Tally(len(calls)), world.save()
    for number in range(0, len(calls), STEP):
        world.restore(saved)
        moved: list[Pointer] = []

        def intervene(moved: list[Pointer] = moved) -> None:
            moved.append(world.operate(MOVES[name]))

        run = world.run(TESTED, on_call=once_at(number, intervene))
        problems = [*misreported(world, run), *broken(world)]
        if run.outcome == "LOST" and world.account.pointer() != moved[0]:
            problems.append("F16: the refresh lost, and the operator's move does not stand")
        if moved[0].is_pinned and world.account.pointer() != moved[0]:
            problems.append("F16: the pin does not hold")
        tally.add(f"{name} at {number} ({calls[number]})", [*problems, *unpinned_again(world)])

    figures.require_clean("F16 moves during a refresh", tally)


@pytest.mark.parametrize("name", MOVES)
def test_a_refresh_during_a_pointer_move_is_not_overwritten(
    world: World, figures: Figures, name: str
) -> None:
    world.operate(MOVES[name])
    calls = world.process("operator").wire.calls
    world.operate(unpinned)
    tally, saved = Tally(len(calls)), world.save()
    for number in range(len(calls)):
        world.restore(saved)
        runs: list[Run] = []

        def refresh(runs: list[Run] = runs) -> None:
            runs.append(world.run(TESTED))

        try:
            world.operate(MOVES[name], on_call=once_at(number, refresh))
            problems = []
        except PublishLost:
            problems = [] if runs[0].flips else ["F16: the move was lost without another writer"]
        problems += [*misreported(world, runs[0]), *broken(world)]
        tally.add(f"refresh at {number} of {name}", [*problems, *unpinned_again(world)])

    figures.require_clean("F16 refreshes during a move", tally)


@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("name", MOVES)
def test_a_failed_pointer_move_can_be_repeated(
    world: World, figures: Figures, name: str, attempts: int
) -> None:
    tally, saved = Tally(3), world.save()
    for number in range(3):
        for mode in MODES if IS_FULL else (Mode.LANDED_TIMEOUT,):
            world.restore(saved)
            problems = []
            try:
                world.operate(MOVES[name], faults=at(number, mode), attempts=attempts)
            except PublishLost:
                problems.append("F2: the move was lost without another writer")
            except (Crash, StoreError):
                pass
            problems += broken(world)
            world.operate(MOVES[name])
            tally.add(f"{mode} at {number} of {name}", [*problems, *broken(world)])

    figures.require_clean("F16 faults of a move", tally)


def retire_now(world: World, hook: Hook | None = None, faults: Faults = no_faults) -> None:
    """Retires a track as `catalog retire --now` does."""
    process = world.process("operator")
    process.wire.begin(faults, hook)
    record = process.archive.get_many([RETIRED.track_id])[RETIRED.track_id]
    process.archive.save_retired(retired_record(record, "asked for", world.now))
    withdraw(process.publisher, RETIRED.track_id, GateLimits(min_tracks=3))


def still_listed(world: World) -> list[str]:
    """F16: the retired track is listed in the current snapshot."""
    world.cold().snapshot()
    rows = rows_of(world.cold().snapshot())
    return ["F16: the retired track is listed"] if RETIRED.track_id in rows else []


def test_a_retirement_at_any_time_of_a_refresh_is_not_overwritten(
    world: World, figures: Figures
) -> None:
    calls = recorded_calls(world, world.process())
    tally, saved = Tally(len(calls)), world.save()
    for number in range(0, len(calls), STEP):
        world.restore(saved)
        run = world.run(TESTED, on_call=once_at(number, lambda: retire_now(world)))
        problems = [*misreported(world, run), *broken(world), *still_listed(world)]
        problems += [*healed(world, TESTED + 1), *still_listed(world)]
        tally.add(f"retirement at {number} ({calls[number]})", problems)

    figures.require_clean("F16 retirements during a refresh", tally)


def test_a_refresh_at_any_time_of_a_retirement_does_not_list_the_track(
    world: World, figures: Figures
) -> None:
    saved = world.save()
    retire_now(world)
    calls = tuple(world.process("operator").wire.calls)
    tally = Tally(len(calls))
    for number in range(0, len(calls), 1 if IS_FULL else 9):
        world.restore(saved)
        runs: list[Run] = []

        def refresh(runs: list[Run] = runs) -> None:
            runs.append(world.run(TESTED))

        retire_now(world, once_at(number, refresh))
        problems = [*misreported(world, runs[0]), *broken(world), *still_listed(world)]
        tally.add(f"refresh at {number} ({calls[number]})", [*problems, *healed(world, TESTED + 1)])

    figures.require_clean("F16 refreshes during a retirement", tally)


def test_a_failed_retirement_can_be_repeated(world: World, figures: Figures) -> None:
    saved = world.save()
    retire_now(world)
    calls = tuple(world.process("operator").wire.calls)
    tally = Tally(len(calls))
    for number in range(0, len(calls), 1 if IS_FULL else 9):
        for mode in MODES if IS_FULL else (MODES[number % len(MODES)],):
            world.restore(saved)
            with suppress(Crash, StoreError):
                retire_now(world, faults=at(number, mode))
            problems = broken(world)
            retire_now(world)
            problems += [*broken(world), *still_listed(world), *healed(world, TESTED)]
            tally.add(f"{mode} at {number} ({calls[number]})", problems)

    figures.require_clean("F16 faults of a retirement", tally)


def test_a_rollback_to_an_expired_version_is_refused(world: World) -> None:
    gone = world.account.flips[0].pointer.current.version

    with pytest.raises(SnapshotGone, match=f"{gone} is not kept; there are "):
        world.operate(lambda pointer, fence: rolled_back(pointer, gone, fence))

    assert broken(world) == []


@pytest.mark.parametrize(
    ("candidates", "gate", "opens"),
    [
        (FEW, "SHRINK", True),
        (OTHERS, "OVERLAP", True),
        (MANY, "GROWTH", True),
        ((), "FLOOR", False),
    ],
    ids=["shrink", "overlap", "growth", "floor"],
)
def test_a_failed_publish_check_keeps_the_last_snapshot_and_force_skips_it_once(
    world: World, figures: Figures, candidates: tuple[Candidate, ...], gate: str, opens: bool
) -> None:
    tally = check_fails(world, candidates, gate, opens)

    figures.require_clean("F15 publish checks and force", tally)
