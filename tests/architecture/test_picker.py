"""The picker's README, types and texts match its code."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.builders import MEDIA, a_track
from tiktok_music.snapshot import row_of

FOLDER = Path(__file__).parents[2] / "picker"
MODULES = [FOLDER / "tiktok-music-picker.js", *sorted((FOLDER / "modules").glob("*.js"))]
LOCALES = sorted((FOLDER / "locales").glob("*.js"))
CODE = "\n".join(path.read_text() for path in MODULES)
MANIFEST_DOC = (FOLDER / "modules/element.js").read_text()
README = (FOLDER / "README.md").read_text()


def test_the_readme_names_every_custom_property() -> None:
    pattern = r"--tmp-[a-z-]+"

    assert set(re.findall(pattern, README)) == set(re.findall(pattern, CODE))


def test_the_readme_names_every_part() -> None:
    named = README.partition("`::part(…)`:")[2].partition(".\n")[0]

    static = " ".join(re.findall(r"part: (?:isOn \? )?'([a-z -]+)'", CODE)).split()
    toggled = [*re.findall(r"part\.toggle\('([a-z-]+)'", CODE), "auto", "none"]
    assert set(re.findall(r"`([a-z-]+)`", named)) == {*static, *toggled, "chip"}


def test_the_manifest_names_the_same_properties_parts_and_events() -> None:
    properties = re.findall(r"^ \* @cssprop (\S+)$", MANIFEST_DOC, re.MULTILINE)
    parts = re.findall(r"^ \* @csspart (\S+)$", MANIFEST_DOC, re.MULTILINE)
    events = re.findall(r"^ \* @fires (\S+)", MANIFEST_DOC, re.MULTILINE)

    assert properties == sorted(set(re.findall(r"--tmp-[a-z-]+", README)))
    named = README.partition("`::part(…)`:")[2].partition(".\n")[0]
    assert parts == re.findall(r"`([a-z-]+)`", named)
    assert set(events) == EVENTS


def test_the_readme_gives_the_colours_of_the_code() -> None:
    rows = re.findall(
        r"^\| `--tmp-(\w+)`, `--tmp-([\w-]+)` \|.*\| `(\S+)`, `(\S+)` \| `(\S+)`, `(\S+)` \|$",
        README,
        re.MULTILINE,
    )
    documented = {}
    for first, second, *colours in rows:
        documented[first] = (colours[0], colours[2])
        documented[second] = (colours[1], colours[3])

    assert documented == {name: (light, dark) for name, (light, dark) in DEFAULTS.items()}


DEFAULTS = {
    name: colours
    for name, *colours in re.findall(r"var\(--tmp-([\w-]+), light-dark\((\S+), (\S+)\)\)", CODE)
}


def luminance(colour: str) -> float:
    """Returns the relative luminance of `#rgb` or `#rrggbb` by WCAG 2.2."""
    digits = colour.removeprefix("#")
    pairs = [2 * digit for digit in digits] if len(digits) == 3 else re.findall("..", digits)
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(pair, 16) / 255 for pair in pairs)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colours_have_the_contrast_of_wcag_aa(theme: str) -> None:
    colour = {name: pair[("light", "dark").index(theme)] for name, pair in DEFAULTS.items()}

    for text in ("text", "muted", "accent", "up", "warning"):
        for ground in ("surface", "raised"):
            assert contrast(colour[text], colour[ground]) >= 4.5, (text, ground)
    assert contrast(colour["on-accent"], colour["accent"]) >= 4.5
    assert contrast(colour["control-line"], colour["surface"]) >= 3
    assert contrast(colour["control-line"], colour["raised"]) >= 3


def texts_of(locale: str) -> dict[str, str]:
    """The texts of a language by name, plural forms as source text."""
    text = (FOLDER / "locales" / f"{locale}.js").read_text()
    return dict(re.findall(r"^  (\w+): (.+),$", text, re.MULTILINE))


def test_every_text_is_used_and_every_used_one_exists() -> None:
    names = texts_of("en").keys()
    used = set(re.findall(r"\b(?:say|sayOf|count|compactly)\('(\w+)'", CODE))

    assert used <= names
    assert {name for name in names if f"'{name}'" not in CODE} == set()


@pytest.mark.parametrize("locale", [path.stem for path in LOCALES])
def test_every_language_has_every_text_with_its_placeholders(locale: str) -> None:
    english, texts = texts_of("en"), texts_of(locale)

    assert list(texts) == list(english)
    for name, text in texts.items():
        assert placeholders(text) == placeholders(english[name]), name
    assert [name for name, text in texts.items() if text in ("''", '""')] == []


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def test_the_languages_are_those_that_the_picker_and_its_readme_name() -> None:
    listed = re.findall(r"^  (\w+): \(\) => import\('\.\./locales/(\w+)\.js'\)", CODE, re.MULTILINE)
    documented = README.partition("Texts come in ")[2].partition(". ")[0]
    options = re.findall(r'<option value="(\w\w)"', (FOLDER / "demo/index.html").read_text())

    locales = [path.stem for path in LOCALES]
    assert listed == [(name, name) for name in locales if name != "en"]
    assert re.findall(r"`(\w+)`", documented) == locales
    assert sorted(options) == locales


def names_in(constant: str) -> set[str]:
    """The strings of a list in the element's source."""
    found = re.search(rf"{constant} = \[(.+)\]", ELEMENT)
    assert found
    return set(re.findall(r"'(\w+)'", found[1]))


