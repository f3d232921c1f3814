"""A machine without a browser: the suite passes and says what it left out, or CI fails."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import BROWSER

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def run(home: Path, required: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/browser/test_picker_picks.py"],
        cwd=ROOT,
        env={"PATH": "", "HOME": str(home), "REQUIRE_ALL_TESTS": required},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout.splitlines()


def test_without_a_browser_the_last_line_says_what_was_not_tested(home: Path) -> None:
    code, lines = run(home, required="0")

    skipped = re.match(r"(\d+) skipped in", lines[-2])
    assert skipped is not None
    assert code == 0
    assert lines[-1] == (
        f"NOT TESTED: {skipped[1]} tests that need a browser (picker, web client): {BROWSER.remedy}"
    )


def test_where_all_tests_are_required_a_missing_browser_fails(home: Path) -> None:
    code, lines = run(home, required="1")

    assert code == 1
    assert re.match(r"\d+ errors in", lines[-1])
    assert BROWSER.reason in lines
