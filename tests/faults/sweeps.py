"""Sweeps: every fault at every call. The calls are recorded from a refresh, so new ones are
covered automatically."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.interleaving import Interleaver
from tests.faults.invariants import broken, left_over, misreported, unresolved_duplicates
from tests.faults.wire import MODES, Call, Faults, Mode, at
from tests.faults.world import TESTED, Hook, Process, Run, World
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY
from tiktok_music.errors import SnapshotCorrupt

# Where an invocation waits before it begins.
START = Call("lambda", "Invoke", (), is_consistent=True)
# Outcomes of a refresh that did not finish: a store failed, or the process ended.
UNFINISHED = ("FAILED", "CRASHED")
# Outcomes of a repeated invocation of a scheduled run: it publishes, it was done, a lease is held.
REPEATED = ("PUBLISHED", "ALREADY_DONE", "LOCKED")


@dataclass
class Tally:
    """The size of a sweep, and its violations."""

    boundaries: int = 0
    runs: int = 0
    violations: list[str] = field(default_factory=list)
    note: str = ""

    def add(self, label: str, problems: Iterable[str]) -> None:
        """Counts one run of the sweep."""
        self.runs += 1
        self.violations += [f"{label}: {problem}" for problem in dict.fromkeys(problems)]

    def join(self, other: "Tally") -> None:
        """Adds another sweep of the same kind."""
        self.boundaries += other.boundaries
        self.runs += other.runs
        self.violations += other.violations
        self.note = other.note


def recorded_calls(world: World, process: Process) -> tuple[Call, ...]:
    """The calls of the tested refresh without faults; the world is restored."""
    saved = world.save()
    run = world.run(TESTED, process=process)
    assert run.outcome == "PUBLISHED", run
    world.restore(saved)
    return run.calls


def index_of_flip(world: World) -> int:
    """The number of the call of the tested refresh that moves the pointer."""
    calls = recorded_calls(world, world.process())
    return next(n for n, call in enumerate(calls) if call.is_write and call.keys == (POINTER_KEY,))


def every_fault(
    world: World,
    attempts: int,
    modes: Sequence[Mode],
    *,
    calls: slice = slice(None),
    stale_reads: int = 0,
) -> Tally:
    """F1 and F2: each mode at each call, then all invariants, then clean refreshes.

    Without `modes` each call gets one of them, in turn.
    """
    process = world.process("writer", attempts)
    boundaries = list(enumerate(recorded_calls(world, process)))[calls]
    tally, saved = Tally(len(boundaries)), world.save()
    for number, call in boundaries:
        for mode in modes if modes else (MODES[number % len(MODES)],):
            world.restore(saved)
            world.account.stale_reads = stale_reads
            problems = after_fault(world, process, at(number, mode), number % 2 == 0)
            tally.add(f"{mode} at {number} ({call}), {attempts} attempts", problems)
    world.restore(saved)
    return tally


def after_fault(world: World, process: Process, faults: Faults, is_same_request: bool) -> list[str]:
    """Violations of a refresh with faults, a repeated delivery a minute later, two clean refreshes.

    The repetition is a retry by Lambda (the same request) or by the scheduler (another one).
    """
    run = world.run(TESTED, process=process, faults=faults)
    world.account.catch_up()
    problems = [*misreported(world, run), *broken(world), *unresolved_duplicates(world, run)]
    if run.outcome not in (*UNFINISHED, "PUBLISHED"):
        problems.append(f"F1: the run says {run.outcome}")
    world.forward(60)
    holder = "request-1" if is_same_request else "request-2"
    again = world.run(TESTED, process=world.process("again"), holder=holder)
    problems += [*misreported(world, again), *broken(world)]
    if again.outcome not in REPEATED:
        problems.append(f"F4: the repetition says {again.outcome}")
    return [*problems, *healed(world, TESTED + 1)]


def healed(world: World, slot: int, runs: int = 2) -> list[str]:
    """I7 and I8: clean refreshes publish, and leave no garbage."""
    problems = []
    for each in range(slot, slot + runs):
        run = world.clean(each)
        problems += [*misreported(world, run), *unresolved_duplicates(world, run), *broken(world)]
        if run.outcome != "PUBLISHED":
            problems.append(f"I7: the clean run {each} says {run.outcome}: {_why(run)}")
    return [*problems, *left_over(world)] if runs > 1 else problems


def _why(run: Run) -> str:
    return str(run.report.reason if run.report else run.error)


def every_stale_writer(world: World, next_slot: int, *, calls: slice = slice(None)) -> Tally:
    """F5: a refresh pauses at each call until another one has run, then resumes."""
    process = world.process("stale_writer")
    boundaries = list(enumerate(recorded_calls(world, process)))[calls]
    tally, saved = Tally(len(boundaries)), world.save()
    for number, call in boundaries:
        world.restore(saved)
        tally.add(
            f"stale writer at {number} ({call})", _stale_writer(world, process, number, next_slot)
        )
    world.restore(saved)
    return tally


def _stale_writer(world: World, process: Process, number: int, next_slot: int) -> list[str]:
    problems: list[str] = []

    def pause(place: int, call: Call) -> None:
        if place != number:
            return
        world.outlive_the_lease()
        run = world.run(next_slot, process=world.process("other"), holder="request-2")
        problems.extend([*misreported(world, run), *broken(world)])
        if run.outcome not in ("PUBLISHED", "ALREADY_DONE"):
            problems.append(f"F5: the other run says {run.outcome}: {_why(run)}")

    run = world.run(TESTED, process=process, on_call=pause)
    problems += [*misreported(world, run), *broken(world)]
    if run.outcome not in ("PUBLISHED", "LOST", "ALREADY_DONE") and not _was_swept(run):
        problems.append(f"F5: the stale writer says {run.outcome}: {_why(run)}")
    return [*problems, *healed(world, next_slot + 1)]


def readers_between_calls(world: World, attempts: int = 1) -> Tally:
    """F6: cold and warm readers read between every two calls of a refresh."""
    tally, saved = Tally(), world.save()

    def look(number: int, call: Call) -> None:
        tally.boundaries += 1
        tally.add(f"readers before {number} ({call})", broken(world))

    run = world.run(TESTED, process=world.process("writer", attempts), on_call=look)
    tally.add("readers after it", [*broken(world), *misreported(world, run)])
    world.restore(saved)
    return tally


def paused_readers(world: World, refreshes: Iterable[int]) -> Tally:
    """F6: a reader pauses at each of its calls while refreshes publish and delete versions."""
    tally, saved = Tally(), world.save()
    world.cold().snapshot()
    calls = len(world.process("reader").wire.calls)
    for count in refreshes:
        for number in range(calls):
            world.restore(saved)
            tally.add(f"cold reader paused at {number}", _paused(world, number, count))
            tally.boundaries += 1
    world.restore(saved)
    return tally


def _paused(world: World, number: int, count: int) -> list[str]:
    problems: list[str] = []

    def pause(place: int, call: Call) -> None:
        if place == number:
            problems.extend(healed(world, TESTED, count))

    reader = world.cold(on_call=pause)
    # The checks in between report on other readers by themselves.
    snapshot = reader.snapshot()
    known = {flip.pointer.current.version for flip in world.account.flips}
    if snapshot.descriptor.version not in known:
        problems.append(f"I1: {snapshot.descriptor.version} was never published")
    return [*problems, *broken(world)]


def _was_swept(run: Run) -> bool:
    """True if another run deleted the stale writer's chunks; reading them back detects it."""
    return run.outcome == "FAILED" and isinstance(run.error, SnapshotCorrupt)


