"""The picker as an npm package in an app, with `PACKAGE_TEST=1`: takes a registry and minutes."""

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from tests.browser.picker import open_picker
from tests.browser.stage import FEW, shared_site, stage

PICKER = Path(__file__).parents[2] / "picker"
# What becomes of the blocks of code in frameworks.md, in the app of each framework.
BLOCKS = {
    "tsx": ("react/MusicPicker.tsx", "react/BrowserOnly.tsx"),
    "ts": ("vue/vite.config.ts",),
    "vue": ("vue/MusicPicker.vue",),
    "svelte": ("svelte/MusicPicker.svelte",),
}
FRAMEWORKS = ("react", "vue", "svelte")
APP = Path(__file__).parent / "package_app"
pytestmark = pytest.mark.skipif(
    "PACKAGE_TEST" not in os.environ or shutil.which("npm") is None,
    reason="PACKAGE_TEST is not set, or there is no npm on this machine",
)


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An app with the packed package and the tools installed."""
    package = tmp_path_factory.mktemp("package") / "picker"
    app = tmp_path_factory.mktemp("app") / "app"
    shutil.copytree(PICKER, package, ignore=shutil.ignore_patterns("node_modules", "dist"))
    shutil.copytree(APP, app, ignore=shutil.ignore_patterns("node_modules"))
    for folder in (package, app):
        if folder is app:
            run(package, "npm", "pack", "--silent", "--pack-destination", str(app))
        run(folder, "npm", "install", "--no-audit", "--no-fund")
    text = (PICKER / "frameworks.md").read_text()
    for language, files in BLOCKS.items():
        blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        for file, block in zip(files, blocks, strict=True):
            (app / file).write_text(block)
    return app


@pytest.fixture(scope="module")
def address(app: Path) -> Iterator[str]:
    """The app as Vite builds it, and the bundled file in a page of its own."""
    run(app, "npx", "vite", "build")
    bundle = app / "node_modules/tiktok-music-picker/dist/tiktok-music-picker.js"
    shutil.copy(bundle, app / "dist/bundle.js")
    page = "<!doctype html><title>One file</title><tiktok-music-picker></tiktok-music-picker>"
    script = '<script type="module" src="bundle.js"></script>'
    (app / "dist/bundle.html").write_text(page + script)
    handler = partial(SimpleHTTPRequestHandler, directory=app / "dist")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_built_app_shows_and_picks(browser: Browser, address: str) -> None:
    with open_picker(browser, f"{address}/index.html") as opened:
        expect(opened.button("Überrasch mich")).to_be_visible()
        expect(opened.host.get_by_placeholder("Musik suchen")).to_be_visible()
        opened.rows.first.click()

        expect(opened.page).to_have_title("Song 1 manual")


def test_the_bundle_is_one_file(browser: Browser, address: str) -> None:
    with open_picker(browser, "about:blank") as opened:
        scripts: list[str] = []
        opened.on("request", lambda request: scripts.append(request.url.rpartition("/")[2]))
        opened.page.goto(f"{address}/bundle.html")
        opened.host.evaluate("host => { host.locale = 'ar' }")

        expect(opened.host.get_by_placeholder("ابحث في الموسيقى")).to_be_visible()
        assert [name for name in scripts if name.endswith(".js")] == ["bundle.js"]


def test_the_types_accept_and_refuse(app: Path) -> None:
    assert run(app, "npx", "tsc", "--project", ".") == ""


@pytest.mark.parametrize("name", ["none", "jsdom", "happy-dom"])
def test_it_can_be_imported_without_a_browser(app: Path, name: str) -> None:
    assert run(app, "node", "import_in_dom.mjs", name) == f"{name} true\n"


@pytest.fixture(scope="module")
def built(app: Path) -> Path:
    """The app with a page of each framework, rendered on a server, in `<framework>/dist`."""
    for name in FRAMEWORKS:
        build = ("npx", "vite", "build", name, "--logLevel", "warn")
        server = next((app / name).glob("server.*")).name
        assert run(app, *build, "--base", f"/{name}/dist/") == ""
        assert run(app, *build, "--ssr", server, "--outDir", "server") == ""
        page = app / name / "dist/index.html"
        rendered = run(app, "node", f"{name}/server/server.js")
        page.write_text(page.read_text().replace("<!--rendered-->", rendered.strip()))
    return app


def test_a_server_renders_the_tag_with_its_attributes(built: Path) -> None:
    pages = [(built / name / "dist/index.html").read_text() for name in FRAMEWORKS]

    tags = [html.unescape(tag) for page in pages for tag in re.findall("<tiktok-music-.*?>", page)]
    assert tags == [
        '<tiktok-music-picker src="/picker/api">',  # Vue's
        '<tiktok-music-picker src="/picker/api" value="{"mode":"auto"}">',  # Svelte's
    ]


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_binds_the_value_and_gets_the_event(
    built: Path, browser: Browser, name: str
) -> None:
    with stage(*FEW) as served, open_picker(browser, "about:blank") as opened:
        shared_site().app = Starlette(
            routes=[
                Mount(f"/{name}", StaticFiles(directory=built / name)),
                Mount("/", shared_site().app),
            ]
        )
        said: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        opened.page.goto(served.address.replace("/picker", f"/{name}/dist/index.html"))
        auto = opened.host.locator(".auto")
        bound = opened.page.locator("output")
        expect(auto).to_have_attribute("aria-pressed", "true")
        expect(auto).to_have_text("Surprise me" if name == "react" else "Let TikTok choose")

        opened.row("Song 12").click()
        expect(bound).to_have_text(f'{{"mode":"manual","trackId":"{FEW[11].track_id}"}}')
        expect(opened.row("Song 12")).to_have_attribute("aria-selected", "true")
        opened.page.get_by_role("button", name="From the app").click()
        expect(opened.button("No music")).to_have_attribute("aria-pressed", "true")
        opened.button("Clear the pick").click()
        expect(bound).to_have_text("null")
        assert opened.host.evaluate("host => host.value") is None
        assert said == []


def test_the_types_of_the_frameworks_are_right(app: Path) -> None:
    assert run(app, "npx", "vue-tsc", "--project", "vue") == ""
    checked = run(app, "npx", "svelte-check", "--workspace", "svelte", "--fail-on-warnings")
    assert "svelte-check found 0 errors and 0 warnings" in checked


def test_the_manifest_describes_the_element(app: Path) -> None:
    manifest = json.loads(
        (app / "node_modules/tiktok-music-picker/dist/custom-elements.json").read_text()
    )

    [element] = [
        declared
        for module in manifest["modules"]
        for declared in module["declarations"]
        if declared.get("tagName") == "tiktok-music-picker"
    ]
    assert {event["name"] for event in element["events"]} == {
        *("track-selected", "preview-started", "preview-ended", "list-loaded", "list-failed"),
        *("favorites-changed", "recent-changed", "input", "change"),
    }
    assert {attribute["name"] for attribute in element["attributes"]} == {
        *("src", "token-src", "locale", "lang", "dir", "theme", "name", "value", "required"),
        *("disabled", "compact", "charts", "strings", "credentials"),
    }
