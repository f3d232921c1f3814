"""The mutations of a module, and a module that is imported with one."""

import subprocess
import sys

import pytest

from tools.testing import mutants
from tools.testing.mutations import mutations

SOURCE = '''
"""Docs."""
import logging

if TYPE_CHECKING:
    from boxes import Lid

LIMIT: int | None = 2
_logger = logging.getLogger(__name__)

class Box:
    """Docs."""

    def put(self, item: str = "x", *, is_new: bool = True) -> int | None:
        """Docs."""
        if not item or is_new and item in self.items:
            raise ValueError(f"{item} {1 + 1}")
        self.last = item
        self.items.append(item, at=-1)
        self.count += len(item) * 2
        _logger.info("put %s", item)
        return min(each for each in self.items if each)
'''
NAMES = [
    "module: 2 -> 3",
    "Box.put: True -> False",
    "Box.put: if not item or (is_new and item in self.items) -> "
    "if not (not item or (is_new and item in self.items))",
    "Box.put: not item or (is_new and item in self.items) -> "
    "not item and (is_new and item in self.items)",
    "Box.put: not item -> item",
    "Box.put: is_new and item in self.items -> is_new or item in self.items",
    "Box.put: item in self.items -> item not in self.items",
    "Box.put: raise ValueError(f'{item} {1 + 1}') -> pass",
    "Box.put: self.last = item -> pass",
    "Box.put: self.items.append(item, at=-1) -> pass",
    "Box.put: self.items.append(item, at=-1) -> self.items.append(item)",
    "Box.put: -1 -> 1",
    "Box.put: 1 -> 2",
    "Box.put: self.count += len(item) * 2 -> pass",
    "Box.put: len(item) * 2 -> len(item) // 2",
    "Box.put: 2 -> 3",
    "Box.put: return min((each for each in self.items if each)) -> return None",
    "Box.put: min -> max",
    "Box.put: for each in self.items if each -> for each in self.items",
]


def test_each_part_that_runs_is_changed_in_turn() -> None:
    assert [each.name for each in mutations(SOURCE)] == NAMES


def test_equal_changes_are_numbered() -> None:
    names = [each.name for each in mutations("f(1)\nf(1)\n")]

    assert names == [
        "module: f(1) -> pass",
        "module: 1 -> 2",
        "module: f(1) -> pass (2)",
        "module: 1 -> 2 (2)",
    ]


@pytest.mark.parametrize(("name", "value"), [("1 + 2 -> 1 - 2", -1), ("1 -> 2", 4), ("2 -> 3", 4)])
def test_a_mutant_has_its_one_change(name: str, value: int) -> None:
    changed = {each.name: each.tree() for each in mutations("value = 1 + 2")}[f"module: {name}"]
    variables: dict[str, int] = {}

    exec(compile(changed, "<mutant>", "exec"), variables)

    assert variables["value"] == value


def test_a_module_of_another_name_is_named() -> None:
    command = [sys.executable, "-m", "tools.testing.mutants", "api.nothing"]

    ended = subprocess.run(command, capture_output=True, text=True, cwd=mutants.ROOT)

    assert (ended.returncode, ended.stderr) == (
        2,
        f"api.nothing is none of {', '.join(mutants.TESTS)}\n",
    )


def test_every_module_and_test_of_the_mutants_exists() -> None:
    paths = [mutants.ROOT / path for tests in mutants.TESTS.values() for path in tests]
    paths += [mutants._source(name) for name in mutants.TESTS]

    assert [path for path in paths if not path.is_file()] == []
