"""Every value in docs/limits.md is that of the place in the code or the template beside it."""

import importlib
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.test_template import load_template

PAGE = (Path(__file__).parents[2] / "docs/limits.md").read_text()
ROWS = re.findall(r"^\| [^|]+ \| ([\d,]+)(?: (\w+))? \| `([\w.]+)` \|", PAGE, re.MULTILINE)
UNITS = {"": 1, "s": 1, "min": 60, "h": 3_600, "d": 86_400, "KiB": 1_024, "MiB": 1_024**2}


def in_code(place: str) -> Any:
    """The value of a constant, of a field's default, of a mapping's entry or of a property."""
    head, *names = place.split(".")
    found: Any = load_template()[head] if head in ("Parameters", "Resources") else None
    while found is None:
        path = f"tiktok_music.{head}".replace(".", "/")
        if (Path(__file__).parents[2] / "layers_shared" / f"{path}.py").exists():
            found = importlib.import_module(f"tiktok_music.{head}")
        else:
            head = f"{head}.{names.pop(0)}"
    for name in names:
        found = member(found, name)
    return found.total_seconds() if isinstance(found, timedelta) else found


def member(owner: Any, name: str) -> Any:
    if isinstance(owner, Mapping):
        return owner[name]
    if isinstance(owner, type) and is_dataclass(owner):
        return next(each.default for each in fields(owner) if each.name == name)
    return getattr(owner, name)


def test_every_row_has_a_value_and_a_place() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (?!---|limit |delay )", line)]

    assert len(ROWS) == len(rows) > 50


@pytest.mark.parametrize(("value", "unit", "place"), ROWS, ids=lambda text: text)
def test_a_documented_limit_is_that_of_the_code(value: str, unit: str, place: str) -> None:
    assert int(value.replace(",", "")) * UNITS[unit] == in_code(place)
