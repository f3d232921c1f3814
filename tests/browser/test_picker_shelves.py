"""Sort, length, favorites and recently used."""

from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.picker import Picker, open_picker
from tests.browser.stage import FEW, Stage
from tests.builders import a_record, a_track
from tiktok_music.archive import TrackStatus

LISTEN = """host => {
  window.changes = [];
  for (const name of ['favorites-changed', 'recent-changed', 'list-loaded']) {
    host.addEventListener(name, ({ detail }) => window.changes.push([name, detail]));
  }
}"""


def ids(*numbers: int) -> list[str]:
    return [FEW[number - 1].track_id for number in numbers]


def changes(picker: Picker, name: str) -> list[Any]:
    return [detail for kind, detail in picker.page.evaluate("window.changes") if kind == name]


def test_the_list_is_sorted_and_limited_by_length(picker: Picker) -> None:
    picker.host.evaluate(LISTEN)
    sent: list[str] = []
    picker.on("request", lambda request: sent.append(request.url.partition("?")[2]))
    sort, length = picker.host.get_by_label("Sort"), picker.host.get_by_label("Length")
    assert sort.locator("option").all_inner_texts() == ["Popular", "Rising", "By title"]
    assert length.locator("option").all_inner_texts() == [
        *("Any length", "Up to 15 s", "16 to 30 s", "31 s or longer"),
    ]

    sort.select_option("Rising")
    expect(picker.row("Song 12").locator(".rank")).to_have_text("12 New")
    expect(picker.rows.first).to_contain_text("4 ▲ 1")
    length.select_option("Up to 15 s")
    expect(picker.host.locator(".panel")).to_contain_text("Nothing matches")
    picker.button("Clear filters").click()
    expect(picker.rows).to_have_count(12)
    expect(length).to_have_value("")
    length.select_option("16 to 30 s")
    for _ in range(40):  # the page's policy forbids wait_for_function
        if changes(picker, "list-loaded")[-1]["length"] == "medium":
            break
        picker.page.wait_for_timeout(50)
    expect(picker.said).to_have_text("12 tracks")

    requested = [query.partition("&include")[0] for query in sent if "limit=100" in query]
    assert requested == [
        *("sort=rising", "sort=rising&maxDuration=15", "sort=rising"),
        "sort=rising&minDuration=16&maxDuration=30",
    ]
    last = changes(picker, "list-loaded")[-1]
    assert (last["sort"], last["length"], last["total"]) == ("rising", "medium", 12)
    assert picker.page.evaluate("window.seen") == []


def test_favorites_are_marked_listed_and_given_to_the_page(picker: Picker) -> None:
    picker.host.evaluate(LISTEN)
    picker.row("Song 5").hover()
    picker.button("Favorite: Song 5").click()
    picker.search.press("ArrowDown")
    picker.page.keyboard.press("Home")
    picker.page.keyboard.press("f")

    assert changes(picker, "favorites-changed") == [
        {"favorites": ids(5)},
        {"favorites": ids(1, 5)},
    ]
    assert picker.host.evaluate("host => host.favorites") == ids(1, 5)
    assert picker.events() == []
    picker.chip("Favorites").click()
    expect(picker.rows).to_have_count(2)
    assert sorted(picker.titles()) == ["Song 1", "Song 5"]
    expect(picker.host.get_by_label("Sort")).to_be_hidden()
    expect(picker.host.get_by_role("toolbar").get_by_role("button")).to_have_text(["Favorites 2"])
    picker.search.fill("artist-5")
    expect(picker.rows).to_have_count(1)
    assert picker.violations() == []

    picker.button("Favorite: Song 5").click()
    expect(picker.chip("Favorites")).to_have_text("Favorites 1")
    picker.chip("Favorites").click()
    picker.button("Clear the search").click()
    expect(picker.rows).to_have_count(12)
    expect(picker.button("Favorite: Song 5")).to_have_attribute("aria-pressed", "false")


def test_tracks_that_were_picked_are_listed_the_last_one_first(picker: Picker) -> None:
    picker.host.evaluate(LISTEN)
    for number in (7, 9, 7):
        picker.rows.nth(number - 1).click()

    assert changes(picker, "recent-changed") == [
        *({"recent": ids(*numbers)} for numbers in ((7,), (9, 7), (7, 9))),
    ]
    picker.chip("Recently used").click()
    expect(picker.rows).to_have_count(2)
    expect(picker.chip("Recently used")).to_have_text("Recently used 2")


def test_shelves_that_the_page_sets(few: Stage, browser: Browser) -> None:
    few.world.archive.save_many(
        [a_record(50, status=TrackStatus.RETIRED), a_record(51, status=TrackStatus.OFF_CHART)]
    )
    gone, off_chart = a_track(50).track_id, a_track(51).track_id
    with open_picker(browser, few.address) as opened:
        expect(opened.rows).to_have_count(12)
        opened.host.evaluate(LISTEN)
        given = ["garbage", gone, off_chart, FEW[2].track_id, FEW[2].track_id]
        opened.host.evaluate("(host, ids) => { host.favorites = ids; host.recent = null }", given)

        assert opened.host.evaluate("host => [host.favorites, host.recent]") == [given[1:4], []]
        opened.chip("Favorites").click()
        expect(opened.rows).to_have_count(2)
        expect(opened.rows.filter(has_text="Song 51")).to_have_count(1)
        assert changes(opened, "favorites-changed") == []
        opened.host.evaluate("host => host.reload()")
        expect(opened.rows).to_have_count(2)
