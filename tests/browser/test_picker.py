"""The picker in Chromium, over the real API with tracks in hand."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.stage import Picker, Stage, many_tracks, open_picker, remember, stage
from tests.builders import a_track

FEW = many_tracks(12)
# Song 6 was fourth, song 12 is new.
BEFORE = (*FEW[:5], replace(FEW[5], user_count=FEW[2].user_count - 1), *FEW[6:11])
SONG_12 = "\u2068Song 12\u2069 by \u2068Artist 12\u2069"
PROXY = "**/picker/api/v1/tiktok-music*"


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


def an_error(status: int, code: str, **headers: str) -> dict[str, Any]:
    body = {"error": {"code": code, "message": "No.", "requestId": "req_X"}}
    return {"status": status, "json": body, "headers": headers}


def test_a_row_tells_what_a_track_is(picker: Picker) -> None:
    row = picker.row("Song 1").first

    expect(row.get_by_role("gridcell").nth(2)).to_have_text("Song 1Artist 1English")
    expect(row.get_by_role("gridcell").nth(3)).to_have_text("3M videos0:24")
    expect(picker.rows.nth(3)).to_contain_text("Personal use")
    expect(picker.said).to_have_text("12 tracks")


def test_marks_tell_what_is_new_and_what_moved(picker: Picker) -> None:
    expect(picker.row("Song 12").locator(".rank")).to_have_text("12New")
    expect(picker.rows.nth(3).locator(".rank")).to_have_text("4▲ 1up 1")
    expect(picker.rows.nth(5).locator(".rank")).to_have_text("6▼ 2down 2")
    expect(picker.rows.nth(0).locator(".rank")).to_have_text("1")


def test_the_list_works_without_marks(few: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank") as opened:
        opened.page.route("**/batch*", lambda route: route.fulfill(status=500))
        opened.page.goto(few.address)
        opened.row("Song 12").click()

        expect(opened.rows.nth(11).locator(".rank")).to_have_text("12")
        assert len(opened.events()) == 1


def test_titles_are_text_and_never_markup(picker: Picker) -> None:
    assert FEW[3].title in picker.titles()
    assert picker.page.title() == "Music picker"
    assert picker.host.locator("img[src=x]").count() == 0


def test_searching_as_you_type_asks_once_and_can_be_cleared(picker: Picker) -> None:
    asked: list[str] = []
    picker.page.on("request", lambda request: asked.append(request.url))

    picker.search.press_sequentially("song 12", delay=20)

    expect(picker.rows).to_have_count(1)
    expect(picker.said).to_have_text("1 track")
    assert len([url for url in asked if "q=" in url]) == 1
    picker.button("Clear the search").click()
    expect(picker.rows).to_have_count(12)
    expect(picker.search).to_be_focused()


def test_an_answer_that_comes_too_late_is_dropped(few: Stage, browser: Browser) -> None:
    held: list[Route] = []
    aborted: list[str] = []
    with open_picker(browser, few.address) as opened:
        expect(opened.rows).to_have_count(12)
        opened.page.route("**/*q=song+1&*", lambda route: held.append(route))
        opened.search.fill("song 1")
        wait_for(opened.page, held)
        opened.page.on("requestfailed", lambda request: aborted.append(request.url))

        opened.search.fill("song 12")
        expect(opened.rows).to_have_count(1)
        assert aborted == [held[0].request.url]
        held[0].continue_()
        opened.page.wait_for_timeout(300)

        expect(opened.rows).to_have_count(1)


def wait_for(page: Page, held: list[Route]) -> None:
    for _ in range(40):
        if held:
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing was asked")


def test_chips_filter_and_tell_counts(picker: Picker) -> None:
    expect(picker.chip("Commercial use")).to_have_text("Commercial use9")
    expect(picker.chip("English")).to_have_text("English3")

    picker.chip("Spanish").click()
    expect(picker.rows).to_have_count(2)
    expect(picker.chip("English")).to_have_text("English3")
    picker.chip("English").click()
    expect(picker.rows).to_have_count(5)
    picker.chip("Commercial use").click()
    expect(picker.rows).to_have_count(4)
    expect(picker.chip("Spanish")).to_have_attribute("aria-pressed", "true")


def test_chips_are_one_stop_with_arrows(picker: Picker) -> None:
    picker.chip("Commercial use").focus()

    picker.page.keyboard.press("ArrowRight")
    expect(picker.chip("English")).to_be_focused()
    picker.page.keyboard.press("Enter")
    expect(picker.rows).to_have_count(3)
    expect(picker.chip("English")).to_be_focused()
    picker.page.keyboard.press("End")
    picker.page.keyboard.press("Home")
    expect(picker.chip("Commercial use")).to_be_focused()


def test_a_click_picks(picker: Picker) -> None:
    picker.row("Song 12").click()

    (detail,) = picker.events()
    assert detail["tiktokMusic"] == {"selection": "manual", "trackId": FEW[11].track_id}
    assert detail["track"]["title"] == "Song 12"
    expect(picker.row("Song 12")).to_have_attribute("aria-selected", "true")
    expect(picker.said).to_have_text(f"Selected: {SONG_12}")
    expect(picker.host.locator(".note")).to_have_text(
        f"Selected: {SONG_12}"
        "Managed posts use exactly this track. Direct posts let TikTok choose. "
        "Drafts take no music."
    )


def test_tiktok_may_choose(picker: Picker) -> None:
    picker.row("Song 12").click()
    picker.button("Let TikTok choose").click()

    assert picker.events()[-1] == {"tiktokMusic": {"selection": "auto"}}
    expect(picker.button("Let TikTok choose")).to_have_attribute("aria-pressed", "true")
    expect(picker.row("Song 12")).to_have_attribute("aria-selected", "false")


def test_a_form_gets_the_pick(picker: Picker) -> None:
    picker.page.evaluate(
        "const form = document.createElement('form'); document.body.append(form);"
        "form.append(document.querySelector('tiktok-music-picker'))"
    )
    picker.button("Let TikTok choose").click()

    data = "[...new FormData(document.querySelector('form'))]"
    assert picker.page.evaluate(data) == [["tiktokMusic", '{"selection":"auto"}']]


def test_a_pick_of_earlier_is_shown_by_its_title(picker: Picker) -> None:
    picker.host.evaluate(
        "(host, id) => { host.value = {selection: 'manual', trackId: id} }", FEW[6].track_id
    )

    expect(picker.host.locator(".note strong")).to_have_text(
        "Selected: \u2068Song 7\u2069 by \u2068Artist 7\u2069"
    )
    assert picker.events() == []


def test_everything_can_be_done_by_keyboard(picker: Picker) -> None:
    press = picker.page.keyboard.press
    picker.search.focus()

    press("ArrowDown")
    assert picker.focused_title() == "Song 1"
    press("ArrowDown")
    press("End")
    assert picker.focused_title() == "Song 12"
    press("ArrowUp")
    assert picker.focused_title() == "Song 11"
    press("PageUp")
    press("PageUp")
    press("Home")
    press("PageDown")
    press("ArrowDown")
    title = picker.focused_title()
    press("Enter")
    assert picker.events()[0]["track"]["title"] == title
    press("Space")
    expect(picker.button(f"Pause {title}").first).to_be_visible()
    press("Space")
    expect(picker.button(f"Play {title}").first).to_be_visible()
    press("Escape")
    expect(picker.host.locator(".player")).to_be_hidden()
    assert picker.focused_title() == title


def test_escape_stops_then_clears_then_is_the_pages(picker: Picker) -> None:
    picker.page.evaluate(
        "window.escapes = 0; addEventListener('keydown', (e) => { escapes += e.key === 'Escape' })"
    )
    picker.search.fill("song")
    picker.button("Play Song 1").click()
    picker.search.focus()

    for _ in range(3):
        picker.page.keyboard.press("Escape")

    expect(picker.host.locator(".player")).to_be_hidden()
    expect(picker.search).to_have_value("")
    assert picker.page.evaluate("window.escapes") == 1


def test_a_preview_that_fails_says_so_on_its_row(picker: Picker) -> None:
    picker.page.context.route("**/*.mp3", lambda route: route.fulfill(status=404))

    picker.button("Play Song 5").click()

    expect(picker.row("Song 5")).to_contain_text("This preview cannot be played")
    expect(picker.said).to_have_text("This preview cannot be played")
    expect(picker.host.locator(".player")).to_be_hidden()


def test_a_cover_that_fails_leaves_no_broken_image(few: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank") as opened:
        opened.page.route("**/cover.jpg", lambda route: route.fulfill(status=404))
        opened.page.goto(few.address)
        expect(opened.rows).to_have_count(12)

        expect(opened.host.locator("img")).to_have_count(0)


def test_nothing_found_offers_to_clear_the_filters(picker: Picker) -> None:
    picker.chip("English").click()
    picker.search.fill("no such song")

    expect(picker.host.locator(".panel")).to_contain_text("Nothing matches")
    assert picker.violations() == []
    picker.button("Clear filters").click()
    expect(picker.rows).to_have_count(12)
    expect(picker.chip("English")).to_have_attribute("aria-pressed", "false")


def test_an_empty_catalog_says_so(few: Stage, browser: Browser) -> None:
    nothing = {"tracks": [], "total": 0, "nextCursor": None}
    with open_picker(browser, "about:blank") as opened:
        opened.page.route(PROXY, lambda route: route.fulfill(json=nothing))
        opened.page.goto(few.address)

        expect(opened.host.locator(".panel")).to_contain_text("No music yet")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (an_error(500, "INTERNAL"), "The music cannot be shown right now."),
        (an_error(401, "UNAUTHENTICATED"), "You may not see the music."),
        (an_error(403, "FORBIDDEN_SCOPE"), "You may not see the music."),
        (an_error(503, "KILL_SWITCH"), "The music cannot be shown right now."),
        (an_error(404, "NOT_FOUND"), "The music cannot be shown right now."),
        ({"status": 200, "body": "<html>"}, "The music cannot be shown right now."),
        ({"status": 200, "json": {}}, "The music cannot be shown right now."),
    ],
)
def test_an_error_says_so_and_can_be_tried_again(
    few: Stage, browser: Browser, answer: dict[str, Any], text: str
) -> None:
    with open_picker(browser, "about:blank") as opened:
        opened.page.route(PROXY, lambda route: route.fulfill(**answer))
        opened.page.goto(few.address)
        expect(opened.host.locator(".panel")).to_contain_text(text)
        assert opened.violations() == []

        opened.page.unroute(PROXY)
        opened.button("Try again").click()

        expect(opened.rows).to_have_count(12)


def test_too_many_requests_go_on_by_themselves(few: Stage, browser: Browser) -> None:
    refusal = an_error(429, "RATE_LIMITED", **{"Retry-After": "1"})
    with open_picker(browser, "about:blank") as opened:
        opened.page.route(PROXY, lambda route: route.fulfill(**refusal), times=1)
        opened.page.goto(few.address)

        expect(opened.host.locator(".panel")).to_contain_text("Too many requests at once.")
        expect(opened.rows).to_have_count(12)


def test_offline_says_so_and_goes_on_when_back(picker: Picker) -> None:
    picker.page.context.set_offline(True)
    expect(picker.host.locator(".banner")).to_contain_text("You are offline.")

    picker.search.fill("song 12")
    expect(picker.host.locator(".panel")).to_contain_text("You are offline.")
    picker.page.context.set_offline(False)

    expect(picker.rows).to_have_count(1)
    expect(picker.host.locator(".banner")).to_be_hidden()


def test_an_old_list_says_how_old_it_is(few: Stage, browser: Browser) -> None:
    few.world.now += 50 * 3600
    try:
        with open_picker(browser, few.address) as opened:
            expect(opened.host.locator(".banner")).to_have_text(
                "Last refreshed 2 days ago. Newer trends may be missing."
            )
            assert opened.violations() == []
    finally:
        few.world.now -= 50 * 3600


def test_skeletons_hold_the_place_until_the_list_is_there(few: Stage, browser: Browser) -> None:
    held: list[Route] = []
    with open_picker(browser, "about:blank") as opened:
        opened.page.route(PROXY, lambda route: held.append(route))
        opened.page.goto(few.address)
        wait_for(opened.page, held)

        expect(opened.host.get_by_role("grid")).to_have_attribute("aria-busy", "true")
        expect(opened.host.locator(".bone.square").first).to_be_visible()
        assert opened.violations() == []
        held[0].continue_()
        expect(opened.host.locator(".bone")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "viewport",
    [{"width": 1120, "height": 900}, {"width": 375, "height": 812}, {"width": 320, "height": 640}],
    ids=lambda size: f"{size['width']}px",
)
def test_axe_finds_nothing(
    few: Stage, browser: Browser, tmp_path: Path, scheme: str, viewport: dict[str, int]
) -> None:
    with open_picker(browser, few.address, color_scheme=scheme, viewport=viewport) as opened:
        opened.row("Song 12").click()
        opened.button("Play Song 1").click()
        expect(opened.button("Pause Song 1").first).to_be_visible()
        opened.page.screenshot(path=tmp_path / f"picker_{scheme}_{viewport['width']}.png")

        assert opened.violations() == []
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert opened.page.evaluate(wide) is False


def test_right_to_left_mirrors_the_rows_and_the_arrows(picker: Picker) -> None:
    picker.page.get_by_label("Direction").select_option("rtl")
    cover, title = picker.host.locator(".play").first, picker.host.locator(".title").first

    assert cover.bounding_box()["x"] > title.bounding_box()["x"]  # type: ignore[index]
    picker.chip("Commercial use").focus()
    picker.page.keyboard.press("ArrowLeft")
    expect(picker.chip("English")).to_be_focused()
    assert picker.violations() == []


def test_long_titles_are_cut_and_told_in_full(picker: Picker) -> None:
    title = picker.host.locator(".title").nth(1)

    assert title.evaluate("node => node.scrollWidth > node.clientWidth")
    expect(title).to_have_attribute("title", FEW[1].title)
    expect(picker.host.locator(".title").nth(2)).to_have_css("direction", "rtl")


def test_texts_and_numbers_are_in_the_language_of_the_page(picker: Picker) -> None:
    picker.host.evaluate(
        "host => { host.lang = 'de'; host.strings = {search: 'Musik suchen',"
        " tracks: {one: '{n} Titel', other: '{n} Titel'}} }"
    )

    expect(picker.host.get_by_placeholder("Musik suchen")).to_be_visible()
    expect(picker.said).to_have_text("12 Titel")
    expect(picker.chip("Spanisch")).to_be_visible()
    expect(picker.host.locator(".facts").first).to_contain_text("3 Mio.")


def test_the_theme_is_the_pages_to_choose(picker: Picker) -> None:
    picker.host.evaluate("host => host.setAttribute('theme', 'dark')")
    picker.host.evaluate("host => host.style.setProperty('--tmp-accent', 'rgb(255, 200, 0)')")

    expect(picker.host).to_have_css("background-color", "rgb(20, 22, 26)")
    expect(picker.host.locator(".auto")).to_have_css("color", "rgb(255, 200, 0)")


def test_every_target_is_large_enough(picker: Picker) -> None:
    picker.button("Play Song 1").click()
    sizes: list[list[float]] = picker.host.evaluate(
        "host => [...host.shadowRoot.querySelectorAll('button, input')]"
        ".map((node) => node.getBoundingClientRect()).filter((box) => box.width)"
        ".map((box) => [box.width, box.height])"
    )

    assert min(min(size) for size in sizes) >= 24


def test_ten_thousand_tracks_scroll_with_few_rows(browser: Browser) -> None:
    with stage(*many_tracks(10_000)) as served, open_picker(browser, served.address) as opened:
        expect(opened.said).to_have_text("10,000 tracks")
        grid = opened.host.get_by_role("grid")
        expect(grid).to_have_attribute("aria-rowcount", "10000")
        counts = []
        for place in (500, 3_000, 40_000, 200_000):
            grid.evaluate("(grid, top) => { grid.scrollTop = top }", place)
            opened.page.wait_for_timeout(60)
            counts.append(opened.rows.count())

        opened.search.press("ArrowDown")
        opened.page.keyboard.press("End")
        expect(opened.row("Song 10000")).to_be_visible(timeout=30_000)
        counts.append(opened.rows.count())

        assert opened.focused_title() == "Song 10000"
        assert max(counts) <= 60
        opened.page.keyboard.press("Enter")
        assert opened.events()[0]["track"]["title"] == "Song 10000"


def test_pages_are_read_as_they_come_into_view(browser: Browser) -> None:
    with stage(*many_tracks(1_000)) as served, open_picker(browser, "about:blank") as opened:
        asked: list[str] = []
        opened.page.on("request", lambda request: asked.append(request.url))
        opened.page.goto(served.address)
        expect(opened.said).to_have_text("1,000 tracks")
        pages = [url for url in asked if "limit=100" in url]
        assert len(pages) == 1

        opened.host.get_by_role("grid").evaluate("grid => { grid.scrollTop = 68 * 150 }")
        expect(opened.row("Song 151")).to_be_visible()

        assert len([url for url in asked if "cursor=" in url]) == 1


def test_two_pickers_play_one_preview_at_a_time(picker: Picker) -> None:
    picker.page.evaluate(
        "const other = document.createElement('tiktok-music-picker');"
        "other.setAttribute('src', '/picker/api'); document.body.append(other)"
    )
    first, second = picker.host.first, picker.host.nth(1)
    first.get_by_role("button", name="Play Song 1", exact=True).click()
    second.get_by_role("button", name="Play Song 5", exact=True).click()

    expect(second.get_by_role("button", name="Pause Song 5").first).to_be_visible()
    expect(first.locator(".player")).to_be_hidden()


def test_a_track_that_is_not_there_any_more_does_no_harm(few: Stage, browser: Browser) -> None:
    unknown = a_track(99).track_id
    with open_picker(browser, few.address) as opened:
        opened.host.evaluate(
            "(host, id) => { host.value = {selection: 'manual', trackId: id} }", unknown
        )
        opened.page.wait_for_timeout(300)

        expect(opened.host.locator(".note strong")).to_have_count(0)


def test_titles_keep_to_the_side_of_the_page(picker: Picker) -> None:
    arabic = picker.host.locator(".title").nth(2)

    expect(arabic).to_have_css("text-align", "left")
    picker.page.get_by_label("Direction").select_option("rtl")
    expect(arabic).to_have_css("text-align", "right")


def test_the_focus_survives_scrolling_away(browser: Browser) -> None:
    with stage(*many_tracks(300)) as served, open_picker(browser, served.address) as opened:
        opened.search.press("ArrowDown")
        for _ in range(4):
            opened.page.keyboard.press("ArrowDown")
        opened.host.get_by_role("grid").evaluate("grid => { grid.scrollTop = 68 * 80 }")
        expect(opened.row("Song 81")).to_be_visible()

        opened.page.keyboard.press("ArrowDown")

        assert opened.focused_title() == "Song 6"
        expect(opened.row("Song 6").first).to_be_in_viewport()
