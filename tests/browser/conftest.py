"""A browser per module: Playwright's loop must not outlive the tests that need it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.stage import launch


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launch(playwright)
        if found is None:
            pytest.skip("no Chromium on the PATH, and none that `playwright install` left")
        yield found
        found.close()
