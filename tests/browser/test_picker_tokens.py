"""The picker with browser tokens: pages of two origins, and the API on a third, without a proxy."""

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from local.cors import with_cors
from local.picker import with_picker
from local.servers import BackgroundServer, address, bind
from tests.api_world import LIST, World
from tests.browser.picker import open_picker
from tests.browser.stage import many_tracks
from tests.builders import a_snapshot
from tiktok_music.api_key import BrowserAccess

PICKER = Path(__file__).parents[2] / "picker"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
<script type="module" src="/picker/tiktok-music-picker.js"></script>
<main><tiktok-music-picker src="{api}" token-src="/music-token"></tiktok-music-picker></main></html>
"""


@dataclass
class Stage:
    """`pages` are two origins, `api` a third; tokens are for the first page alone.

    `token_status` is what the pages' server answers with in place of a token.
    """

    world: World
    api: str
    pages: tuple[str, str]
    tokens: list[str] = field(default_factory=list)
    token_status: int = 200

    def mint(self) -> dict[str, Any]:
        answer = ask(
            self.api, "POST", f"{LIST}/tokens", self.world.key, {"origins": [self.pages[0]]}
        )
        minted: dict[str, Any] = json.loads(answer[1])
        self.tokens.append(minted["token"])
        return minted

    async def token(self, _: Request) -> Response:
        if self.token_status != 200:
            return Response(status_code=self.token_status)
        return JSONResponse(await run_in_threadpool(self.mint))


def ask(
    base_url: str, method: str, path: str, key: str = "", body: object = None
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=20)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


@contextmanager
def stage(count: int) -> Iterator[Stage]:
    world = World()
    world.now = time.time()  # the page compares expiries with its own clock
    listeners = [bind(0) for _ in range(3)]
    first, second, api = (address(each) for each in listeners)
    access = BrowserAccess(bytes(32), (first, second))
    world.change_key(tier="partner", browser=access)
    now = datetime.fromtimestamp(world.now, UTC)
    world.snapshots.publish(a_snapshot(*many_tracks(count), published_at=now))
    served = Stage(world, api, (first, second))
    files = with_picker(world.app, world.key)

    async def page(_: Request) -> Response:
        return HTMLResponse(PAGE.format(api=api))

    site = Starlette(
        routes=[
            Route("/", page),
            Route("/music-token", served.token),
            Mount("/", files),
        ]
    )
    apps: tuple[ASGIApp, ...] = (site, site, with_cors(world.app, (first, second)))
    servers = [BackgroundServer.start(*each) for each in zip(apps, listeners, strict=True)]
    try:
        yield served
    finally:
        for server in servers:
            server.stop()


@pytest.fixture
def served() -> Iterator[Stage]:
    with stage(150) as served:
        yield served


def test_a_page_reads_the_catalog_without_a_proxy(served: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank") as opened:
        sent: list[tuple[str, str]] = []
        opened.on(
            "request",
            lambda request: sent.append((request.url, request.headers.get("authorization", ""))),
        )
        opened.page.goto(served.pages[0])
        expect(opened.row("Song 1").first).to_be_visible()
        opened.search.fill("song 12")
        expect(opened.rows.first).to_contain_text("Song 12")

        of_api = [key for url, key in sent if url.startswith(served.api)]
        of_site = [url for url, key in sent if key and not url.startswith(served.api)]
        assert len(served.tokens) == 1
        assert set(of_api) == {f"Bearer {served.tokens[0]}"}
        assert (len(of_api) > 2, of_site) == (True, [])
        stored = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
        assert opened.page.evaluate(stored) == '[{},{},""]'


def test_the_token_is_refused_on_another_page(served: Stage, browser: Browser) -> None:
    with open_picker(browser, served.pages[1]) as opened:
        expect(opened.host.locator(".panel strong")).to_have_text(
            "You do not have access to the music. Ask the owner of this page."
        )

    assert len(served.tokens) == 1


def test_a_token_that_expires_during_a_search_is_renewed_and_the_list_goes_on(
    served: Stage, browser: Browser
) -> None:
    with open_picker(browser, served.pages[0]) as opened:
        expect(opened.row("Song 1").first).to_be_visible()
        served.world.now += 1_000

        opened.rows.first.click()
        opened.page.keyboard.press("End")

        expect(opened.row("Song 150")).to_be_visible()
        expect(opened.host.locator(".banner")).to_be_hidden()
        assert len(served.tokens) == 2


def test_a_user_who_is_signed_out_can_go_on_after_signing_in(
    served: Stage, browser: Browser
) -> None:
    with open_picker(browser, served.pages[0]) as opened:
        expect(opened.row("Song 1").first).to_be_visible()
        served.world.now += 1_000
        served.token_status = 401
        opened.search.fill("song 12")
        expect(opened.host.locator(".panel strong")).to_have_text("Sign in again.")

        served.token_status = 200
        opened.button("Try again").click()

        expect(opened.rows.first).to_contain_text("Song 12")


def test_a_page_may_bring_a_function_that_gets_tokens(served: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank") as opened:
        opened.page.route(f"{served.pages[0]}/music-token", lambda route: route.abort())
        opened.page.goto(served.pages[0])
        expect(opened.host.locator(".panel strong")).to_be_visible()

        opened.host.evaluate(
            "(host, token) => { host.getToken = async () => token; }", served.mint()
        )
        expect(opened.row("Song 1").first).to_be_visible()
        opened.host.evaluate("host => { host.getToken = async () => null; }")
        expect(opened.host.locator(".panel strong")).to_have_text("Sign in again.")


RENEWALS = """
const { Tokens } = await import('%s/modules/tokens.js');
const clock = Date.now;
let later = 0;
Date.now = () => clock() + later * 1000;
const made = [];
const lives = [3600, 60, -7200, 3600];
const tokens = new Tokens(async () => {
  const token = `t${made.length}`;
  made.push(token);
  await new Promise((done) => setTimeout(done, 1));
  return { token, expiresAt: new Date(Date.now() + lives[made.length - 1] * 1000).toISOString() };
});
const log = [await Promise.all([tokens.get(), tokens.get(), tokens.get()])];
for (later of [3500, 3550, 3590, 3600, 9000]) log.push(await tokens.get());
log.push(await Promise.all([tokens.get('t2'), tokens.get('t2')])); // refused: one renewal
log.push(await tokens.get('t2')); // refused before: another is there
console.log(JSON.stringify(log));
"""


def test_tokens_are_renewed_one_at_a_time_before_they_expire(node: str) -> None:
    """A minute before the end, or at three quarters of a short life; where the page's clock is fast
    and each token seems to have expired, only after a 401."""
    done = subprocess.run(
        [node, "--input-type=module", "--eval", RENEWALS % PICKER], capture_output=True, text=True
    )

    assert (done.stderr, json.loads(done.stdout)) == (
        "",
        [["t0", "t0", "t0"], "t0", "t1", "t1", "t2", "t2", ["t3", "t3"], "t3"],
    )


@contextmanager
def example_server(node: str, catalog: str, key: str) -> Iterator[str]:
    environment = {"CATALOG_URL": catalog, "CATALOG_KEY": key, "PORT": "0"}
    process = subprocess.Popen(
        [node, str(PICKER / "example_token_server.mjs")],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip().removesuffix("/music-token")
    finally:
        process.kill()
        process.communicate()


def test_the_example_server_makes_tokens_with_its_key_and_nothing_else(node: str) -> None:
    with stage(3) as served, example_server(node, served.api, served.world.key) as server:
        status, body = ask(server, "GET", "/music-token")
        others = [ask(server, *each)[0] for each in (("POST", "/music-token"), ("GET", "/"))]
        served.world.change_key(browser=None)
        served.world.now += 30
        refused = ask(server, "GET", "/music-token")

    minted = json.loads(body)
    assert (status, minted["token"].startswith("lpb.live."), sorted(minted)) == (
        200,
        True,
        ["expiresAt", "token"],
    )
    assert (others, refused) == ([404, 404], (502, b""))


def test_the_example_server_is_a_502_when_the_catalog_cannot_be_reached(node: str) -> None:
    with example_server(node, "http://127.0.0.1:9", "lp_live_x") as server:
        assert ask(server, "GET", "/music-token")[0] == 502
