"""Notices: no list, an old list, no connection."""

from functools import partial
from typing import Any

from playwright.sync_api import Browser, Route, expect

from tests.browser.picker import Picker, open_picker, wait_for
from tests.browser.stage import PROXY, Stage, an_error


def test_no_match_offers_to_clear_the_filters(picker: Picker) -> None:
    picker.chip("English").click()
    picker.search.fill("no such song")

    expect(picker.host.locator(".panel")).to_contain_text("Nothing matches")
    assert picker.violations() == []
    picker.button("Clear filters").click()
    expect(picker.rows).to_have_count(12)
    expect(picker.chip("English")).to_have_attribute("aria-pressed", "false")


def test_an_empty_catalog_shows_a_notice(picker: Picker) -> None:
    nothing = {"tracks": [], "total": 0, "nextCursor": None}
    picker.page.route(PROXY, lambda route: route.fulfill(json=nothing))
    picker.renew()

    expect(picker.host.locator(".panel")).to_contain_text("No music yet")


ERRORS: list[tuple[dict[str, Any], str]] = [
    (an_error(500, "INTERNAL"), "The music cannot be shown right now."),
    (an_error(401, "UNAUTHENTICATED"), "You do not have access to the music."),
    (an_error(403, "FORBIDDEN_SCOPE"), "You do not have access to the music."),
    (an_error(503, "KILL_SWITCH"), "The music cannot be shown right now."),
    (an_error(404, "NOT_FOUND"), "The music cannot be shown right now."),
    ({"status": 200, "body": "<html>"}, "The music cannot be shown right now."),
    ({"status": 200, "json": {}}, "The music cannot be shown right now."),
]


def test_an_error_shows_a_notice_and_can_be_retried(picker: Picker) -> None:
    checked: set[str] = set()
    for answer, text in ERRORS:
        picker.page.route(PROXY, partial(fulfill, answer))
        if checked:
            picker.host.evaluate("host => host.reload()")
        else:
            picker.renew()
        panel = picker.host.locator(".panel")
        expect(panel).to_contain_text(text)
        if panel.inner_text() not in checked:
            checked.add(panel.inner_text())
            assert picker.violations() == []

        picker.page.unroute(PROXY)
        picker.button("Try again").click()

        expect(picker.rows).to_have_count(12)


def fulfill(answer: dict[str, Any], route: Route) -> None:
    route.fulfill(**answer)


def test_a_rate_limit_is_retried_automatically(picker: Picker) -> None:
    limited = an_error(429, "RATE_LIMITED", **{"Retry-After": "1"})
    picker.page.route(PROXY, lambda route: route.fulfill(**limited), times=1)
    picker.renew()

    expect(picker.host.locator(".panel")).to_contain_text("Too many requests at once.")
    expect(picker.rows).to_have_count(12)


def test_offline_shows_a_notice_and_recovers_when_online(picker: Picker) -> None:
    picker.page.context.set_offline(True)
    expect(picker.host.locator(".banner")).to_contain_text("You are offline.")

    picker.search.fill("song 12")
    expect(picker.host.locator(".panel")).to_contain_text("You are offline.")
    picker.page.context.set_offline(False)

    expect(picker.rows).to_have_count(1)
    expect(picker.host.locator(".banner")).to_be_hidden()


def test_an_old_list_shows_its_age(few: Stage, browser: Browser) -> None:
    few.world.now += 50 * 3600
    try:
        with open_picker(browser, few.address) as opened:
            expect(opened.host.locator(".banner")).to_have_text(
                "Last refreshed 2 days ago. Newer trends may be missing."
            )
            assert opened.violations() == []
    finally:
        few.world.now -= 50 * 3600


def test_skeleton_rows_are_shown_until_the_list_is_loaded(picker: Picker) -> None:
    held: list[Route] = []
    picker.page.route(PROXY, lambda route: held.append(route))
    picker.renew()
    wait_for(picker.page, held)

    expect(picker.host.get_by_role("grid")).to_have_attribute("aria-busy", "true")
    expect(picker.host.locator(".bone.square").first).to_be_visible()
    assert picker.violations() == []
    held[0].continue_()
    expect(picker.host.locator(".bone")).to_have_count(0)


