"""Fixtures: one local run for all tests that call a running server, and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.picker import launch
from tests.local_process import LocalRun, running
from tests.needs import BROWSER, skip_without


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For a module: other tests of this folder start event loops of their own."""
    with sync_playwright() as playwright:
        started = launch(playwright)
        if started is None:
            skip_without(BROWSER)
        yield started
        started.close()


@pytest.fixture(scope="session")
def local_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    with running(tmp_path_factory.mktemp("run") / "run.json") as started:
        yield started
