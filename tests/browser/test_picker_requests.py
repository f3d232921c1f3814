"""The requests of the picker: revalidated, limited in number, sent as the page chooses."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.picker import Picker, open_picker
from tests.browser.stage import FEW, PROXY, Stage, an_error, stage
from tests.builders import NOON, a_snapshot


def test_a_list_is_revalidated_by_a_reload_and_by_a_new_tab(browser: Browser) -> None:
    statuses: list[int] = []
    with stage(*FEW) as served, open_picker(browser, served.address) as opened:
        expect(opened.rows).to_have_count(12)
        session = opened.page.context.new_cdp_session(opened.page)
        session.send("Network.enable")
        session.on(
            "Network.responseReceivedExtraInfo", lambda on: statuses.append(on["statusCode"])
        )
        opened.host.evaluate("host => host.reload()")
        for _ in range(40):
            if 304 in statuses:
                break
            opened.page.wait_for_timeout(50)
        assert 304 in statuses

        later = NOON + timedelta(hours=6, minutes=1)
        served.world.snapshots.publish(a_snapshot(*FEW[1:], fence=3, published_at=later))
        served.world.now += 60
        opened.host.evaluate("host => host.reload()")
        expect(opened.rows).to_have_count(11)
        with opened.page.context.new_page() as tab:
            tab.goto(served.address)
            expect(Picker(tab).rows).to_have_count(11)


def test_a_wait_is_capped_and_shown(few: Stage, browser: Browser) -> None:
    now = datetime.now(UTC)
    month = timedelta(days=30)
    waits = [
        ("2592000", "5:00"),
        (format_datetime(now + month, usegmt=True), "5:00"),
        (format_datetime(now - month, usegmt=True), "0:01"),
        ("-5", "0:05"),
        ("soon", "0:05"),
    ]
    requested: list[str] = []
    with open_picker(browser, "about:blank", alone=True) as opened:
        opened.page.clock.install(time=now)
        opened.page.clock.pause_at(now + timedelta(seconds=1))

        def answer(route: Route) -> None:
            requested.append(route.request.url)
            header = waits[len(requested) - 1][0]
            route.fulfill(**an_error(429, "RATE_LIMITED", **{"Retry-After": header}))

        opened.page.route(PROXY, answer)
        opened.page.goto(few.address)
        for number, (_, clock) in enumerate(waits, start=1):
            expect(opened.host.locator(".panel strong")).to_have_text("Too many requests at once.")
            expect(opened.host.locator(".wait")).to_have_text(f"Next try in {clock}")
            opened.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            opened.page.wait_for_timeout(100)
            assert len(requested) == number
            if number < len(waits):
                opened.host.evaluate("host => host.reload()")
                wait_for_count(opened.page, requested, number + 1)


def wait_for_count(page: Page, requested: list[str], count: int) -> None:
    for _ in range(100):
        if len(requested) >= count:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{len(requested)} requests, not {count}")


def test_a_wait_can_be_ended(few: Stage, browser: Browser) -> None:
    requested: list[str] = []
    with open_picker(browser, "about:blank", alone=True) as opened:
        opened.page.clock.install()

        def answer(route: Route) -> None:
            requested.append(route.request.url)
            route.fulfill(**an_error(429, "RATE_LIMITED", **{"Retry-After": "20"}))

        opened.page.route(PROXY, answer)
        opened.page.goto(few.address)
        opened.button("Stop trying").click()
        expect(opened.host.locator(".wait")).to_have_count(0)
        expect(opened.search).to_be_focused()

        opened.page.clock.fast_forward(600_000)
        opened.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        opened.page.wait_for_timeout(300)
        assert len(requested) == 1
        opened.page.unroute(PROXY)
        opened.button("Try again").click()

        expect(opened.rows).to_have_count(12)


ROW = {"id": FEW[0].track_id, "title": "Song 1"}


def test_pages_that_never_end_are_ended(picker: Picker) -> None:
    pages: list[tuple[list[Any], int]] = [([], 1), ([ROW], 2)]
    for tracks, most in pages:
        requested: list[str] = []
        picker.page.route(PROXY, partial(answer_endlessly, tracks, requested))
        picker.renew()
        wait_for_count(picker.page, requested, most)
        picker.page.wait_for_timeout(300)

        assert len(requested) == most
        expect(picker.rows).to_have_count(most if tracks else 0)


def answer_endlessly(tracks: list[Any], requested: list[str], route: Route) -> None:
    requested.append(route.request.url)
    route.fulfill(json={"tracks": tracks, "total": 900, "nextCursor": "again"})


def test_a_cursor_that_expires_each_time_restarts_the_list_once(picker: Picker) -> None:
    requested: list[str] = []
    rows = [{**ROW, "id": f"{ROW['id'][:-2]}{number:02}"} for number in range(3)]

    def answer(route: Route) -> None:
        requested.append(route.request.url)
        if "cursor=" in route.request.url:
            route.fulfill(**an_error(422, "VALIDATION"))
        else:
            route.fulfill(json={"tracks": rows, "total": 900, "nextCursor": "gone"})

    picker.page.route(PROXY, answer)
    picker.renew()
    banner = picker.host.locator(".banner")
    expect(banner).to_contain_text("The music cannot be shown right now.")
    picker.page.wait_for_timeout(500)

    assert len(requested) == 4


def sent_by(picker: Picker, text: str) -> list[str]:
    """Types a search, waits until it would have been sent, and returns its query strings."""
    sent: list[str] = []

    def record(request: Request) -> None:
        sent.append(request.url.partition("?")[2])

    picker.page.on("request", record)
    picker.search.fill(text)
    picker.page.wait_for_timeout(350)
    picker.page.remove_listener("request", record)
    return [query for query in sent if "limit=100" in query]


PASTED = (
    "7662052657323182085",
    "https://www.tiktok.com/music/Song-5-7662052657323182085",
    "  tiktok.com/music/Song-5-7662052657323182085?lang=en&x=1  ",
    "https://m.tiktok.com/h5/share/music/7662052657323182085.html",
    f"https://www.tiktok.com/music/{'a-long-title-' * 12}7662052657323182085",
)


def test_a_pasted_link_or_id_finds_its_track_whatever_the_filters(picker: Picker) -> None:
    picker.chip("Spanish").click()
    expect(picker.rows).to_have_count(2)
    for text in PASTED:
        sent = sent_by(picker, text)

        assert sent == ["link=7662052657323182085&include=media&limit=100&facets=true"]
        expect(picker.rows).to_have_count(1)
        assert picker.titles() == ["Song 5"]


def test_a_link_that_names_no_music_says_what_to_do(picker: Picker) -> None:
    for text in (
        "https://vm.tiktok.com/ZMabc123/",
        "https://www.tiktok.com/@mae/video/7412345678901234567",
    ):
        assert sent_by(picker, text) == []

        expect(picker.host.locator(".panel")).to_contain_text(
            "This link names no music. Open it, and paste the address it leads to."
        )


def test_a_long_search_is_cut_to_what_the_catalog_takes(picker: Picker) -> None:
    sent = sent_by(picker, "ä" * 100)

    assert sent == [f"q={'%C3%A4' * 80}&include=media&limit=100&facets=true"]
    expect(picker.host.locator(".panel")).to_contain_text("Nothing matches")


def test_the_page_chooses_headers_credentials_and_function(picker: Picker) -> None:
    seen: list[Any] = picker.host.evaluate(
        """async (host) => {
          const seen = [];
          const loaded = new Promise((done) => host.addEventListener('list-loaded', done));
          host.headers = { 'X-Csrf': 'abc' };
          host.fetch = (url, init) => {
            seen.push([url, init.headers.get('X-Csrf'), init.credentials, init.cache]);
            return fetch(url, init);
          };
          host.credentials = 'include';
          await loaded;
          return seen;
        }"""
    )

    assert seen[0] == [
        *(
            "/picker/api/v1/tiktok-music?include=media&limit=100&facets=true",
            "abc",
            "include",
            "no-cache",
        )
    ]
