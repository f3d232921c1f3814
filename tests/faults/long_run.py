"""Months of scheduled runs, two a day, most of them with a fault."""

import random
from dataclasses import dataclass, field

from tests.faults.invariants import broken, left_over, misreported, unresolved_duplicates
from tests.faults.random_faults import faults_at
from tests.faults.sweeps import Tally
from tests.faults.wire import MODES, Call, Crash, Faults, Mode, no_faults, once_at
from tests.faults.world import TESTED, Hook, Run, World, scheduled_time
from tiktok_music.errors import SourceError, SourceUnavailable, StoreError
from tiktok_music.pointer_moves import pinned, rolled_back, unpinned
from tiktok_music.snapshot import Pointer

# More than a refresh makes: a fault beyond the last call has no effect.
MOST_CALLS = 48
OUTAGE_MODES = (Mode.TIMEOUT_BEFORE, Mode.ERROR_BEFORE, Mode.THROTTLE, Mode.LANDED_TIMEOUT)
KINDS = (
    "fault",
    "fault",
    "pair",
    "outage",
    "twice",
    "stale_writer",
    "source",
    "move",
    "move_within",
)


@dataclass
class LongRun:
    """The first two of every five scheduled runs have no fault: they must publish and clean up."""

    world: World
    rng: random.Random
    slot: int = TESTED
    refreshes: int = 0
    tally: Tally = field(default_factory=Tally)

    def run(self, count: int) -> Tally:
        """Runs `count` scheduled runs."""
        for _ in range(count):
            self.world.now = scheduled_time(self.slot)
            self._choose_store_behaviour()
            kind = "clean" if self.slot % 5 < 2 else self.rng.choice(KINDS)
            problems: list[str] = getattr(self, f"_{kind}")()
            self.world.account.catch_up()
            self.tally.add(f"run {self.slot}, {kind}", [*problems, *broken(self.world)])
            self.slot += 1
        self.tally.boundaries = self.refreshes
        return self.tally

    def _choose_store_behaviour(self) -> None:
        account = self.world.account
        account.has_partial_batches = self.rng.random() < 0.3
        account.stale_reads = self.rng.choice((0, 0, 2, 7))
        account.is_flapping = self.rng.random() < 0.5

    def _run(
        self,
        faults: Faults = no_faults,
        holder: str = "request-1",
        on_call: Hook | None = None,
        problem: SourceError | None = None,
    ) -> Run:
        process = self.world.process("writer", self.rng.choice((1, 3)))
        return self._counted(
            self.world.run(
                self.slot,
                process=process,
                holder=f"{holder} of {self.slot}",
                faults=faults,
                on_call=on_call,
                problem=problem,
            )
        )

    def _counted(self, run: Run) -> Run:
        self.refreshes += 1
        self.world.forward(60)
        return run

    def _problems_of(self, *runs: Run) -> list[str]:
        return [problem for run in runs for problem in misreported(self.world, run)]

    def _clean(self) -> list[str]:
        if self._is_pinned():
            self.world.operate(unpinned)
        self.world.account.catch_up()
        run = self._counted(self.world.clean(self.slot))
        problems = [*self._problems_of(run), *unresolved_duplicates(self.world, run)]
        if run.outcome != "PUBLISHED":
            problems.append(f"I7: the clean run says {run.outcome}: {run.report or run.error}")
        return [*problems, *left_over(self.world)] if self.slot % 5 == 1 else problems

    def _fault(self) -> list[str]:
        run = self._run(faults_at(self._spots(1)))
        return (
            self._problems_of(run, self._run())
            if self.rng.random() < 0.5
            else self._problems_of(run)
        )

    def _pair(self) -> list[str]:
        first, second = self._run(faults_at(self._spots(2))), self._run(faults_at(self._spots(1)))
        return self._problems_of(first, second)

    def _outage(self) -> list[str]:
        def fail_half(number: int, call: Call) -> Mode | None:
            return self.rng.choice(OUTAGE_MODES) if self.rng.random() < 0.5 else None

        return self._problems_of(self._run(fail_half), self._run(fail_half))

    def _twice(self) -> list[str]:
        return self._problems_of(self._run(), self._run(holder="request-2"))

    def _stale_writer(self) -> list[str]:
        others: list[Run] = []

        def overtake() -> None:
            self.world.outlive_the_lease()
            process = self.world.process("other")
            others.append(self._counted(self.world.run(self.slot, process=process, holder="o")))

        number = self.rng.randrange(MOST_CALLS)
        return self._problems_of(self._run(on_call=once_at(number, overtake)), *others)

    def _source(self) -> list[str]:
        before = self.world.account.pointer()
        run = self._run(problem=SourceUnavailable("upstream is down"))
        is_same = self.world.account.pointer() == before
        return [
            *self._problems_of(run),
            *([] if is_same else ["F10: the last good catalog is gone"]),
        ]

    def _move(self) -> list[str]:
        faults = faults_at(self._spots(1, 5)) if self.rng.random() < 0.5 else no_faults
        self._operate(faults)
        return self._problems_of(self._run())

    def _move_within(self) -> list[str]:
        number = self.rng.randrange(MOST_CALLS)
        return self._problems_of(self._run(on_call=once_at(number, self._operate)))

    def _operate(self, faults: Faults = no_faults) -> None:
        # An operator may or may not repeat a command that failed.
        try:
            self.world.operate(self._move_of_choice, faults=faults)
        except (StoreError, Crash):
            return

    def _move_of_choice(self, pointer: Pointer, fence: int) -> Pointer:
        kept = (pointer.current, *pointer.history)
        version = self.rng.choice(kept).version
        name = self.rng.choice(("rollback", "pin", "unpin"))
        if name == "unpin":
            return unpinned(pointer, fence)
        move = pinned if name == "pin" else rolled_back
        return move(pointer, version, fence)

    def _spots(self, count: int, most: int = MOST_CALLS) -> dict[int, Mode]:
        return {self.rng.randrange(most): self.rng.choice(MODES) for _ in range(count)}

    def _is_pinned(self) -> bool:
        pointer = self.world.account.pointer()
        return pointer is not None and pointer.is_pinned
