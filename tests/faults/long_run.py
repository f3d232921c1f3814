"""A catalog's life, two refreshes a day, with something going wrong on most of them."""

import random
from dataclasses import dataclass, field

from tests.faults.chance import among
from tests.faults.invariants import broken, left_over, misjudged, unresolved_duplicates
from tests.faults.shim import MODES, Call, Crash, Faults, Mode, no_faults, once_at
from tests.faults.sweeps import Tally
from tests.faults.world import TESTED, Hook, Run, World, moment
from tiktok_music.errors import SourceError, SourceUnavailable, StoreError
from tiktok_music.pointer_moves import pinned, rolled_back, unpinned
from tiktok_music.snapshot import Pointer

# More than a refresh makes: a fault that lies beyond its last call does not happen.
MOST_CALLS = 48
STORM = (Mode.TIMEOUT_BEFORE, Mode.ERROR_BEFORE, Mode.THROTTLE, Mode.LANDED_TIMEOUT)
KINDS = ("fault", "fault", "pair", "storm", "twice", "zombie", "source", "move", "move_within")


@dataclass
class Life:
    """Of every five ticks the first two are clean: they must publish and leave nothing over."""

    world: World
    rng: random.Random
    tick: int = TESTED
    refreshes: int = 0
    tally: Tally = field(default_factory=Tally)

    def live(self, ticks: int) -> Tally:
        """So many ticks on, whatever happens."""
        for _ in range(ticks):
            self.world.now = moment(self.tick)
            self._choose_weather()
            kind = "clean" if self.tick % 5 < 2 else self.rng.choice(KINDS)
            problems: list[str] = getattr(self, f"_{kind}")()
            self.world.account.catch_up()
            self.tally.add(f"tick {self.tick}, {kind}", [*problems, *broken(self.world)])
            self.tick += 1
        self.tally.boundaries = self.refreshes
        return self.tally

    def _choose_weather(self) -> None:
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
                self.tick,
                process=process,
                holder=f"{holder} of {self.tick}",
                faults=faults,
                on_call=on_call,
                problem=problem,
            )
        )

    def _counted(self, run: Run) -> Run:
        self.refreshes += 1
        self.world.forward(60)
        return run

    def _judged(self, *runs: Run) -> list[str]:
        return [problem for run in runs for problem in misjudged(self.world, run)]

    def _clean(self) -> list[str]:
        if self._is_pinned():
            self.world.operate(unpinned)
        self.world.account.catch_up()
        run = self._counted(self.world.clean(self.tick))
        problems = [*self._judged(run), *unresolved_duplicates(self.world, run)]
        if run.outcome != "PUBLISHED":
            problems.append(f"I7: the clean run says {run.outcome}: {run.report or run.error}")
        return [*problems, *left_over(self.world)] if self.tick % 5 == 1 else problems

    def _fault(self) -> list[str]:
        run = self._run(among(self._spots(1)))
        return self._judged(run, self._run()) if self.rng.random() < 0.5 else self._judged(run)

    def _pair(self) -> list[str]:
        first, second = self._run(among(self._spots(2))), self._run(among(self._spots(1)))
        return self._judged(first, second)

    def _storm(self) -> list[str]:
        def storm(number: int, call: Call) -> Mode | None:
            return self.rng.choice(STORM) if self.rng.random() < 0.5 else None

        return self._judged(self._run(storm), self._run(storm))

    def _twice(self) -> list[str]:
        return self._judged(self._run(), self._run(holder="request-2"))

    def _zombie(self) -> list[str]:
        others: list[Run] = []

        def overtake() -> None:
            self.world.outlive_the_lease()
            process = self.world.process("other")
            others.append(self._counted(self.world.run(self.tick, process=process, holder="o")))

        number = self.rng.randrange(MOST_CALLS)
        return self._judged(self._run(on_call=once_at(number, overtake)), *others)

    def _source(self) -> list[str]:
        before = self.world.account.pointer()
        run = self._run(problem=SourceUnavailable("upstream is down"))
        is_same = self.world.account.pointer() == before
        return [*self._judged(run), *([] if is_same else ["F10: the last good catalog is gone"])]

    def _move(self) -> list[str]:
        faults = among(self._spots(1, 5)) if self.rng.random() < 0.5 else no_faults
        self._operate(faults)
        return self._judged(self._run())

    def _move_within(self) -> list[str]:
        number = self.rng.randrange(MOST_CALLS)
        return self._judged(self._run(on_call=once_at(number, self._operate)))

    def _operate(self, faults: Faults = no_faults) -> None:
        # What fails is made again, or not, as an operator has it.
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
