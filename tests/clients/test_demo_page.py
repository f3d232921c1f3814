"""The demo page of `make run`: real media, the real handler, and no key in the browser."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.picker import Picker, open_picker
from tests.local_process import LocalRun


@pytest.fixture
def run(local_run: LocalRun) -> dict[str, Any]:
    """The run file of the local run, and `lines`: its output."""
    return {**local_run.facts, "lines": local_run.lines}


@pytest.fixture
def picker(run: dict[str, Any], browser: Browser) -> Iterator[Picker]:
    with open_picker(browser, f"{run['baseUrl']}/picker") as opened:
        expect(opened.rows).to_have_count(16)
        yield opened


def ask(base_url: str, method: str, path: str, key: str = "", body: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=20)
    connection.request(method, path, body or None, {"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def until(picker: Picker, claim: str) -> None:
    """Waits until `claim` holds for `audio`; the page's CSP blocks `wait_for_function`."""
    for _ in range(100):
        if picker.host.evaluate(
            f"host => {{ const audio = host.shadowRoot.querySelector('audio'); return {claim} }}"
        ):
            return
        picker.page.wait_for_timeout(100)
    raise AssertionError(f"never: {claim}")


def test_the_greeting_shows_the_address_and_the_change_of_the_chart(
    run: dict[str, Any],
) -> None:
    assert "12 hours later: PUBLISHED, 1 new track, new ranks" in run["lines"]
    assert f"picker  {run['baseUrl']}/picker" in run["lines"]


def test_the_chart_has_covers_and_marks_and_is_searched_without_accents(picker: Picker) -> None:
    assert picker.titles()[:3] == ["Paper Lanterns", "Sunset Drive", "Mañana en la Playa"]
    picker.page.wait_for_load_state("networkidle")
    sizes = "host => [...host.shadowRoot.querySelectorAll('img')].map((i) => i.naturalWidth)"
    assert min(picker.host.evaluate(sizes)[:5]) > 0

    ranks = picker.host.locator(".rank")

    expect(ranks.nth(1)).to_have_text("2 ▲ 1up 1")
    expect(ranks.nth(2)).to_have_text("3 ▼ 1down 1")
    expect(ranks.nth(4)).to_have_text("5 New")
    # No preview is loaded before it is played.
    assert (picker.audio("preload"), picker.audio("currentSrc")) == ("none", "")

    picker.search.fill("manana playa")

    expect(picker.rows).to_have_count(1)
    assert picker.titles() == ["Mañana en la Playa"]


def test_a_preview_plays_can_be_paused_and_is_stopped_by_another(picker: Picker) -> None:
    picker.button("Play Sunset Drive").click()
    until(picker, "audio.currentTime > 1.2")
    expect(picker.host.locator(".clock")).to_contain_text("/ 0:28")
    expect(picker.host.locator(".seek.drawn")).to_be_visible()
    assert picker.violations() == []
    assert float(picker.host.get_by_role("slider").input_value()) > 0.5

    picker.button("Pause Sunset Drive").first.click()

    paused_at = picker.audio("currentTime")
    picker.page.wait_for_timeout(400)
    assert picker.audio("currentTime") == paused_at
    picker.button("Play Sunset Drive").first.click()

    picker.button("Play Paper Lanterns").click()

    until(picker, "audio.currentTime > 0.3")
    expect(picker.button("Play Sunset Drive")).to_be_visible()
    expect(picker.button("Pause Paper Lanterns").first).to_be_visible()


def test_seeking_by_slider_and_by_arrows(picker: Picker) -> None:
    picker.row("Sunset Drive").click()
    picker.page.keyboard.press("Escape")
    picker.button("Play Sunset Drive").click()
    until(picker, "audio.currentTime > 0.1")

    picker.host.get_by_role("slider").fill("15")
    until(picker, "audio.currentTime > 15.3")
    expect(picker.host.get_by_role("slider")).to_have_attribute("aria-valuetext", "0:15 of 0:28")
    picker.search.press("ArrowDown")
    picker.page.keyboard.press("ArrowRight")
    until(picker, "audio.currentTime > 20")
    picker.page.keyboard.press("ArrowLeft")
    until(picker, "audio.currentTime < 18")


def test_a_preview_that_has_ended_can_be_played_again(picker: Picker) -> None:
    picker.button("Play Ricochet").click()
    until(picker, "audio.currentTime > 0.1")
    picker.host.get_by_role("slider").fill("17.9")
    until(picker, "audio.ended")

    picker.button("Play Ricochet").first.click()

    until(picker, "!audio.ended && audio.currentTime > 0.2 && audio.currentTime < 5")


def test_a_pick_is_what_the_api_takes(picker: Picker, run: dict[str, Any]) -> None:
    picker.row("Saudade do Norte").click()
    music = picker.events()[0]["tiktokMusic"]

    body = json.dumps({"targets": [{"mode": "managed", "tiktokMusic": music}]})
    key = run["keys"]["publishWrite"]
    status, answer = ask(run["baseUrl"], "POST", "/v1/tiktok-music/resolve", key, body)

    assert status == 200
    link = json.loads(answer)["targets"][0]["payload"]["tiktokMusicLink"]
    assert link.startswith("https://www.tiktok.com/music/Saudade-do-Norte-")


def test_no_key_reaches_the_browser(run: dict[str, Any], browser: Browser) -> None:
    with open_picker(browser, "about:blank") as opened:
        seen: list[str] = []
        opened.on("request", lambda request: seen.append(str(request.headers)))
        opened.on("response", lambda answer: seen.append(str(answer.headers)))
        opened.on("response", lambda answer: seen.append(answer.url))
        opened.page.goto(f"{run['baseUrl']}/picker")
        expect(opened.rows).to_have_count(16)

        assert [text for text in seen if "lp_live" in text] == []
        assert "lp_live" not in opened.page.content()


@pytest.mark.parametrize(("page", "api"), [("127.0.0.1", "localhost"), ("localhost", "127.0.0.1")])
def test_the_page_reads_the_api_itself_with_a_token(
    run: dict[str, Any], browser: Browser, page: str, api: str
) -> None:
    requested: list[str] = []
    with open_picker(browser, "about:blank") as opened:
        opened.on("request", lambda request: requested.append(request.url))
        opened.page.goto(f"{run['baseUrl'].replace('127.0.0.1', page)}/picker")
        expect(opened.rows).to_have_count(16)

    listed = [url for url in requested if "/v1/tiktok-music" in url]
    base_url = run["baseUrl"].replace("127.0.0.1", api)
    assert listed
    assert [url for url in listed if not url.startswith(f"{base_url}/v1/tiktok-music")] == []
    assert len([url for url in requested if url.endswith("/picker/token")]) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/picker/api/v1/whoami"),
        ("GET", "/picker/api/v1/tiktok-music/changes?since=x"),
        ("GET", "/picker/api/v1/tiktok-music/../whoami"),
        ("POST", "/picker/api/v1/tiktok-music"),
        ("POST", "/picker/api/v1/tiktok-music/resolve"),
        ("GET", "/picker/nothing.js"),
    ],
)
def test_the_proxy_adds_the_key_to_two_reads_only(
    run: dict[str, Any], method: str, path: str
) -> None:
    assert ask(run["baseUrl"], method, path)[0] == 404
