"""Trials with a throttled table and with skewed clocks; each returns a tally."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.faults.invariants import broken, misreported
from tests.faults.sweeps import REPEATED, Tally, healed, recorded_calls
from tests.faults.wire import Call, Mode
from tests.faults.world import TESTED, Run, World

# The duration of a call with its round trip.
CALL_SECONDS = 0.05
THROTTLED_SECONDS = 60.0
# No call may start with less time left.
LAST_CALL_SECONDS = 10.0
ATTEMPTS = 3


@dataclass
class Countdown:
    """The remaining time of an invocation; calls and the SDK's waits use it up."""

    left: float
    shortest: float = field(init=False)
    used: float = 0.0

    def __post_init__(self) -> None:
        self.shortest = self.left

    def remaining(self) -> float:
        return self.left

    def use(self, seconds: float) -> None:
        self.left -= seconds
        self.used += seconds

    def call(self, number: int, call: Call) -> None:
        self.shortest = min(self.shortest, self.left)
        self.use(CALL_SECONDS)


def throttled_minutes(world: World, seconds_left: float, seeds: Iterable[int]) -> Tally:
    """F9: half of all calls are throttled for a minute; the run publishes or changes nothing."""
    tally, saved = Tally(), world.save()
    process = world.process("writer", ATTEMPTS)
    clean = len(recorded_calls(world, process))
    tally.boundaries = clean
    for seed in seeds:
        world.restore(saved)
        run, clock = _throttled_run(world, seconds_left, random.Random(seed))
        problems = [*misreported(world, run), *broken(world)]
        if run.outcome not in ("PUBLISHED", "FAILED"):
            problems.append(f"F9: the run says {run.outcome}")
        if len(run.calls) > ATTEMPTS * clean:
            problems.append(f"F9: {len(run.calls)} attempts at {clean} calls")
        if clock.shortest < LAST_CALL_SECONDS:
            problems.append(f"F9: a call was made with {clock.shortest:.1f} s left")
        tally.add(f"seed {seed}", [*problems, *healed(world, TESTED + 1)])
    world.restore(saved)
    return tally


def _throttled_run(world: World, seconds_left: float, rng: random.Random) -> tuple[Run, Countdown]:
    clock = Countdown(seconds_left)

    def half(number: int, call: Call) -> Mode | None:
        is_throttled = clock.used < THROTTLED_SECONDS and rng.random() < 0.5
        return Mode.THROTTLE if is_throttled else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=clock.use))
        run = world.run(
            TESTED,
            process=world.process("writer", ATTEMPTS),
            faults=half,
            on_call=clock.call,
            remaining=clock.remaining,
        )
    return run, clock


def jumping_clocks(world: World, jumps: Iterable[timedelta], *, step: int) -> Tally:
    """F12: the clock jumps within a refresh, and a second delivery runs by the new time."""
    calls = recorded_calls(world, world.process())
    tally, saved = Tally(len(calls)), world.save()
    for jump in jumps:
        for number in range(0, len(calls), step):
            world.restore(saved)
            label = f"the clock jumps by {jump} before {number} ({calls[number]})"
            tally.add(label, _jump(world, jump, number))
    world.restore(saved)
    return tally


def _jump(world: World, jump: timedelta, number: int) -> list[str]:
    others: list[Run] = []

    def happen(place: int, call: Call) -> None:
        if place == number:
            world.now += jump
            process = world.process("other")
            others.append(world.run(TESTED, process=process, holder="request-2"))

    run = world.run(TESTED, on_call=happen)
    problems = [problem for each in (run, *others) for problem in misreported(world, each)]
    problems += [f"F12: {each.outcome}" for each in others if each.outcome not in REPEATED]
    if not any(each.flips for each in (run, *others)):
        problems.append("F12: no run published")
    return [*problems, *broken(world), *healed(world, TESTED + 1)]
