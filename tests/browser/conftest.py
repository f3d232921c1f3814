"""One browser for the tests of this folder, ended with the last of them on its process.

Playwright's event loop must not outlive the tests that need it: others start loops of their own.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.picker import Picker, launch, launch_firefox, open_picker
from tests.browser.stage import BEFORE, FEW, Stage, remember, stage
from tests.needs import BROWSER, FIREFOX, Need, skip_without
from tools.testing.programs import chromium_candidates

FOLDER = Path(__file__).parent
FIREFOX_GAPS = FOLDER / "firefox_gaps.cjs"
Launch = Callable[[Playwright], Browser | None]


class SharedBrowsers:
    """Starts a browser when a test first needs it."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._playwright: Playwright | None = None
        self._started: dict[Launch, Browser] = {}

    def get(self, start: Launch, need: Need) -> Browser:
        """Returns the browser that a launch function starts; skips the test where there is none."""
        if self._playwright is None:
            with patch.dict(os.environ, NODE_OPTIONS=f'--require "{FIREFOX_GAPS}"'):
                self._playwright = self._stack.enter_context(sync_playwright())
        if start not in self._started:
            found = start(self._playwright)
            if found is None:
                skip_without(need)
            self._started[start] = found
            self._stack.callback(found.close)
        return self._started[start]

    def close(self) -> None:
        self._stack.close()
        self._playwright = None
        self._started.clear()


SHARED = pytest.StashKey[SharedBrowsers]()


@pytest.fixture
def browsers(pytestconfig: pytest.Config) -> SharedBrowsers:
    return pytestconfig.stash.setdefault(SHARED, SharedBrowsers())


@pytest.fixture
def browser(browsers: SharedBrowsers) -> Browser:
    if not chromium_candidates(os.environ):
        skip_without(BROWSER)
    return browsers.get(launch, BROWSER)


@pytest.fixture
def firefox(browsers: SharedBrowsers) -> Browser:
    return browsers.get(launch_firefox, FIREFOX)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Ends the browser before a test of another folder."""
    shared = item.config.stash.get(SHARED, None)
    if shared and (nextitem is None or FOLDER not in nextitem.path.parents):
        shared.close()


@pytest.fixture(scope="module")
def few() -> Iterator[Stage]:
    with stage(*FEW, before=BEFORE) as served:
        remember(served.world, FEW)
        yield served


@pytest.fixture
def picker(few: Stage, browser: Browser) -> Iterator[Picker]:
    with open_picker(browser, few.address) as opened:
        expect(opened.rows).to_have_count(12)
        yield opened
