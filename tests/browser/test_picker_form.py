"""The picker as a form control: value, validity, disabled, reset, restoration, events."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.picker import Picker
from tests.browser.stage import FEW, Stage

AUTO = {"mode": "auto"}
TWELFTH = {"mode": "manual", "trackId": FEW[11].track_id}
IN_A_FORM = """() => {
  const form = document.createElement('form');
  form.id = 'form';
  form.innerHTML = '<label for=music>Music</label><fieldset></fieldset>';
  const picker = document.querySelector('tiktok-music-picker');
  picker.id = 'music';
  document.querySelector('main').prepend(form);
  form.querySelector('fieldset').append(picker);
  window.events = [];
  for (const name of ['input', 'change', 'track-selected']) {
    form.addEventListener(name, ({ target }) => window.events.push([name, target.value]));
  }
}"""
FIELDS = "[...new FormData(document.querySelector('form'))]"


@pytest.fixture
def form(picker: Picker) -> Picker:
    picker.page.evaluate(IN_A_FORM)
    expect(picker.rows).to_have_count(12)
    return picker


def run(picker: Picker, body: str, *argument: Any) -> Any:
    return picker.host.evaluate(f"(host, argument) => {{ {body} }}", *argument)


def test_picks_send_input_and_change_and_typing_sends_neither(form: Picker) -> None:
    form.search.press_sequentially("song 12")
    expect(form.rows).to_have_count(1)
    form.rows.first.click()
    form.rows.first.click()
    form.button("No music").click()
    form.button("Clear the pick").click()

    assert form.page.evaluate("window.events") == [
        *(["input", TWELFTH], ["change", TWELFTH], ["track-selected", TWELFTH]),
        ["track-selected", TWELFTH],
        *([name, {"mode": "none"}] for name in ("input", "change", "track-selected")),
        *([name, None] for name in ("input", "change", "track-selected")),
    ]
    assert form.events()[-1] == {}
    assert form.page.evaluate(FIELDS) == []


def test_no_music_and_tiktoks_choice_are_two_picks(form: Picker) -> None:
    form.note_button().click()
    form.button("Let TikTok choose").click()
    title = "Selected: TikTok chooses the music"
    assert form.page.evaluate(FIELDS) == [["tiktokMusic", '{"mode":"auto"}']]
    assert form.note() == [
        *(title, "TikTok adds a fitting track to managed and direct posts. Drafts take no music.")
    ]
    expect(form.said).to_have_text(title)

    form.button("No music").click()
    assert form.page.evaluate(FIELDS) == [["tiktokMusic", '{"mode":"none"}']]
    assert form.note() == [
        *("Selected: no music", "Posts go out without music. Drafts take no music.")
    ]
    expect(form.said).to_have_text("Selected: no music")


def test_the_value_is_read_by_both_names_and_written_by_the_new_one(picker: Picker) -> None:
    for given, value in (
        ({"selection": "auto"}, AUTO),
        ({"mode": "none", "selection": "none"}, {"mode": "none"}),
        (f'{{"selection": "manual", "trackId": "{FEW[11].track_id.upper()}"}}', TWELFTH),
        ("null", None),
        ({"mode": "auto"}, AUTO),
        (None, None),
    ):
        assert run(picker, "host.value = argument; return host.value", given) == value
    assert picker.events() == []


GARBAGE: list[tuple[Any, str]] = [
    ({"mode": "some"}, "mode must be one of none, auto, manual"),
    ({"mode": "auto", "selection": "none"}, "mode and selection differ"),
    ({"mode": "manual", "trackId": "42"}, "trackId must be the id of a track, a UUID"),
    *(
        ({**TWELFTH, "startMs": start}, "startMs must be a whole number of milliseconds")
        for start in ("1", -1, 1.5, 2**31)
    ),
    (7, "mode must be one of none, auto, manual"),
    ("auto", "not JSON: auto"),
]


def test_garbage_is_refused_and_the_value_stays(picker: Picker) -> None:
    for given, message in GARBAGE:
        error = run(
            picker,
            "host.value = { mode: 'auto' };"
            " try { host.value = argument } catch (error) { return [error.name, error.message] }",
            given,
        )

        assert error == ["TypeError", message]
        assert run(picker, "host.value.mode = 'none'; return host.value") == AUTO


def test_a_required_pick_is_missing_until_it_is_there(form: Picker) -> None:
    state = "return [host.validity.valueMissing, host.validationMessage, host.matches(':invalid')]"
    run(form, "host.required = true")
    assert run(form, state) == [True, "Pick a track, or let TikTok choose.", True]
    assert form.page.evaluate("document.querySelector('form').reportValidity()") is False
    expect(form.search).to_be_focused()

    form.button("No music").click()
    assert run(form, state) == [False, "", False]

    run(form, "host.setCustomValidity('Not this one.')")
    assert run(form, "return host.validity.customError && host.validationMessage") == (
        "Not this one."
    )


def is_named_group(node: dict[str, Any]) -> bool:
    return node.get("role", {}).get("value") == "group" and bool(node.get("name", {}).get("value"))


def test_a_label_names_it_and_moves_the_focus_into_it(form: Picker) -> None:
    tree = form.page.context.new_cdp_session(form.page).send("Accessibility.getFullAXTree")
    groups = [node["name"]["value"] for node in tree["nodes"] if is_named_group(node)]
    assert groups == ["Music"]

    form.page.get_by_text("Music", exact=True).click()

    expect(form.search).to_be_focused()
    assert run(form, "return [host.form.id, host.labels.length, host.type, host.willValidate]") == [
        *("form", 1, "tiktok-music-picker", True)
    ]


def test_a_disabled_fieldset_disables_it(form: Picker) -> None:
    form.row("Song 12").click()
    form.button("Play Song 1").click()
    run(form, "host.closest('fieldset').disabled = true")

    expect(form.host.locator(".player")).to_be_hidden()
    form.row("Song 5").click(force=True)
    form.page.keyboard.press("Enter")
    assert run(form, "return host.value") == TWELFTH
    assert form.page.evaluate(FIELDS) == []
    expect(form.button("Clear the pick")).to_be_disabled()

    run(form, "host.closest('fieldset').disabled = false; host.disabled = true")
    form.row("Song 5").click(force=True)
    run(form, "host.disabled = false")
    form.row("Song 5").click()
    assert run(form, "return host.value.trackId") == FEW[4].track_id


def test_the_attribute_is_the_default_that_a_reset_returns_to(form: Picker) -> None:
    run(form, """host.setAttribute('value', '{"mode": "auto"}')""")
    assert run(form, "return host.value") == AUTO

    form.button("No music").click()
    run(form, """host.setAttribute('value', '{"mode": "none"}')""")
    run(form, """host.setAttribute('value', '{"mode": "auto"}')""")
    assert run(form, "return host.value") == {"mode": "none"}
    form.page.evaluate("document.querySelector('form').reset()")

    assert run(form, "return host.value") == AUTO
    expect(form.button("Let TikTok choose")).to_have_attribute("aria-pressed", "true")


def test_going_back_restores_the_pick(few: Stage, picker: Picker) -> None:
    picker.row("Song 12").click()
    picker.page.goto(f"{few.address}/demo/demo.css")
    picker.page.go_back()

    expect(picker.row("Song 12")).to_have_attribute("aria-selected", "true")
    assert run(picker, "return host.value") == TWELFTH


def test_an_equal_value_keeps_what_is_shown(picker: Picker) -> None:
    picker.row("Song 12").click()

    # In one task: the answer about the pick may write the note anew at any other time.
    assert run(
        picker,
        "const text = host.shadowRoot.querySelector('.note strong').firstChild;"
        "host.value = { ...host.value }; return text.isConnected",
    )
