"""F7, F8, F18 and F20: readers of stale, unavailable, damaged stores, and of other releases."""

import pytest

from tests.faults.conftest import IS_FULL, SEED, Figures
from tests.faults.invariants import broken
from tests.faults.sweeps import healed
from tests.faults.trials import (
    CHUNK_DAMAGE,
    POINTER_DAMAGE,
    current_chunk,
    damaged,
    stale_replicas,
    store_outage,
)
from tests.faults.wire import Mode
from tests.faults.world import TESTED, World
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY

OUTAGES = (Mode.TIMEOUT_BEFORE, Mode.ERROR_BEFORE, Mode.THROTTLE, Mode.LANDED_TIMEOUT)


@pytest.mark.parametrize("is_flapping", [False, True], ids=["behind", "flapping"])
def test_stale_replicas_cost_one_strong_read(
    world: World, figures: Figures, is_flapping: bool
) -> None:
    counts = range(1, 13) if IS_FULL else (4,)

    tally = stale_replicas(world, counts, is_flapping=is_flapping, every_call=IS_FULL)

    figures.require_clean("F7 stale reads", tally)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_a_warm_reader_answers_while_the_store_is_down(
    world: World, figures: Figures, share: float
) -> None:
    tally = store_outage(world, share, 60 if IS_FULL else 12, SEED)

    figures.require_clean("F8 a store that is down for readers", tally)


@pytest.mark.parametrize("damage", CHUNK_DAMAGE)
def test_a_damaged_version_is_never_served_and_the_next_refresh_replaces_it(
    world: World, figures: Figures, damage: str
) -> None:
    figures.require_clean(
        "F18 damaged chunks", damaged(world, CHUNK_DAMAGE[damage], is_pointer=False)
    )


@pytest.mark.parametrize("damage", POINTER_DAMAGE)
def test_a_warm_reader_answers_while_the_pointer_is_damaged(
    world: World, figures: Figures, damage: str
) -> None:
    figures.require_clean(
        "F18 damaged pointers", damaged(world, POINTER_DAMAGE[damage], is_pointer=True)
    )


def test_rows_of_older_and_newer_releases_are_read(world: World) -> None:
    world.account.drop(POINTER_KEY, "operator_fence", "is_pinned")
    assert broken(world) == []

    world.account.change(POINTER_KEY, "invented_later", {"S": "x"})
    world.account.change(current_chunk(world), "invented_later", {"N": "7"})
    assert broken(world) == []
    assert healed(world, TESTED) == []


def test_a_descriptor_with_more_fields_is_read(world: World) -> None:
    stored = world.account.value(POINTER_KEY, "current")
    extended = stored[:-1] + ', "inventedLater": [1]}'
    world.account.change(POINTER_KEY, "current", {"S": extended})

    assert broken(world) == []
    assert healed(world, TESTED) == []