def overtaken_writers(
    world: World, next_slot: int, pauses: Sequence[int], *, first: int = 0, step: int = 1
) -> Tally:
    """F5 reversed: the older refresh resumes in the middle of the newer one.

    The older one stops before a call of `pauses`, the newer one before every call from `first` on.
    """
    calls = recorded_calls(world, world.process("older"))
    tally, saved = Tally(len(calls)), world.save()
    for pause in pauses:
        for place in range(first, len(calls), step):
            world.restore(saved)
            label = f"older stopped at {pause} ({calls[pause]}), resumes at {place} of the newer"
            tally.add(label, _resumed_within(world, next_slot, pause, place))
    world.restore(saved)
    return tally


def _resumed_within(world: World, next_slot: int, pause: int, place: int) -> list[str]:
    def choose(waiting: Sequence[str], places: Mapping[str, int]) -> str:
        if "older" in waiting and places["older"] < pause:
            return "older"
        if "newer" in waiting and places["newer"] < place:
            return "newer"
        return waiting[-1]

    def older(hook: Hook) -> Run:
        return world.run(TESTED, process=world.process("older"), on_call=hook)

    def newer(hook: Hook) -> Run:
        hook(-1, START)
        world.outlive_the_lease()
        process = world.process("newer")
        return world.run(next_slot, process=process, holder="request-2", on_call=hook)

    runs = Interleaver(choose).run({"older": older, "newer": newer})
    problems = [problem for run in runs.values() for problem in misreported(world, run)]
    return [*problems, *broken(world), *healed(world, next_slot + 1)]
