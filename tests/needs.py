"""Programs that some tests need, and what the summary says of those that ran without them."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import pytest

from tools.testing.programs import INSTALL_CHROMIUM


@dataclass(frozen=True, slots=True)
class Need:
    """A program that is not a Python package; `tests` names what is not tested without it."""

    name: str
    tests: str
    remedy: str

    @property
    def reason(self) -> str:
        return f"needs {self.name}: {self.remedy}"


BROWSER = Need(
    "a browser",
    "picker, web client",
    f"{INSTALL_CHROMIUM}, and run make test again",
)
# Many machines have none, and it takes 100 MB: it is never required.
FIREFOX = Need(
    "a recent Firefox",
    "the picker in Firefox",
    "apt install firefox-esr, or python -m playwright install firefox",
)
NODE = Need("node", "example proxy, syntax of scripts", "install node 18 or newer")
BUILT_FUNCTIONS = Need(
    "SAM and Python 3.13",
    "the built functions",
    "on Linux, install Python 3.13 and run: make clean test",
)
NPM_PACKAGES = Need(
    "npm packages", "the generated TypeScript client", "run make generators where npm installs them"
)
NEEDS = (BROWSER, FIREFOX, NODE, BUILT_FUNCTIONS, NPM_PACKAGES)


def skip_without(need: Need) -> NoReturn:
    """Skips the test; fails it under REQUIRE_ALL_TESTS=1, so that CI cannot pass without it."""
    if os.environ.get("REQUIRE_ALL_TESTS") == "1" and need is not FIREFOX:
        pytest.fail(need.reason, pytrace=False)
    pytest.skip(need.reason)


def not_tested(reasons: Iterable[str]) -> list[str]:
    """One line for each need that tests were skipped for, by the reasons of all skipped tests."""
    counts = Counter(need for reason in reasons for need in NEEDS if reason.endswith(need.reason))
    return [
        f"NOT TESTED: {counts[need]} tests that need {need.name} ({need.tests}): {need.remedy}"
        for need in NEEDS
        if counts[need]
    ]
