"""Fixtures of the fault tests, the size of the selection, and the figures printed at the end.

`FAULTS=full` runs every boundary in every mode; the default selection takes two minutes of CPU.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.faults.mutants import MUTANTS
from tests.faults.sweeps import Tally
from tests.faults.world import World, empty_world, populated_world

# `FAULTS_SEED=7 make faults` runs with other random choices.
SEED = int(os.environ.get("FAULTS_SEED", "20261122"))
IS_FULL = os.environ.get("FAULTS") == "full"


@dataclass
class Figures:
    """The tallies and the detected mutants of one run of the suite."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    mutants: list[str] = field(default_factory=list)

    def require_clean(self, name: str, tally: Tally) -> None:
        """Adds a tally to the printed figures; fails on a violation."""
        self.tallies.setdefault(name, Tally()).join(tally)
        assert tally.violations == []

    def killed(self, mutant: str) -> None:
        """Counts a planted bug that a sweep has detected."""
        self.mutants.append(mutant)


FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    return request.config.stash[FIGURES]


@pytest.fixture(scope="module")
def populated() -> Iterator[World]:
    with populated_world() as world:
        yield world


@pytest.fixture
def world(populated: World) -> Iterator[World]:
    """A catalog after some scheduled runs; its state is restored after every test."""
    saved = populated.save()
    yield populated
    populated.restore(saved)


@pytest.fixture
def new_world() -> Iterator[World]:
    with empty_world() as world:
        yield world


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    figures = terminalreporter.config.stash[FIGURES]
    if not figures.tallies and not figures.mutants:
        return
    terminalreporter.section("faults")
    for name, tally in figures.tallies.items():
        note = f" ({tally.note})" if tally.note else ""
        terminalreporter.write_line(
            f"{name}: {tally.boundaries} boundaries, {tally.runs} runs, "
            f"{len(tally.violations)} violations{note}"
        )
    all_runs = sum(tally.runs for tally in figures.tallies.values())
    violations = sum(len(tally.violations) for tally in figures.tallies.values())
    stale_writers = [tally for name, tally in figures.tallies.items() if name.startswith("F5")]
    changed = sum(len(tally.violations) for tally in stale_writers)
    runs = sum(tally.runs for tally in stale_writers)
    terminalreporter.write_line(f"in all: {all_runs} runs, {violations} violations, seed {SEED}")
    terminalreporter.write_line(f"stale writers: {changed} of {runs} changed anything")
    killed, planted = len(figures.mutants), len(MUTANTS)
    terminalreporter.write_line(f"mutants: {killed} of {planted} killed")
