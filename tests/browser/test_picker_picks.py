"""Picks and previews by mouse, by keyboard and by the page."""

from playwright.sync_api import Browser, expect

from tests.browser.picker import Picker, open_picker
from tests.browser.stage import FEW, many_tracks, stage

SONG_12 = "\u2068Song 12\u2069 by \u2068Artist 12\u2069"


def test_a_click_picks(picker: Picker) -> None:
    picker.row("Song 12").click()

    (detail,) = picker.events()
    assert detail["tiktokMusic"] == {"mode": "manual", "trackId": FEW[11].track_id}
    assert detail["track"]["title"] == "Song 12"
    expect(picker.row("Song 12")).to_have_attribute("aria-selected", "true")
    warning = "This track is not cleared for commercial use."
    expect(picker.said).to_have_text(f"Selected: {SONG_12}. {warning}")
    assert picker.note() == [f"Selected: {SONG_12}", warning]

    picker.note_button().click()

    details = (
        "Managed posts use exactly this track. Direct posts let TikTok choose. "
        "Drafts take no music."
    )
    assert picker.note() == [f"Selected: {SONG_12}", warning, details]


def test_tiktok_can_choose(picker: Picker) -> None:
    picker.row("Song 12").click()
    picker.button("Let TikTok choose").click()

    assert picker.events()[-1] == {"tiktokMusic": {"mode": "auto"}}
    expect(picker.button("Let TikTok choose")).to_have_attribute("aria-pressed", "true")
    expect(picker.row("Song 12")).to_have_attribute("aria-selected", "false")


def test_a_form_gets_the_pick(picker: Picker) -> None:
    picker.page.evaluate(
        "const form = document.createElement('form'); document.body.append(form);"
        "form.append(document.querySelector('tiktok-music-picker'))"
    )
    picker.button("Let TikTok choose").click()

    data = "[...new FormData(document.querySelector('form'))]"
    assert picker.page.evaluate(data) == [["tiktokMusic", '{"mode":"auto"}']]


def test_an_earlier_pick_is_shown_by_its_title(picker: Picker) -> None:
    picker.host.evaluate(
        "(host, id) => { host.value = {mode: 'manual', trackId: id} }", FEW[6].track_id
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


def test_escape_stops_then_clears_then_reaches_the_page(picker: Picker) -> None:
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


def test_the_focus_is_kept_while_scrolling_away(browser: Browser) -> None:
    with stage(*many_tracks(300)) as served, open_picker(browser, served.address) as opened:
        expect(opened.said).to_have_text("300 tracks")
        opened.search.press("ArrowDown")
        for _ in range(4):
            opened.page.keyboard.press("ArrowDown")
        opened.host.get_by_role("grid").evaluate("grid => { grid.scrollTop = 68 * 80 }")
        expect(opened.row("Song 81")).to_be_visible()

        opened.page.keyboard.press("ArrowDown")

        assert opened.focused_title() == "Song 6"
        expect(opened.row("Song 6").first).to_be_in_viewport()


def test_a_failed_preview_shows_a_message_in_its_row(picker: Picker) -> None:
    picker.page.context.route("**/*.mp3", lambda route: route.fulfill(status=404))

    picker.button("Play Song 5").click()

    expect(picker.row("Song 5")).to_contain_text("This preview cannot be played")
    expect(picker.said).to_have_text("This preview cannot be played")
    expect(picker.host.locator(".player")).to_be_hidden()


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


IN_A_DIALOG = """host => {
  const dialog = document.createElement('dialog');
  document.body.append(dialog);
  dialog.append(host);
  dialog.showModal();
  host.hidden = false;
  host.style.visibility = '';
}"""
LISTEN = """host => {
  window.previews = [];
  for (const name of ['preview-started', 'preview-ended']) {
    host.addEventListener(name, ({ type, detail: { track, reason } }) => {
      window.previews.push([type, track.title, reason]);
    });
  }
}"""
ENDS = (
    "host.closest('dialog').close()",
    "host.hidden = true",
    "host.style.visibility = 'hidden'",
    "host.stop()",
    "host.remove()",
)


def test_a_preview_stops_when_the_picker_cannot_be_seen(picker: Picker) -> None:
    picker.host.evaluate(LISTEN)
    for end in ENDS:
        picker.host.evaluate(IN_A_DIALOG)
        expect(picker.rows).to_have_count(12)
        picker.button("Play Song 1").click()
        wait_for_previews(picker, 1)
        picker.host.evaluate("host => { window.audio = host.shadowRoot.querySelector('audio') }")
        assert picker.page.evaluate("window.audio.paused") is False

        picker.host.evaluate(f"host => {{ {end} }}")
        wait_for_previews(picker, 2)

        assert picker.page.evaluate("window.audio.paused") is True
        assert picker.page.evaluate("window.previews.splice(0)") == [
            ["preview-started", "Song 1", None],
            ["preview-ended", "Song 1", "stopped"],
        ]


def wait_for_previews(picker: Picker, count: int) -> None:
    for _ in range(200):
        if picker.page.evaluate("window.previews.length") >= count:
            return
        picker.page.wait_for_timeout(20)
    raise AssertionError("no event of a preview")
