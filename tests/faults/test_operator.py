"""F16 and F15: what an operator does, also while a refresh is under way, and what force opens."""

from collections.abc import Callable

import pytest

from tests.faults.conftest import IS_FULL, Figures
from tests.faults.invariants import broken, misjudged
from tests.faults.shim import MODES, Crash, Mode, at, once_at
from tests.faults.sweeps import Tally, healed, recorded_calls
from tests.faults.trials import FEW, MANY, OTHERS, gate_holds
from tests.faults.world import TESTED, Run, World
from tiktok_music.errors import PublishLost, SnapshotGone, StoreError
from tiktok_music.pointing import pinned, rolled_back, unpinned
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.snapshot import Pointer

Move = Callable[[Pointer, int], Pointer]
STEP = 1 if IS_FULL else 12


def to_the_oldest(pointer: Pointer, fence: int) -> Pointer:
    return rolled_back(pointer, pointer.history[-1].version, fence)


def hold_the_oldest(pointer: Pointer, fence: int) -> Pointer:
    return pinned(pointer, pointer.history[-1].version, fence)


MOVES: dict[str, Move] = {"rollback": to_the_oldest, "pin": hold_the_oldest, "unpin": unpinned}


def free_again(world: World) -> list[str]:
    """Takes a pin off, and lets two clean refreshes pass."""
    pointer = world.account.pointer()
    if pointer is not None and pointer.is_pinned:
        world.operate(unpinned)
    return healed(world, TESTED + 1)


@pytest.mark.parametrize("name", MOVES)
def test_a_move_during_a_refresh_stands(world: World, figures: Figures, name: str) -> None:
    calls = recorded_calls(world, world.process())
    tally, saved = Tally(len(calls)), world.save()
    for number in range(0, len(calls), STEP):
        world.restore(saved)
        moved: list[Pointer] = []

        def intervene(moved: list[Pointer] = moved) -> None:
            moved.append(world.operate(MOVES[name]))

        run = world.run(TESTED, on_call=once_at(number, intervene))
        problems = [*misjudged(world, run), *broken(world)]
        if run.outcome == "LOST" and world.account.pointer() != moved[0]:
            problems.append("F16: the refresh lost, and the operator's move does not stand")
        if moved[0].is_pinned and world.account.pointer() != moved[0]:
            problems.append("F16: the pin does not hold")
        tally.add(f"{name} at {number} ({calls[number]})", [*problems, *free_again(world)])

    figures.keep("F16 moves during a refresh", tally)


@pytest.mark.parametrize("name", MOVES)
def test_a_refresh_during_a_move_is_not_undone(world: World, figures: Figures, name: str) -> None:
    world.operate(MOVES[name])
    calls = world.process("operator").line.calls
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
            problems = [] if runs[0].flips else ["F16: the move was lost to nobody"]
        problems += [*misjudged(world, runs[0]), *broken(world)]
        tally.add(f"refresh at {number} of {name}", [*problems, *free_again(world)])

    figures.keep("F16 refreshes during a move", tally)


@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("name", MOVES)
def test_a_move_that_fails_can_be_made_again(
    world: World, figures: Figures, name: str, attempts: int
) -> None:
    tally, saved = Tally(3), world.save()
    for number in range(3):
        for mode in MODES if IS_FULL else (Mode.CRASH_AFTER, Mode.LANDED_TIMEOUT):
            world.restore(saved)
            problems = []
            try:
                world.operate(MOVES[name], faults=at(number, mode), attempts=attempts)
            except PublishLost:
                problems.append("F2: the move says that it lost, and nobody else was there")
            except (Crash, StoreError):
                pass
            problems += broken(world)
            world.operate(MOVES[name])
            tally.add(f"{mode} at {number} of {name}", [*problems, *broken(world)])

    figures.keep("F16 faults of a move", tally)


def test_a_version_that_is_gone_is_refused_by_name(world: World) -> None:
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
def test_a_gate_keeps_the_last_good_catalog_and_force_opens_it_once(
    world: World, figures: Figures, candidates: tuple[Candidate, ...], gate: str, opens: bool
) -> None:
    tally = gate_holds(world, candidates, gate, opens)

    figures.keep("F15 gates and force", tally)