def test_a_server_error_is_retried_automatically_without_flicker(
    few: Stage, browser: Browser
) -> None:
    requests: list[Route] = []
    with open_picker(browser, "about:blank", alone=True) as opened:
        opened.page.clock.install()
        opened.page.route(PROXY, lambda route: requests.append(route))
        opened.page.goto(few.address)
        wait_for(opened.page, requests)
        requests.pop().fulfill(status=502)
        panel = opened.host.locator(".panel")
        expect(panel).to_contain_text("The music cannot be shown right now.")

        opened.page.clock.fast_forward(5_000)
        wait_for(opened.page, requests)
        expect(panel).to_be_visible()
        requests.pop().abort()
        expect(panel).to_contain_text("The music cannot be reached right now.")
        opened.page.unroute(PROXY)
        opened.page.clock.fast_forward(10_000)

        expect(opened.rows).to_have_count(12)
        expect(panel).to_be_hidden()


def test_it_retries_when_the_page_becomes_visible(few: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank", alone=True) as opened:
        opened.page.clock.install()
        opened.page.clock.pause_at("2100-01-01T00:00:00Z")
        opened.page.route(PROXY, lambda route: route.fulfill(status=502))
        opened.page.goto(few.address)
        expect(opened.host.locator(".panel")).to_be_visible()
        opened.page.unroute(PROXY)

        opened.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

        expect(opened.host.locator(".panel")).to_be_hidden()


def test_a_rejected_key_is_not_retried_automatically(few: Stage, browser: Browser) -> None:
    requested: list[str] = []
    with open_picker(browser, "about:blank", alone=True) as opened:
        opened.page.clock.install()
        opened.on("request", lambda request: requested.append(request.url))
        opened.page.route(PROXY, lambda route: route.fulfill(**an_error(401, "UNAUTHENTICATED")))
        opened.page.goto(few.address)
        expect(opened.host.locator(".panel")).to_contain_text(
            "You do not have access to the music."
        )

        opened.page.clock.fast_forward(3_600_000)
        opened.page.wait_for_timeout(200)

        assert len([url for url in requested if "limit=100" in url]) == 1


def test_covers_and_marks_are_loaded_when_online_again(few: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank") as opened:
        opened.page.route("**/batch*", lambda route: route.abort())
        opened.page.route("**/cover*.jpg", lambda route: route.abort())
        with opened.page.expect_event("requestfailed", lambda request: "/batch" in request.url):
            opened.page.goto(few.address)
        expect(opened.rows).to_have_count(12)
        expect(opened.host.locator("img")).to_have_count(0)
        opened.page.unroute_all()

        opened.page.evaluate("window.dispatchEvent(new Event('online'))")

        expect(opened.host.locator("img")).to_have_count(12)
        expect(opened.row("Song 12").locator(".rank")).to_have_text("12 New")


def test_the_age_grows_while_the_page_is_open(few: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank", alone=True) as opened:
        opened.page.clock.install()
        opened.page.goto(few.address)
        expect(opened.rows).to_have_count(12)
        expect(opened.host.locator(".banner")).to_be_hidden()

        opened.page.clock.fast_forward(20 * 3_600_000)
        opened.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

        expect(opened.host.locator(".banner")).to_contain_text("Last refreshed 22 hours ago.")


def test_the_focus_moves_to_the_search_when_a_notice_replaces_the_list(picker: Picker) -> None:
    picker.search.press("ArrowDown")
    picker.page.route(PROXY, lambda route: route.fulfill(**an_error(500, "INTERNAL")))

    picker.host.evaluate("host => { host.reload() }")

    expect(picker.host.locator(".panel")).to_be_visible()
    expect(picker.search).to_be_focused()


def test_the_focus_stays_in_a_list_that_is_reloaded(picker: Picker) -> None:
    picker.search.press("ArrowDown")
    picker.page.keyboard.press("ArrowDown")

    picker.host.evaluate("host => { host.reload() }")

    expect(picker.host.get_by_role("grid")).to_have_attribute("aria-busy", "false")
    assert picker.focused_title() == "Song 1"