ELEMENT = "\n".join((FOLDER / f"modules/{n}.js").read_text() for n in ("form_control", "element"))
REFLECTED = names_in("TEXT_ATTRIBUTES") | names_in("FLAGS")
ATTRIBUTES = names_in("observedAttributes") | REFLECTED
PROPERTIES = REFLECTED | set(re.findall(r"^  set (\w+)\(", ELEMENT, re.MULTILINE))
# Those of a shelf are named after it.
EVENTS = set(re.findall(r"emit\('([\w-]+)'", CODE))
EVENTS |= {f"{name}-changed" for name in re.findall(r"changed\('(\w+)'\)", CODE)}
OWN_METHODS = {"reload()", "stop()", "clear()"}
# Those of every form control.
CONTROL = {"form", "labels", "type", "validity", "validationMessage", "willValidate"}
CONTROL_METHODS = {"checkValidity()", "reportValidity()", "setCustomValidity()", "focus()"}
# Called by the browser, or between the two classes.
INNER = {"constructor()", "choose()", "showValidity()", "showLabel()", "useDefault()"}
INNER |= {"valueChanged()", "disabledChanged()"}


def test_the_methods_are_those_that_this_file_knows() -> None:
    methods = {f"{name}()" for name in re.findall(r"^  ([a-z]\w+)\(", ELEMENT, re.MULTILINE)}

    public = {name for name in methods if "Callback" not in name} - INNER
    assert public == OWN_METHODS | CONTROL_METHODS


def test_the_readme_names_every_attribute_property_event_and_method() -> None:
    rows = re.findall(r"^\| `([\w()-]+)` \| (?:attribute|property|method)", README, re.MULTILINE)
    assert set(rows) == ATTRIBUTES | PROPERTIES | OWN_METHODS
    control = README.partition("It is a form control: ")[2].partition(" are those of")[0]
    assert set(re.findall(r"`([\w()]+)`", control)) == CONTROL | CONTROL_METHODS
    listed = README.partition("## Events")[2].partition("## ")[0]
    named = re.findall(r"^\| (`[^|]+) \|", listed, re.MULTILINE)
    assert set(re.findall(r"`([\w-]+)`", " ".join(named))) == EVENTS | {"input", "change"}


def test_the_readme_names_every_module() -> None:
    table = README.partition("## How it is made")[2]

    modules = {path.name for path in MODULES[1:]}
    assert set(re.findall(r"`(\w+\.js)`", table)) == modules


def test_the_types_have_every_property_text_event_and_field_of_a_track() -> None:
    types = (FOLDER / "tiktok-music-picker.d.ts").read_text()
    declared = types.partition("class TiktokMusicPicker")[2].partition("\n}")[0]
    named = re.findall(r"^  (?:readonly |get |set )?(\w+)[:(<]", declared, re.MULTILINE)
    methods = {name.removesuffix("()") for name in OWN_METHODS | CONTROL_METHODS} - {"focus"}
    events = types.partition("interface PickerEventMap {")[2].partition("\n}")[0]
    track = types.partition("interface Track {")[2].partition("\n}")[0]
    texts = types.partition("type TextName =")[2].partition(";")[0]
    forms = types.partition("in TextName]: string } & {")[2].partition("\n}")[0]

    assert set(named) == PROPERTIES | CONTROL | methods | {
        "addEventListener",
        "removeEventListener",
    }
    assert set(re.findall(r"^  '([\w-]+)':", events, re.MULTILINE)) == EVENTS
    assert re.findall(r"readonly (\w+):", track) == list(row_of(a_track(1), MEDIA))
    assert {*re.findall(r"'(\w+)'", texts), *re.findall(r"readonly (\w+)", forms)} == set(
        texts_of("en")
    )


def test_data_never_becomes_markup() -> None:
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", CODE) == []


def test_the_readmes_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert [link for link in links if not (FOLDER / link).exists()] == []


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.*js")), ids=lambda path: path.name)
def test_the_scripts_parse(node: str, file: Path) -> None:
    checked = subprocess.run(
        [node, "--input-type=module", "--check"],
        input=file.read_text(),
        capture_output=True,
        text=True,
    )

    assert (checked.returncode, checked.stderr) == (0, "")


def test_it_can_be_imported_where_there_is_no_dom(node: str) -> None:
    script = f"const it = await import({str(MODULES[0])!r}); console.log(Object.keys(it).join())"
    imported = subprocess.run(
        [node, "--input-type=module", "--eval", script], capture_output=True, text=True
    )

    assert (imported.stdout, imported.returncode) == ("STRINGS,TiktokMusicPicker\n", 0)
