"""The compact picker: a button, a card of the pick, and the dialog that either opens."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.picker import Picker
from tests.browser.stage import FEW


@pytest.fixture
def compact(picker: Picker) -> Picker:
    picker.host.evaluate("host => { host.compact = true }")
    expect(picker.button("Add music")).to_be_visible()
    return picker


def dialog(picker: Picker) -> Locator:
    return picker.host.get_by_role("dialog", name="Add music")


def test_the_list_is_loaded_when_the_dialog_is_opened(compact: Picker) -> None:
    compact.page.wait_for_load_state("networkidle")
    sent: list[str] = []
    compact.on("request", lambda request: sent.append(request.url))
    compact.renew()
    compact.button("Add music").focus()
    compact.page.wait_for_load_state("networkidle")
    assert [url for url in sent if "/v1/tiktok-music" in url] == []

    compact.page.keyboard.press("Enter")

    expect(compact.rows).to_have_count(12)
    expect(compact.search).to_be_focused()
    assert len([url for url in sent if "limit=100" in url]) == 1


def test_a_pick_closes_the_dialog_and_is_shown_as_a_card(compact: Picker) -> None:
    compact.button("Add music").click()
    compact.row("Song 12").click()

    expect(dialog(compact)).to_have_count(0)
    card = compact.host.locator(".card")
    expect(card).to_contain_text("Song 12")
    expect(card).to_contain_text("This track is not cleared for commercial use.")
    expect(compact.button("Add music")).to_be_hidden()
    expect(compact.button("Change")).to_be_focused()
    assert compact.events()[0]["tiktokMusic"]["trackId"] == FEW[11].track_id
    assert compact.violations() == []

    compact.button("Play Song 12").first.click()
    expect(compact.button("Pause Song 12").first).to_be_visible()
    compact.page.keyboard.press("Escape")
    expect(compact.button("Play Song 12").first).to_be_visible()

    compact.button("Change").click()
    expect(compact.row("Song 12")).to_have_attribute("aria-selected", "true")
    compact.button("No music").click()
    expect(card).to_have_text("No musicChange")

    compact.button("Clear the pick").click()
    expect(compact.button("Add music")).to_be_focused()
    assert compact.events()[-1] == {}


def test_escape_stops_clears_and_then_closes(compact: Picker) -> None:
    compact.page.evaluate(
        "window.ended = []; addEventListener('preview-ended', ({ detail }) =>"
        " ended.push(detail.reason), true)"
    )
    compact.button("Add music").click()
    compact.search.fill("song")
    compact.button("Play Song 1").click()
    expect(compact.host.locator(".player")).to_be_visible()
    compact.page.keyboard.press("Escape")
    expect(compact.host.locator(".player")).to_be_hidden()
    compact.search.focus()
    compact.page.keyboard.press("Escape")
    expect(compact.search).to_have_value("")
    expect(dialog(compact)).to_be_visible()
    compact.page.keyboard.press("Escape")

    expect(dialog(compact)).to_have_count(0)
    expect(compact.button("Add music")).to_be_focused()


def test_a_closed_dialog_stops_its_preview(compact: Picker) -> None:
    compact.button("Add music").click()
    assert compact.violations() == []
    compact.button("Play Song 1").click()
    expect(compact.button("Pause Song 1").first).to_be_visible()

    compact.page.mouse.click(5, 5)  # on the backdrop

    expect(dialog(compact)).to_have_count(0)
    for _ in range(50):
        if compact.audio("paused"):
            break
        compact.page.wait_for_timeout(20)
    assert compact.audio("paused") is True
    compact.host.evaluate("host => { host.disabled = true }")
    expect(compact.button("Add music")).to_be_disabled()


def test_a_form_that_misses_the_pick_points_at_the_button(compact: Picker) -> None:
    compact.page.evaluate(
        "const form = document.createElement('form'); const host ="
        " document.querySelector('tiktok-music-picker'); host.replaceWith(form);"
        "form.append(host); host.required = true"
    )
    expect(compact.button("Add music")).to_be_visible()

    assert compact.page.evaluate("document.querySelector('form').reportValidity()") is False
    expect(compact.button("Add music")).to_be_focused()


def test_the_language_changes_in_an_open_dialog(compact: Picker) -> None:
    compact.button("Add music").click()
    compact.search.fill("song 12")
    expect(compact.rows).to_have_count(1)

    compact.host.evaluate("host => { host.locale = 'ar' }")

    expect(compact.host.get_by_role("dialog", name="إضافة موسيقى")).to_be_visible()
    expect(compact.rows).to_have_count(1)
    expect(compact.rows.first).to_have_css("direction", "rtl")
    compact.host.evaluate("host => { host.compact = false; host.locale = 'en' }")
    expect(compact.host.get_by_placeholder("Search music")).to_be_visible()
    expect(compact.rows).to_have_count(1)
