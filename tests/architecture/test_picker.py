"""The picker's README says what its code has."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "picker"
CODE = (FOLDER / "tiktok-music-picker.js").read_text()
README = (FOLDER / "README.md").read_text()


def test_the_readme_names_every_custom_property() -> None:
    pattern = r"--tmp-[a-z-]+"

    assert set(re.findall(pattern, README)) == set(re.findall(pattern, CODE))


def test_the_readme_names_every_part() -> None:
    named = README.partition("`::part(…)`:")[2].partition(".\n")[0]

    told = " ".join(re.findall(r"part: (?:isOn \? )?'([a-z -]+)'", CODE)).split()
    toggled = re.findall(r"part\.toggle\('([a-z-]+)'", CODE)
    assert set(re.findall(r"`([a-z-]+)`", named)) == {*told, *toggled, "chip"}


def test_the_readme_gives_the_colours_of_the_code() -> None:
    rows = re.findall(
        r"^\| `--tmp-(\w+)`, `--tmp-([\w-]+)` \|.*\| `(\S+)`, `(\S+)` \| `(\S+)`, `(\S+)` \|$",
        README,
        re.MULTILINE,
    )
    told = {}
    for first, second, *colours in rows:
        told[first] = (colours[0], colours[2])
        told[second] = (colours[1], colours[3])

    defaults = re.findall(r"var\(--tmp-([\w-]+), light-dark\((\S+), (\S+)\)\)", CODE)
    assert told == {name: (light, dark) for name, light, dark in defaults}


def test_every_string_of_the_picker_is_used_and_every_used_one_exists() -> None:
    listed = CODE.partition("export const STRINGS = {")[2].partition("\n};")[0]
    names = set(re.findall(r"^  (\w+): ", listed, re.MULTILINE))
    rest = CODE.replace(listed, "")

    assert {name for name in names if f"'{name}'" not in rest} <= {
        *("offline", "unreachable", "limited", "denied", "broken")
    }
    assert set(re.findall(r"#(?:say|count|offer)\('(\w+)'", rest)) <= names


def test_data_never_becomes_markup() -> None:
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", CODE) == []


def test_the_readmes_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert [link for link in links if not (FOLDER / link).exists()] == []


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on this machine")
@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.*js")), ids=lambda path: path.name)
def test_the_scripts_parse(file: Path) -> None:
    checked = subprocess.run(
        ["node", "--input-type=module", "--check"],
        input=file.read_text(),
        capture_output=True,
        text=True,
    )

    assert (checked.returncode, checked.stderr) == (0, "")
