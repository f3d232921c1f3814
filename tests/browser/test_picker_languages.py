"""Texts, numbers and directions of other languages, and themes."""

from playwright.sync_api import expect

from tests.browser.picker import Picker

LANGUAGES = [
    ("ar", "ابحث في الموسيقى", "12 مقطعًا", "للاستخدام التجاري 9", "rtl"),
    ("de", "Musik suchen", "12 Titel", "Gewerbliche Nutzung 9", "ltr"),
    ("es", "Buscar música", "12 canciones", "Uso comercial 9", "ltr"),
    ("ja", "曲を検索", "12曲", "商用利用可 9", "ltr"),
    ("ru", "Поиск музыки", "12 треков", "Коммерческое использование 9", "ltr"),
    ("hi", "संगीत खोजें", "12 ट्रैक", "व्यावसायिक उपयोग 9", "ltr"),
]


def test_a_language_changes_texts_direction_and_announcements(picker: Picker) -> None:
    for locale, search, count, commerce, direction in LANGUAGES:
        picker.page.get_by_label("Language").select_option(locale)

        expect(picker.host.get_by_placeholder(search)).to_be_visible()
        expect(picker.said).to_have_text(count)
        expect(picker.chip(commerce)).to_be_visible()
        expect(picker.host.locator(".frame")).to_have_attribute("lang", locale)
        expect(picker.rows.first).to_have_css("direction", direction)
        assert picker.violations() == [], locale


def test_a_change_of_language_keeps_search_pick_and_preview(picker: Picker) -> None:
    picker.row("Song 12").click()
    picker.button("Play Song 1").click()
    picker.search.fill("song 1")
    expect(picker.rows).to_have_count(4)

    picker.page.get_by_label("Language").select_option("de")

    expect(picker.search).to_have_value("song 1")
    expect(picker.rows).to_have_count(4)
    expect(picker.row("Song 12")).to_have_attribute("aria-selected", "true")
    expect(picker.host.locator(".note strong")).to_contain_text("Ausgewählt: ")
    expect(picker.button("Song 1 anhalten").first).to_be_visible()


def test_a_language_without_texts_is_english_with_its_own_formats(picker: Picker) -> None:
    picker.host.evaluate("host => { host.locale = 'da' }")

    expect(picker.chip("spansk")).to_be_visible()
    expect(picker.host.get_by_placeholder("Search music")).to_be_visible()
    expect(picker.host.locator(".frame")).to_have_attribute("lang", "en")


def test_a_language_whose_file_cannot_be_loaded_is_english(picker: Picker) -> None:
    picker.page.route("**/locales/de.js", lambda route: route.fulfill(status=404))
    picker.renew()
    picker.host.evaluate("host => { host.locale = 'de' }")

    expect(picker.chip("Spanisch")).to_be_visible()
    expect(picker.host.get_by_placeholder("Search music")).to_be_visible()


def test_the_direction_of_the_page_overrides_that_of_the_language(picker: Picker) -> None:
    picker.page.get_by_label("Language").select_option("ar")
    expect(picker.rows.first).to_have_css("direction", "rtl")

    picker.page.get_by_label("Direction").select_option("ltr")

    expect(picker.rows.first).to_have_css("direction", "ltr")
    picker.page.get_by_label("Direction").select_option("")
    expect(picker.rows.first).to_have_css("direction", "rtl")


def test_texts_of_the_page_override_those_of_the_language(picker: Picker) -> None:
    picker.host.evaluate(
        "host => { host.locale = 'de';"
        " host.setAttribute('strings', JSON.stringify({search: 'Finde deinen Song'})) }"
    )

    expect(picker.host.get_by_placeholder("Finde deinen Song")).to_be_visible()
    expect(picker.said).to_have_text("12 Titel")


PLACE = """host => {
  const grid = host.shadowRoot.querySelector('[role=grid]');
  const focused = host.shadowRoot.activeElement?.querySelector('.title')?.textContent;
  return [grid.scrollTop > 0, focused, document.activeElement === host];
}"""


