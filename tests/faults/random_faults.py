"""Faults by chance, from a seed: pairs of them, and crowds of invocations."""

import random
from collections.abc import Callable, Sequence

from tests.faults.interleaving import Choice, Interleaver
from tests.faults.invariants import broken, misjudged
from tests.faults.shim import MODES, Faults, Mode
from tests.faults.sweeps import START, Tally, healed, recorded_calls
from tests.faults.world import TESTED, Hook, Run, World


def pairs(world: World, count: int, seed: int) -> Tally:
    """F3: two faults, both in one refresh or the second in its repetition."""
    rng, saved = random.Random(seed), world.save()
    tally = Tally(note=f"seed {seed}")
    lengths = {n: len(recorded_calls(world, world.process("writer", n))) for n in (1, 3)}
    tally.boundaries = lengths[1]
    for _ in range(count):
        world.restore(saved)
        attempts = rng.choice((1, 3))
        spots = sorted((rng.randrange(lengths[attempts]), rng.choice(MODES)) for _ in range(2))
        is_repeated = rng.random() < 0.5
        label = f"{spots}, {'in two runs' if is_repeated else 'in one'}, {attempts} attempts"
        tally.add(label, _pair(world, attempts, spots, is_repeated))
    world.restore(saved)
    return tally


def _pair(
    world: World, attempts: int, spots: Sequence[tuple[int, Mode]], is_repeated: bool
) -> list[str]:
    first = dict(spots[:1] if is_repeated else spots)
    second = dict(spots[1:] if is_repeated else ())
    process = world.process("writer", attempts)
    run = world.run(TESTED, process=process, faults=among(first))
    problems = [*misjudged(world, run), *broken(world)]
    world.forward(60)
    again = world.run(TESTED, process=world.process("again", attempts), faults=among(second))
    return [*problems, *misjudged(world, again), *broken(world), *healed(world, TESTED + 1)]


def among(spots: dict[int, Mode]) -> Faults:
    """Faults at some calls."""
    return lambda number, _: spots.get(number)


def crowds(world: World, count: int, seed: int) -> Tally:
    """F4: two to five deliveries of one event at once, of the same request or of others."""
    rng, saved = random.Random(seed), world.save()
    tally = Tally(note=f"seed {seed}")
    for number in range(count):
        world.restore(saved)
        size = rng.randint(2, 5)
        holders = [rng.choice(("request-1", f"request-{n}")) for n in range(size)]
        runs = Interleaver(by_chance(rng)).run(
            {f"{n}": deliver(world, f"crowd-{n}", holder) for n, holder in enumerate(holders)}
        )
        problems = [problem for run in runs.values() for problem in misjudged(world, run)]
        published = [run for run in runs.values() if run.flips]
        if len(published) > 1:
            problems.append(f"F4: {len(published)} deliveries published")
        if not published and len(set(holders)) == size:
            problems.append("F4: nobody published")
        tally.add(f"crowd {number} {holders}", [*problems, *broken(world)])
        tally.violations += healed(world, TESTED + 1)
    world.restore(saved)
    return tally


def deliver(world: World, name: str, holder: str) -> Callable[[Hook], Run]:
    """An invocation that waits to be chosen before each call, and before it begins."""

    def invoke(hook: Hook) -> Run:
        hook(-1, START)
        return world.run(TESTED, process=world.process(name), holder=holder, on_call=hook)

    return invoke


def by_chance(rng: random.Random) -> Choice:
    """Any of those that wait; the same one goes on for a while."""
    last: list[str] = []

    def choose(waiting: Sequence[str], places: object) -> str:
        if not last or last[0] not in waiting or rng.random() < 0.2:
            last[:] = [rng.choice(waiting)]
        return last[0]

    return choose
