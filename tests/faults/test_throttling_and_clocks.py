"""F9 and F12: a throttled table, and clocks that jump, also to the end of a lease."""

from datetime import timedelta

import pytest

from tests.faults.conftest import IS_FULL, SEED, Figures
from tests.faults.throttling_and_clocks import ATTEMPTS, jumping_clocks, throttled_minutes
from tests.faults.wire import Call, Mode
from tests.faults.world import TESTED, World
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY
from tiktok_music.refresh.ports import LEASE_SECONDS
from tiktok_music.refresh.trigger import PUBLISH_SECONDS

EDGE = timedelta(seconds=LEASE_SECONDS)
SECOND = timedelta(seconds=1)
JUMPS = {
    "ten minutes ahead": timedelta(minutes=10),
    "ten minutes back": timedelta(minutes=-10),
    "an hour ahead": timedelta(hours=1),
    "an hour back": timedelta(hours=-1),
    "a leap second": -SECOND,
    "before the lease ends": EDGE - SECOND,
    "when the lease ends": EDGE,
    "after the lease ends": EDGE + SECOND,
}


@pytest.mark.parametrize("seconds_left", [900.0, 130.0, PUBLISH_SECONDS + 15])
def test_a_refresh_survives_a_minute_of_throttling(
    world: World, figures: Figures, seconds_left: float
) -> None:
    seeds = range(SEED, SEED + (40 if IS_FULL else 1))

    tally = throttled_minutes(world, seconds_left, seeds)

    tally.note = f"half of all calls, seeds from {SEED}"
    figures.require_clean("F9 throttling", tally)


def test_a_permanently_throttled_call_is_tried_three_times(world: World) -> None:
    def pointer_writes(number: int, call: Call) -> Mode | None:
        is_flip = call.is_write and call.keys == (POINTER_KEY,)
        return Mode.THROTTLE if is_flip else None

    run = world.run(TESTED, process=world.process("writer", ATTEMPTS), faults=pointer_writes)

    flips = [call for call in run.calls if call.is_write and call.keys == (POINTER_KEY,)]
    assert (run.outcome, len(flips)) == ("FAILED", ATTEMPTS)


@pytest.mark.parametrize("name", JUMPS if IS_FULL else ("ten minutes back", "when the lease ends"))
def test_a_refresh_under_a_jumping_clock_publishes_once(
    world: World, figures: Figures, name: str
) -> None:
    tally = jumping_clocks(world, [JUMPS[name]], step=1 if IS_FULL else 24)

    figures.require_clean("F12 clocks that jump", tally)
