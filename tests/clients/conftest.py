"""Fixtures: one local run for all tests that call a running server, and a browser."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import browser
from tests.local_process import LocalRun, running

__all__ = ["browser", "local_run"]


@pytest.fixture(scope="session")
def local_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    with running(tmp_path_factory.mktemp("run") / "run.json") as started:
        yield started
