"""The world of the fault tests, the choice of how much is run, and the figures at the end.

`FAULTS=full` runs every boundary in every mode; without it a selection that takes under a minute.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.faults.mutants import MUTANTS
from tests.faults.sweeps import Tally
from tests.faults.world import World, empty_world, grown_world

# `FAULTS_SEED=7 make faults` goes another way.
SEED = int(os.environ.get("FAULTS_SEED", "20261122"))
IS_FULL = os.environ.get("FAULTS") == "full"


@dataclass
class Figures:
    """What a run of the suite went through."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    mutants: list[str] = field(default_factory=list)

    def require_clean(self, name: str, tally: Tally) -> None:
        """Adds to the figures that are printed at the end; fails on a violation."""
        self.tallies.setdefault(name, Tally()).join(tally)
        assert tally.violations == []

    def killed(self, mutant: str) -> None:
        """A planted bug that a sweep found."""
        self.mutants.append(mutant)


FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    return request.config.stash[FIGURES]


@pytest.fixture(scope="module")
def grown() -> Iterator[World]:
    with grown_world() as world:
        yield world


@pytest.fixture
def world(grown: World) -> Iterator[World]:
    """A catalog some ticks old; every test finds it as it was."""
    saved = grown.save()
    yield grown
    grown.restore(saved)


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
    runs = sum(tally.runs for tally in figures.tallies.values())
    violations = sum(len(tally.violations) for tally in figures.tallies.values())
    zombies = [tally for name, tally in figures.tallies.items() if name.startswith("F5")]
    undone = sum(len(tally.violations) for tally in zombies)
    woken = sum(tally.runs for tally in zombies)
    terminalreporter.write_line(f"in all: {runs} runs, {violations} violations, seed {SEED}")
    terminalreporter.write_line(f"zombies: {undone} of {woken} undid anything")
    killed, planted = len(figures.mutants), len(MUTANTS)
    terminalreporter.write_line(f"mutants: {killed} of {planted} killed")
