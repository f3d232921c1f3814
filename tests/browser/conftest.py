"""A browser per module: Playwright's loop must not outlive the tests that need it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.stage import BEFORE, FEW, Picker, Stage, launch, open_picker, remember, stage


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launch(playwright)
        if found is None:
            pytest.skip("no Chromium on the PATH, and none that `playwright install` left")
        yield found
        found.close()


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