def test_texts_that_are_set_again_keep_the_place_and_the_list(picker: Picker) -> None:
    picker.search.press("ArrowDown")
    picker.page.keyboard.press("End")
    place = picker.host.evaluate(PLACE)
    requested: list[str] = []
    picker.on("request", lambda request: requested.append(request.url))

    find: dict[str, str] = {"search": "Find a song"}
    for texts, name in (({}, "Search music"), (find, "Find a song"), (find, "Find a song")):
        picker.host.evaluate("(host, texts) => { host.strings = { ...texts } }", texts)
        expect(picker.host.get_by_placeholder(name)).to_be_visible()
        assert picker.host.evaluate(PLACE) == place == [True, "Song 12", True]

    assert [url for url in requested if "limit=100" in url] == []


def test_equal_texts_build_nothing_again(picker: Picker) -> None:
    picker.host.evaluate("host => { window.built = host.shadowRoot.querySelector('.frame') }")

    picker.host.evaluate("host => { host.strings = {}; host.src = host.src; host.lang = '' }")
    picker.page.wait_for_timeout(200)

    picker.host.evaluate("host => { host.strings = { search: 'Find' } }")
    expect(picker.host.get_by_placeholder("Find")).to_be_visible()
    picker.host.evaluate("host => { window.built = host.shadowRoot.querySelector('.frame') }")
    picker.host.evaluate("host => { host.strings = { search: 'Find' } }")
    picker.page.wait_for_timeout(200)
    assert picker.page.evaluate("window.built.isConnected")


def test_texts_that_are_missing_are_those_of_the_language(picker: Picker) -> None:
    picker.button("Play Song 1").click()
    wrong = {"search": None, "tracks": None, "auto": 7, "list": {"other": "x"}}
    for texts, stop in ((wrong, "Halt"), ({"tracks": {}, "unheardOf": "x"}, "Ende")):
        picker.host.evaluate("(host, texts) => { host.strings = texts }", {**texts, "stop": stop})

        expect(picker.button(stop)).to_be_visible()
        expect(picker.host.get_by_placeholder("Search music")).to_be_visible()
        expect(picker.button("Let TikTok choose")).to_be_visible()
        expect(picker.host.get_by_role("grid", name="Tracks")).to_be_visible()


def test_a_text_missing_from_a_language_is_english(picker: Picker) -> None:
    half = "export default { search: 'Musik suchen' };"
    picker.page.route(
        "**/locales/de.js",
        lambda route: route.fulfill(content_type="text/javascript", body=half),
    )
    picker.renew()
    picker.host.evaluate("host => { host.locale = 'de' }")

    expect(picker.host.get_by_placeholder("Musik suchen")).to_be_visible()
    expect(picker.button("Let TikTok choose")).to_be_visible()


def test_texts_that_are_not_json_are_ignored_and_reported(picker: Picker) -> None:
    with picker.page.expect_console_message(lambda message: "strings" in message.text) as message:
        picker.host.evaluate("host => host.setAttribute('strings', '{search:')")

    assert message.value.text.startswith('<tiktok-music-picker> ignores its attribute "strings": ')
    expect(picker.rows).to_have_count(12)


def test_properties_set_before_the_element_is_defined_take_effect(picker: Picker) -> None:
    picker.page.evaluate(
        """async () => {
          const early = document.createElement('x-early');
          Object.assign(early, { src: '/picker/api', locale: 'de', value: { mode: 'auto' } });
          document.body.append(early);
          const { TiktokMusicPicker } = await import('/picker/tiktok-music-picker.js');
          customElements.define('x-early', class extends TiktokMusicPicker {});
        }"""
    )
    early = picker.page.locator("x-early")

    expect(early.get_by_role("row")).to_have_count(12)
    expect(early.get_by_role("button", name="TikTok wählen lassen")).to_have_attribute(
        "aria-pressed", "true"
    )


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


def test_titles_align_with_the_direction_of_the_page(picker: Picker) -> None:
    arabic = picker.host.locator(".title").nth(2)

    expect(arabic).to_have_css("text-align", "left")
    picker.page.get_by_label("Direction").select_option("rtl")
    expect(arabic).to_have_css("text-align", "right")


def test_the_page_sets_the_theme(picker: Picker) -> None:
    picker.host.evaluate("host => host.setAttribute('theme', 'dark')")
    picker.host.evaluate("host => host.style.setProperty('--tmp-accent', 'rgb(255, 200, 0)')")

    expect(picker.host).to_have_css("background-color", "rgb(20, 22, 26)")
    expect(picker.host.locator(".auto")).to_have_css("color", "rgb(255, 200, 0)")
