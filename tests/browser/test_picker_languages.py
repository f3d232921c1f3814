"""Texts, numbers and directions of other languages, and themes."""

from playwright.sync_api import expect

from tests.browser.stage import Picker


def test_texts_and_numbers_are_in_the_language_of_the_page(picker: Picker) -> None:
    picker.host.evaluate(
        "host => { host.lang = 'de'; host.strings = {search: 'Musik suchen',"
        " tracks: {one: '{n} Titel', other: '{n} Titel'}} }"
    )

    expect(picker.host.get_by_placeholder("Musik suchen")).to_be_visible()
    expect(picker.said).to_have_text("12 Titel")
    expect(picker.chip("Spanisch")).to_be_visible()
    expect(picker.host.locator(".facts").first).to_contain_text("3 Mio.")


def test_right_to_left_mirrors_the_rows_and_the_arrows(picker: Picker) -> None:
    picker.page.get_by_label("Direction").select_option("rtl")
    cover, title = picker.host.locator(".play").first, picker.host.locator(".title").first

    assert cover.bounding_box()["x"] > title.bounding_box()["x"]  # type: ignore[index]
    picker.chip("Commercial use").focus()
    picker.page.keyboard.press("ArrowLeft")
    expect(picker.chip("English")).to_be_focused()
    assert picker.violations() == []


def test_titles_keep_to_the_side_of_the_page(picker: Picker) -> None:
    arabic = picker.host.locator(".title").nth(2)

    expect(arabic).to_have_css("text-align", "left")
    picker.page.get_by_label("Direction").select_option("rtl")
    expect(arabic).to_have_css("text-align", "right")


def test_the_theme_is_the_pages_to_choose(picker: Picker) -> None:
    picker.host.evaluate("host => host.setAttribute('theme', 'dark')")
    picker.host.evaluate("host => host.style.setProperty('--tmp-accent', 'rgb(255, 200, 0)')")

    expect(picker.host).to_have_css("background-color", "rgb(20, 22, 26)")
    expect(picker.host.locator(".auto")).to_have_css("color", "rgb(255, 200, 0)")
