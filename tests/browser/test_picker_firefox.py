"""The picker in Firefox: what is not sound, which its headless build does not play."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.picker import Picker, open_picker
from tests.browser.stage import FEW, Stage


@pytest.fixture
def picker(few: Stage, firefox: Browser) -> Iterator[Picker]:
    with open_picker(firefox, few.address) as opened:
        expect(opened.rows).to_have_count(12)
        yield opened


def test_it_searches_filters_and_picks(picker: Picker) -> None:
    expect(picker.row("Song 12").locator(".rank")).to_have_text("12 New")
    picker.search.fill("song 12")
    expect(picker.rows).to_have_count(1)
    picker.button("Clear the search").click()
    picker.chip("Spanish").click()
    expect(picker.rows).to_have_count(2)
    picker.search.press("ArrowDown")
    picker.page.keyboard.press("ArrowDown")
    picker.page.keyboard.press("f")
    picker.page.keyboard.press("Enter")

    assert picker.events()[0]["tiktokMusic"]["trackId"] == FEW[11].track_id
    assert picker.host.evaluate("host => [host.favorites, host.recent]") == [
        *([FEW[11].track_id], [FEW[11].track_id])
    ]
    expect(picker.chip("Favorites")).to_have_text("Favorites 1")
    assert picker.violations() == []


def test_it_is_a_form_control(picker: Picker) -> None:
    picker.page.evaluate(
        "const form = document.createElement('form'); const host ="
        " document.querySelector('tiktok-music-picker'); host.replaceWith(form);"
        "form.append(host); host.required = true"
    )
    expect(picker.rows).to_have_count(12)
    assert picker.page.evaluate("document.querySelector('form').reportValidity()") is False
    expect(picker.search).to_be_focused()
    picker.button("No music").click()

    fields = picker.page.evaluate("[...new FormData(document.querySelector('form'))]")
    assert fields == [["tiktokMusic", '{"mode":"none"}']]
    # Firefox says this of a custom element, and shows the message at the focused field.
    picker.errors[:] = [each for each in picker.errors if "is not focusable" not in each]


def test_it_is_compact_right_to_left_and_small(picker: Picker) -> None:
    picker.host.evaluate("host => { host.compact = true; host.locale = 'ar' }")
    picker.button("إضافة موسيقى").click()
    expect(picker.rows.first).to_have_css("direction", "rtl")
    picker.page.keyboard.press("Escape")
    expect(picker.host.get_by_role("dialog")).to_have_count(0)

    picker.host.evaluate("host => { host.compact = false; host.locale = 'en' }")
    expect(picker.host.get_by_placeholder("Search music")).to_be_visible()
    wide = "document.documentElement.scrollWidth > innerWidth"
    height = "host => host.shadowRoot.querySelector('[role=grid]').clientHeight"
    for page_height in (640, 256):
        picker.page.set_viewport_size({"width": 320, "height": page_height})
        assert picker.page.evaluate(wide) is False
        assert picker.host.evaluate(height) > 150
