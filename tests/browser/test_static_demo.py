"""The demo from files alone: searched, played and picked without any server but one for files."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.picker import Picker, open_picker
from tools.packaging.static_demo import build


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a static host, with the demo below it."""
    folder = tmp_path_factory.mktemp("host")
    build(folder / "a/demo")
    return folder


@pytest.fixture
def address(host: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=host))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/a/demo/"
    server.shutdown()
    server.server_close()


def test_the_demo_needs_files_alone(browser: Browser, address: str) -> None:
    requested: list[str] = []
    with open_picker(browser, "about:blank") as opened:
        opened.on("request", lambda request: requested.append(request.url))
        opened.on("response", lambda answer: assert_found(opened, answer.status, answer.url))
        opened.page.goto(address)
        expect(opened.rows).to_have_count(6)
        expect(opened.rows.first).to_contain_text("Sunset Drive")
        expect(opened.host.locator(".rank").nth(2)).to_contain_text("▲")
        expect(opened.host.locator(".play canvas")).to_have_count(6)
        opened.page.wait_for_load_state("networkidle")

        opened.button("Play Sunset Drive").click()
        expect(opened.button("Pause Sunset Drive").first).to_be_visible()
        expect(opened.host.locator(".seek")).to_have_class("seek drawn")
        opened.search.fill("cancion")
        expect(opened.rows).to_have_count(1)
        opened.rows.first.click()
        assert opened.page.locator("#detail").inner_text().count("manual") == 1
        opened.button("Clear the search").click()
        opened.chip("Commercial use").click()
        expect(opened.rows).to_have_count(4)
        opened.host.get_by_label("Sort").select_option("By title")
        expect(opened.rows.first).to_contain_text("Canción de Abril")
        opened.chip("Recently used").click()
        expect(opened.rows).to_have_count(1)

    assert {url.startswith((address, "data:")) for url in requested} == {True}


def assert_found(picker: Picker, status: int, url: str) -> None:
    """Records an answer that is no success as an error of the page."""
    if status >= 400:
        picker.errors.append(f"{status} {url}")


def test_it_is_built_again_over_what_is_there(host: Path) -> None:
    first = {path: path.read_bytes() for path in host.rglob("*") if path.is_file()}
    build(host / "a/demo")

    assert {path: path.read_bytes() for path in host.rglob("*") if path.is_file()} == first
