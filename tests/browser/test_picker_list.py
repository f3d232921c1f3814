"""The list: the contents of a row, search, filters, and the number of rows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.picker import Picker, open_picker, wait_for
from tests.browser.stage import FEW, PROXY, Stage, many_tracks, stage


def test_a_row_shows_its_track(picker: Picker) -> None:
    row = picker.row("Song 1").first

    expect(row.get_by_role("gridcell").nth(2)).to_have_text("Song 1Artist 1 English")
    expect(row.get_by_role("gridcell").nth(3)).to_have_text("3M videos 0:24")
    expect(picker.rows.nth(3)).to_contain_text("Personal use")
    expect(picker.said).to_have_text("12 tracks")


def test_marks_show_new_tracks_and_movement(picker: Picker) -> None:
    expect(picker.row("Song 12").locator(".rank")).to_have_text("12 New")
    expect(picker.rows.nth(3).locator(".rank")).to_have_text("4 ▲ 1up 1")
    expect(picker.rows.nth(5).locator(".rank")).to_have_text("6 ▼ 2down 2")
    expect(picker.rows.nth(0).locator(".rank")).to_have_text("1")


def test_the_list_works_without_marks(picker: Picker) -> None:
    picker.page.route("**/batch*", lambda route: route.fulfill(status=500))
    picker.renew()
    picker.row("Song 12").click()

    expect(picker.rows.nth(11).locator(".rank")).to_have_text("12")
    assert len(picker.events()) == 1


def test_titles_are_text_and_never_markup(picker: Picker) -> None:
    assert FEW[3].title in picker.titles()
    assert picker.page.title() == "Music picker"
    assert picker.host.locator("img[src=x]").count() == 0


def test_missing_fields_show_nothing(picker: Picker) -> None:
    only_an_id = {"id": FEW[0].track_id}
    nulls = dict.fromkeys(("title", "author", "coverUrl", "previewUrl", "userCount", "duration"))
    rows = [only_an_id, None, {"title": "No id"}, {"id": FEW[1].track_id, **nulls}, "text"]
    page = {"tracks": rows, "total": 5, "nextCursor": None}
    picker.page.route(PROXY, lambda route: route.fulfill(json=page))
    picker.page.route("**/batch*", lambda route: route.fulfill(json={"tracks": [None]}))
    picker.renew()

    expect(picker.rows).to_have_text(["1", "2"])
    picker.rows.first.click()
    picker.rows.first.press("Space")
    assert picker.events()[0]["tiktokMusic"]["trackId"] == FEW[0].track_id
    shown = picker.host.evaluate("host => host.shadowRoot.querySelector('.frame').outerHTML")
    assert [word for word in ("undefined", "null", "NaN") if word in shown] == []


def test_long_titles_are_cut_and_have_a_tooltip(picker: Picker) -> None:
    title = picker.host.locator(".title").nth(1)

    assert title.evaluate("node => node.scrollWidth > node.clientWidth")
    expect(title).to_have_attribute("title", FEW[1].title)
    expect(picker.host.locator(".title").nth(2)).to_have_css("direction", "rtl")


def test_typing_sends_one_search_that_can_be_cleared(picker: Picker) -> None:
    requested: list[str] = []
    picker.on("request", lambda request: requested.append(request.url))

    picker.search.press_sequentially("song 12", delay=20)

    expect(picker.rows).to_have_count(1)
    expect(picker.said).to_have_text("1 track")
    assert len([url for url in requested if "q=" in url]) == 1
    picker.button("Clear the search").click()
    expect(picker.rows).to_have_count(12)
    expect(picker.search).to_be_focused()


def test_a_late_response_of_an_earlier_search_is_ignored(picker: Picker) -> None:
    held: list[Route] = []
    aborted: list[str] = []
    expect(picker.rows).to_have_count(12)
    picker.page.route("**/*q=song+1&*", lambda route: held.append(route))
    picker.search.fill("song 1")
    wait_for(picker.page, held)
    picker.on("requestfailed", lambda request: aborted.append(request.url))

    picker.search.fill("song 12")
    expect(picker.rows).to_have_count(1)
    assert aborted == [held[0].request.url]
    held[0].continue_()
    picker.page.wait_for_timeout(300)

    expect(picker.rows).to_have_count(1)


def test_chips_filter_and_show_counts(picker: Picker) -> None:
    expect(picker.chip("Commercial use")).to_have_text("Commercial use 9")
    expect(picker.chip("English")).to_have_text("English 3")

    picker.chip("Spanish").click()
    expect(picker.rows).to_have_count(2)
    expect(picker.chip("English")).to_have_text("English 3")
    picker.chip("English").click()
    expect(picker.rows).to_have_count(5)
    picker.chip("Commercial use").click()
    expect(picker.rows).to_have_count(4)
    expect(picker.chip("Spanish")).to_have_attribute("aria-pressed", "true")


def test_a_cover_that_fails_leaves_no_broken_image(few: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank") as opened:
        opened.page.route("**/cover*.jpg", lambda route: route.fulfill(status=404))
        opened.page.goto(few.address)
        expect(opened.rows).to_have_count(12)

        expect(opened.host.locator("img")).to_have_count(0)


@pytest.fixture(scope="module")
def many() -> Iterator[Stage]:
    with stage(*many_tracks(10_000)) as served:
        yield served


def test_ten_thousand_tracks_scroll_with_few_rows(many: Stage, browser: Browser) -> None:
    with open_picker(browser, many.address) as opened:
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


def test_a_row_is_created_once_while_the_list_scrolls(many: Stage, browser: Browser) -> None:
    with open_picker(browser, many.address) as opened:
        expect(opened.said).to_have_text("10,000 tracks")

        made: int = opened.host.get_by_role("grid").evaluate(
            """async (grid) => {
              let made = 0;
              const rows = grid.querySelector('[role=rowgroup]');
              const seen = (changes) => {
                for (const { addedNodes } of changes) made += addedNodes.length;
              };
              const frame = () => new Promise((done) => requestAnimationFrame(done));
              const observer = new MutationObserver(seen);
              observer.observe(rows, { childList: true });
              for (let step = 1; step <= 80; step++) {
                grid.scrollTop = step * 34;
                await frame();
                await frame();
              }
              seen(observer.takeRecords());
              return made;
            }"""
        )

        assert made == 40  # half a row with each step


def test_covers_are_not_loaded_during_fast_scrolling(many: Stage, browser: Browser) -> None:
    with open_picker(browser, many.address) as opened:
        expect(opened.said).to_have_text("10,000 tracks")

        covers: int = opened.host.get_by_role("grid").evaluate(
            """(grid) => {
              let covers = 0;
              const create = document.createElement;
              document.createElement = (tag) => {
                covers += tag === 'img';
                return create.call(document, tag);
              };
              for (let step = 1; step <= 8; step++) {
                grid.scrollTop = step * 680;
                grid.dispatchEvent(new Event('scroll')); // as after a frame
              }
              document.createElement = create;
              return covers;
            }"""
        )

        assert covers == 0
        expect(opened.row("Song 85").locator("img")).to_have_count(1)


def test_pages_are_loaded_as_they_come_into_view(many: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank") as opened:
        requested: list[str] = []
        opened.on("request", lambda request: requested.append(request.url))
        opened.page.goto(many.address)
        expect(opened.said).to_have_text("10,000 tracks")
        pages = [url for url in requested if "limit=100" in url]
        assert len(pages) == 1

        opened.host.get_by_role("grid").evaluate("grid => { grid.scrollTop = 68 * 150 }")
        expect(opened.row("Song 151")).to_be_visible()

        assert len([url for url in requested if "cursor=" in url]) == 1
