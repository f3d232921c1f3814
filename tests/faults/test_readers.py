"""F7, F8, F18 and F20: what readers make of stale, silent, damaged and foreign stores."""

import base64
import random
from collections.abc import Callable

import pytest

from tests.faults.conftest import IS_FULL, SEED, Figures
from tests.faults.invariants import answered, broken, silent_or_wrong
from tests.faults.shim import Call, Mode
from tests.faults.sweeps import Tally, healed
from tests.faults.world import TESTED, World
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY, chunk_key
from tiktok_music.errors import StoreError, StoreUnavailable

SILENCES = (Mode.TIMEOUT_BEFORE, Mode.ERROR_BEFORE, Mode.THROTTLE, Mode.LANDED_TIMEOUT)


@pytest.mark.parametrize("is_flapping", [False, True], ids=["behind", "flapping"])
def test_replicas_that_are_behind_cost_one_strong_look(
    world: World, figures: Figures, is_flapping: bool
) -> None:
    tally, saved = Tally(), world.save()
    for stale_reads in range(1, 13) if IS_FULL else (1, 4, 9):
        world.restore(saved)
        world.account.stale_reads, world.account.is_flapping = stale_reads, is_flapping
        look = looking(world, tally, f"{stale_reads} stale reads")

        run = world.run(TESTED, on_call=look if IS_FULL else looks_after_the_chunks(look))

        problems = [] if run.outcome == "PUBLISHED" else [f"F7: the run says {run.outcome}"]
        for _ in range(stale_reads + 1):
            problems += silent_or_wrong(world)
        world.account.catch_up()
        tally.add(f"{stale_reads} stale reads", [*problems, *healed(world, TESTED + 1)])

    figures.keep("F7 stale reads", tally)


def looking(world: World, tally: Tally, label: str) -> Callable[[int, Call], None]:
    def look(number: int, call: Call) -> None:
        tally.boundaries += 1
        tally.add(f"{label} before {number} ({call})", silent_or_wrong(world))

    return look


def looks_after_the_chunks(look: Callable[[int, Call], None]) -> Callable[[int, Call], None]:
    return lambda number, call: look(number, call) if number > 18 else None


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_a_store_that_is_down_silences_no_warm_reader(
    world: World, figures: Figures, share: float
) -> None:
    rng, tally = random.Random(SEED), Tally(note=f"seed {SEED}")

    def down(number: int, call: Call) -> Mode | None:
        return rng.choice(SILENCES) if rng.random() < share else None

    for minute in range(60 if IS_FULL else 12):
        reader = world.warm()
        world.process("warm").line.begin(down)
        tally.add(f"minute {minute}", answered(world, "warm", reader)[1])
        try:
            world.cold(down).snapshot()
        except StoreUnavailable:
            pass
        except Exception as exc:  # noqa: BLE001 - what a reader raises is what is looked for
            tally.add(f"minute {minute}", [f"F8: a cold reader fails with {exc!r}"])

    figures.keep("F8 a store that is down for readers", tally)


def current_chunk(world: World, index: int = 0) -> str:
    return chunk_key(world.kept()[0].version, index)


CHUNK_DAMAGE: dict[str, Callable[[World], None]] = {
    "a piece is gone": lambda world: world.account.drop(current_chunk(world, 1)),
    "a piece is cut": lambda world: world.account.change(
        current_chunk(world), "data", {"B": "AAAA"}
    ),
    "a piece has no data": lambda world: world.account.drop(current_chunk(world), "data"),
    "a piece is text": lambda world: world.account.change(
        current_chunk(world), "data", {"S": "text"}
    ),
    "a bit is flipped": lambda world: flip_a_bit(world),
    "pieces are swapped": lambda world: swap_pieces(world),
}
POINTER_DAMAGE: dict[str, Callable[[World], None]] = {
    "no current": lambda world: world.account.drop(POINTER_KEY, "current"),
    "no history": lambda world: world.account.drop(POINTER_KEY, "history"),
    "no fence": lambda world: world.account.drop(POINTER_KEY, "fence"),
    "current is no JSON": lambda world: world.account.change(POINTER_KEY, "current", {"S": "{"}),
    "current is a list": lambda world: world.account.change(POINTER_KEY, "current", {"S": "[]"}),
    "history is a number": lambda world: world.account.change(POINTER_KEY, "history", {"S": "7"}),
    "current lacks a field": lambda world: world.account.change(
        POINTER_KEY, "current", {"S": '{"version": "x"}'}
    ),
    "history is of another kind": lambda world: world.account.change(
        POINTER_KEY, "history", {"N": "7"}
    ),
}


def flip_a_bit(world: World) -> None:
    data = bytearray(world.account.value(current_chunk(world), "data"))
    data[20] ^= 4
    world.account.change(current_chunk(world), "data", {"B": encoded(bytes(data))})


def swap_pieces(world: World) -> None:
    pieces = [world.account.value(current_chunk(world, index), "data") for index in (0, 1)]
    for index, piece in enumerate(reversed(pieces)):
        world.account.change(current_chunk(world, index), "data", {"B": encoded(piece)})


@pytest.mark.parametrize("damage", CHUNK_DAMAGE)
def test_a_damaged_version_is_never_served_and_the_next_refresh_mends_it(
    world: World, figures: Figures, damage: str
) -> None:
    figures.keep("F18 damaged chunks", damaged(world, CHUNK_DAMAGE[damage], is_pointer=False))


@pytest.mark.parametrize("damage", POINTER_DAMAGE)
def test_a_damaged_pointer_takes_nothing_from_who_has_it(
    world: World, figures: Figures, damage: str
) -> None:
    figures.keep("F18 damaged pointers", damaged(world, POINTER_DAMAGE[damage], is_pointer=True))


def damaged(world: World, damage: Callable[[World], None], *, is_pointer: bool) -> Tally:
    tally, saved = Tally(1), world.save()
    damage(world)
    problems = answered(world, "warm", world.warm())[1]
    if is_pointer:
        try:
            world.cold().snapshot()
        except StoreError:
            pass
        except Exception as exc:  # noqa: BLE001 - what a reader raises is what is looked for
            problems.append(f"F18: a cold reader fails with {exc!r}")
    else:
        problems += answered(world, "cold", world.cold())[1]
        problems += [] if world.stale else ["F18: the cold reader told nobody"]
        problems += [problem for problem in healed(world, TESTED) if "is kept" not in problem]
    tally.add("damaged", problems)
    world.restore(saved)
    return tally


def test_rows_of_older_and_newer_releases_are_read(world: World) -> None:
    world.account.drop(POINTER_KEY, "operator_fence", "is_pinned")
    assert broken(world) == []

    world.account.change(POINTER_KEY, "invented_later", {"S": "x"})
    world.account.change(current_chunk(world), "invented_later", {"N": "7"})
    assert broken(world) == []
    assert healed(world, TESTED) == []


def test_a_descriptor_with_more_fields_is_read(world: World) -> None:
    stored = world.account.value(POINTER_KEY, "current")
    grown = stored[:-1] + ', "inventedLater": [1]}'
    world.account.change(POINTER_KEY, "current", {"S": grown})

    assert broken(world) == []
    assert healed(world, TESTED) == []


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
