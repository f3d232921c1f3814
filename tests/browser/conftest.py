"""A browser per module: Playwright's loop must not outlive the tests that need it."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.stage import BEFORE, FEW, Picker, Stage, launch, open_picker, remember, stage
from tests.needs import BROWSER, skip_without
from tools.testing.programs import chromium_candidates


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not chromium_candidates(os.environ):
        skip_without(BROWSER)
    with sync_playwright() as playwright:
        found = launch(playwright)
        if found is None:
            skip_without(BROWSER)
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
