"""Refreshes, crashes, reads, pointer moves and sweeps in any order, against a small model."""

from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.faults.conftest import IS_FULL, Figures
from tests.faults.invariants import broken, misreported
from tests.faults.sweeps import Tally
from tests.faults.wire import MODES, Crash, Mode, at
from tests.faults.world import KEPT, TESTED, Run, World, scheduled_time
from tiktok_music.errors import SnapshotGone, StoreError
from tiktok_music.pointer_moves import pinned, rolled_back, unpinned
from tiktok_music.snapshot import Pointer


@dataclass
class Model:
    """The expected pointer: the current version, the earlier ones, and the pin."""

    current: str
    past: list[str]
    is_pinned: bool = False

    @classmethod
    def of(cls, pointer: Pointer) -> "Model":
        past = [descriptor.version for descriptor in pointer.history]
        return cls(pointer.current.version, past, pointer.is_pinned)

    def publish(self, version: str) -> None:
        self.past = [self.current, *self.past][: KEPT - 1]
        self.current = version

    def move(self, version: str) -> None:
        others = {self.current, *self.past} - {version}
        self.current, self.past = version, sorted(others, reverse=True)

    def kept(self) -> list[str]:
        return [self.current, *self.past]


class CatalogMachine(RuleBasedStateMachine):
    """Runs the real catalog and the model side by side; the test sets `world`."""

    world: World
    tally: Tally

    def __init__(self) -> None:
        super().__init__()
        self.saved = self.world.save()
        pointer = self.world.account.pointer()
        assert pointer is not None
        self.model, self.slot = Model.of(pointer), TESTED

    def teardown(self) -> None:
        self.world.restore(self.saved)

    @rule()
    def refresh(self) -> None:
        run = self._refresh(self.slot)
        self._follow(run.report.version if run.report else None)
        assert run.outcome == ("REFUSED" if self.model.is_pinned else "PUBLISHED")
        self.slot += 1

    @precondition(lambda self: not self.model.is_pinned)
    @rule(number=st.integers(0, 35), mode=st.sampled_from(MODES), is_repeated=st.booleans())
    def refresh_with_a_fault(self, number: int, mode: Mode, is_repeated: bool) -> None:
        self.world.now = scheduled_time(self.slot)
        run = self.world.run(self.slot, faults=at(number, mode))
        assert misreported(self.world, run) == []
        self._follow(run.flips[-1].pointer.current.version if run.flips else None)
        if is_repeated:
            again = self.world.run(self.slot)
            assert again.outcome == ("ALREADY_DONE" if run.flips else "PUBLISHED")
            self._follow(again.report.version if again.report else None)
        self.slot += 1

    @rule()
    def deliver_again(self) -> None:
        run = self._refresh(self.slot - 1)
        done = "PUBLISHED" if run.flips else "ALREADY_DONE"
        assert run.outcome == ("REFUSED" if self.model.is_pinned else done)
        self._follow(run.report.version if run.report else None)

    @rule(place=st.integers(0, KEPT), is_pin=st.booleans())
    def move(self, place: int, is_pin: bool) -> None:
        kept = self.model.kept()
        version = kept[place] if place < len(kept) else "0000000000-0123456789abcdef"
        turn = pinned if is_pin else rolled_back
        try:
            self.world.operate(lambda pointer, fence: turn(pointer, version, fence))
        except SnapshotGone:
            assert version not in kept
        else:
            self.model.move(version)
            self.model.is_pinned = self.model.is_pinned or is_pin

    @rule(number=st.integers(0, 2), mode=st.sampled_from(MODES))
    def move_with_a_fault(self, number: int, mode: Mode) -> None:
        before, version = len(self.world.account.flips), self.model.kept()[-1]
        with suppress(StoreError, Crash):
            self.world.operate(
                lambda pointer, fence: rolled_back(pointer, version, fence),
                faults=at(number, mode),
            )
        if len(self.world.account.flips) > before:
            self.model.move(version)

    @rule()
    def unpin(self) -> None:
        self.world.operate(unpinned)
        self.model.is_pinned = False

    @rule()
    def sweep(self) -> None:
        process = self.world.process("sweeper")
        process.wire.begin()
        process.publisher.sweep()

    @rule()
    def fail_the_store_for_the_warm_reader(self) -> None:
        reader = self.world.warm()
        self.world.process("warm").wire.begin(lambda number, call: Mode.ERROR_BEFORE)
        assert reader.snapshot().plain()

    @invariant()
    def all_invariants_hold(self) -> None:
        self.tally.runs += 1
        assert broken(self.world) == []

    @invariant()
    def the_pointer_matches_the_model(self) -> None:
        pointer = self.world.account.pointer()
        assert pointer is not None
        assert (pointer.current.version, pointer.is_pinned) == (
            self.model.current,
            self.model.is_pinned,
        )
        assert {each.version for each in pointer.history} == set(self.model.past)

    def _refresh(self, slot: int) -> Run:
        self.world.now = scheduled_time(self.slot)
        run = self.world.run(slot, holder=f"request of {slot}")
        assert misreported(self.world, run) == []
        return run

    def _follow(self, version: str | None) -> None:
        if version is not None:
            self.model.publish(version)


def test_any_order_of_events_matches_the_model(
    world: World, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    tally = Tally(note="derandomized")
    monkeypatch.setattr(CatalogMachine, "world", world, raising=False)
    monkeypatch.setattr(CatalogMachine, "tally", tally, raising=False)
    machine = settings(
        max_examples=40 if IS_FULL else 3,
        stateful_step_count=25 if IS_FULL else 7,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(CatalogMachine, settings=machine)

    figures.require_clean("state machine (steps as runs)", tally)
