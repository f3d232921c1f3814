"""Random faults from a seed: pairs of faults, and concurrent deliveries of one event."""

import random
from collections.abc import Callable, Sequence

from tests.faults.interleaving import Choice, Interleaver
from tests.faults.invariants import broken, misreported
from tests.faults.sweeps import START, Tally, healed, recorded_calls
from tests.faults.wire import MODES, Faults, Mode
from tests.faults.world import TESTED, Hook, Run, World


def fault_pairs(world: World, count: int, seed: int) -> Tally:
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
    run = world.run(TESTED, process=process, faults=faults_at(first))
    problems = [*misreported(world, run), *broken(world)]
    world.forward(60)
    again = world.run(TESTED, process=world.process("again", attempts), faults=faults_at(second))
    return [*problems, *misreported(world, again), *broken(world), *healed(world, TESTED + 1)]


def faults_at(spots: dict[int, Mode]) -> Faults:
    """Faults by the number of the call."""
    return lambda number, _: spots.get(number)


def concurrent_deliveries(world: World, count: int, seed: int) -> Tally:
    """F4: two to five concurrent deliveries of one event, of the same request or of others."""
    rng, saved = random.Random(seed), world.save()
    tally = Tally(note=f"seed {seed}")
    for number in range(count):
        world.restore(saved)
        size = rng.randint(2, 5)
        holders = [rng.choice(("request-1", f"request-{n}")) for n in range(size)]
        runs = Interleaver(at_random(rng)).run(
            {f"{n}": deliver(world, f"delivery-{n}", holder) for n, holder in enumerate(holders)}
        )
        problems = [problem for run in runs.values() for problem in misreported(world, run)]
        published = [run for run in runs.values() if run.flips]
        if len(published) > 1:
            problems.append(f"F4: {len(published)} deliveries published")
        if not published and len(set(holders)) == size:
            problems.append("F4: no delivery published")
        tally.add(f"deliveries {number} {holders}", [*problems, *broken(world)])
        tally.violations += healed(world, TESTED + 1)
    world.restore(saved)
    return tally


def deliver(world: World, name: str, holder: str) -> Callable[[Hook], Run]:
    """An invocation that waits for its turn before it begins and before each call."""

    def invoke(hook: Hook) -> Run:
        hook(-1, START)
        return world.run(TESTED, process=world.process(name), holder=holder, on_call=hook)

    return invoke


def at_random(rng: random.Random) -> Choice:
    """Chooses any waiting invocation, mostly the one that ran last."""
    last: list[str] = []

    def choose(waiting: Sequence[str], places: object) -> str:
        if not last or last[0] not in waiting or rng.random() < 0.2:
            last[:] = [rng.choice(waiting)]
        return last[0]

    return choose
