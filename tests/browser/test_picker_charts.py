"""The select of charts: its options, its requests, ranks of a chart, and charts that are gone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.picker import Picker, open_picker
from tests.browser.stage import FEW, Stage, an_error, remember, stage
from tiktok_music.charts import Coordinates

GB = Coordinates(source="cml", country="GB", period=7)
KPOP = Coordinates(source="cml", country="US", genre="k-pop", period=30)
SURGING = Coordinates(source="cc", country="GB", period=7, kind="surging")
AGAIN = Coordinates(source="cc", country="GB", period=7)
LISTED = {
    GB: (FEW[7], FEW[2], FEW[4]),
    KPOP: tuple(FEW[:2]),
    SURGING: (FEW[3],),
    AGAIN: (FEW[5],),
}
CHARTS = "**/picker/api/v1/tiktok-music/charts*"
LISTEN = """host => {
  window.loaded = [];
  host.addEventListener('list-loaded', ({ detail }) => window.loaded.push(detail));
}"""


@pytest.fixture(scope="module")
def several() -> Iterator[Stage]:
    with stage(*FEW, charts=LISTED) as served:
        remember(served.world, FEW)
        yield served


def options(picker: Picker) -> list[str]:
    labels: list[str] = picker.host.locator("option[value*='.']").all_text_contents()
    return labels


def answered(answer: dict[str, Any]) -> Callable[[Route], None]:
    return lambda route: route.fulfill(**answer)


def test_a_chosen_chart_goes_with_every_request(several: Stage, browser: Browser) -> None:
    with open_picker(browser, several.address) as picker:
        select = picker.host.get_by_label("Chart")
        expect(select).to_have_value("")
        picker.host.evaluate(LISTEN)
        assert select.locator("option").first.inner_text() == "United States"
        assert options(picker) == [
            "United Kingdom · 7 days · cc",
            "United Kingdom · 7 days · Rising",
            "United Kingdom · 7 days · cml",
            "United States · k-pop · 30 days",
        ]
        sent: list[str] = []
        picker.on("request", lambda request: sent.append(request.url))

        select.select_option("United Kingdom · 7 days · cml")
        expect(picker.rows).to_have_count(3)
        assert picker.titles() == [FEW[7].title, FEW[2].title, FEW[4].title]
        expect(picker.rows.first.locator(".rank")).to_have_text("1 New")
        picker.chip("Portuguese").click()
        expect(picker.said).to_have_text("1 track")
        expect(picker.rows.first.locator(".rank")).to_have_text("3 New")
        assert picker.violations() == []
        lists = [url for url in sent if "tiktok-music?" in url]
        assert len(lists) == 3
        assert all("?chart=cml.gb.all.7d&" in url for url in lists)
        detail = picker.page.evaluate("window.loaded.at(-1)")
        assert (detail["chart"], detail["languages"], detail["total"]) == (
            "cml.gb.all.7d",
            ["pt"],
            1,
        )

        picker.host.evaluate("host => host.setAttribute('locale', 'de')")
        expect(picker.said).to_have_text("1 Titel")
        expect(select).to_have_value("cml.gb.all.7d")
        assert "Vereinigtes Königreich · 7 Tage · cml" in options(picker)
        picker.host.evaluate("host => { host.charts = false }")
        expect(picker.host.locator(".chart")).to_be_hidden()
        expect(picker.rows.first.locator(".rank")).to_have_text("5 Neu")
        assert picker.page.evaluate("window.loaded.at(-1).chart") == ""


def test_a_chart_that_is_gone_gives_way_to_the_default_one(
    several: Stage, browser: Browser
) -> None:
    with open_picker(browser, several.address) as picker:
        select = picker.host.get_by_label("Chart")
        select.select_option("United States · k-pop · 30 days")
        expect(picker.rows).to_have_count(2)

        kept = [{"id": "app.us.all.now", "isDefault": True}, {"id": "cc.gb.all.7d"}]
        picker.page.route(CHARTS, lambda route: route.fulfill(json={"charts": kept}))
        gone = an_error(422, "VALIDATION")
        chosen = "**/picker/api/v1/tiktok-music?chart=cml.us.k-pop.30d*"
        picker.page.route(chosen, lambda route: route.fulfill(**gone))
        picker.search.fill("song")
        picker.search.press("Enter")

        expect(select).to_have_value("")
        expect(picker.said).to_have_text("10 tracks")
        assert select.locator("option").count() == 2
        assert picker.search.input_value() == "song"

        picker.page.unroute(CHARTS)
        refused = an_error(403, "FORBIDDEN_SCOPE")
        answers: list[dict[str, Any]] = [{"json": {"charts": kept[:1]}}, {"json": {}}, refused]
        for answer in answers:
            picker.page.route(CHARTS, answered(answer))
            with picker.page.expect_response(CHARTS):
                picker.host.evaluate("host => host.reload()")
            expect(picker.said).to_have_text("10 tracks")
            expect(picker.rows).to_have_count(10)
        expect(picker.host.locator(".chart")).to_be_hidden()
        expect(picker.host.locator(".panel")).to_be_hidden()
