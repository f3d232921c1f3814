"""Sets of names, and limits, in the documents equal those of the code and the template."""

import re
from pathlib import Path

import pytest

from tests.architecture.test_template import load_template, names_in_template
from tiktok_music.adapters import (
    dynamo_charts,
    dynamo_lists,
    dynamo_lock,
    dynamo_runs,
    dynamo_snapshots,
)
from tiktok_music.observability import NAMESPACE
from tiktok_music.refresh.history.notify import METRICS
from tiktok_music.refresh.media.sound.volume import VolumeLimits
from tiktok_music.refresh.settings import SOURCES, RefreshSettings

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers_shared/tiktok_music"
README = (ROOT / "README.md").read_text()
VARIABLES_PAGE = (ROOT / "docs/variables.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
CURATION = (ROOT / "docs/curation.md").read_text()
CODE = "\n".join(
    path.read_text() for folder in (PACKAGE, ROOT / "functions") for path in folder.rglob("*.py")
)
NEEDED = {
    "CATALOG_TABLE": "catalog",
    "AWS_REGION": "eu-central-1",
    "SOURCE_SECRET": "source",
    "MEDIA_BASE_URL": "https://media.example.com",
    "R2_ENDPOINT_URL": "https://x.r2.cloudflarestorage.com",
    "R2_BUCKET": "media",
    "R2_SECRET": "r2",
}


def cells(text: str, heading: str) -> list[list[str]]:
    """The rows of the table whose first column has that heading."""
    lines = text.partition(f"| {heading} |")[2].split("\n")[2:]
    end = next((place for place, line in enumerate(lines) if not line.startswith("|")), None)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[:end]]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


VARIABLES = [
    (name, row[1], default)
    for row in cells(VARIABLES_PAGE, "variable")
    for name, default in zip(
        quoted(row[0]),
        [*(quoted(row[4]) or re.findall(r"^\d+", row[4])), *[""] * len(quoted(row[0]))],
        strict=False,
    )
]


def test_the_variables_are_those_of_the_template() -> None:
    functions = {
        "ListMusicFunction": {"list", "both"},
        "RefreshMusicFunction": {"refresh", "both"},
    }

    for function, words in functions.items():
        named = {name for name, of, _ in VARIABLES if of in words}
        assert named == names_in_template(function)


@pytest.mark.parametrize(
    ("name", "default"),
    [(name, default) for name, of, default in VARIABLES if default and of != "list"],
)
def test_a_documented_default_is_the_one_of_the_code(name: str, default: str) -> None:
    assert RefreshSettings.from_env({**NEEDED, name: default}) == RefreshSettings.from_env(NEEDED)


def test_the_parameter_of_a_variable_is_that_of_the_template() -> None:
    template = load_template()
    set_by: dict[str, str] = {}
    for resource in (template["Globals"]["Function"], *template["Resources"].values()):
        properties = resource.get("Properties", resource)
        variables = properties.get("Environment", {}).get("Variables", {})
        set_by |= {name: str(value).removeprefix("!Ref ") for name, value in variables.items()}

    documented = {
        name: parameter.strip("`")
        for row in cells(VARIABLES_PAGE, "variable")
        for name, parameter in zip(quoted(row[0]), row[2].split(", ") * 9, strict=False)
    }
    assert documented == {
        name: set_by[name] if set_by[name] in template["Parameters"] else "–" for name in documented
    }


def test_every_source_is_documented_and_accepted_by_the_template() -> None:
    [row] = [row for row in cells(VARIABLES_PAGE, "variable") if row[0] == "`SOURCE`"]
    pattern = load_template()["Parameters"]["Source"]["AllowedPattern"]

    assert set(quoted(row[3])) == set(SOURCES)
    assert pattern == "({0})(,({0}))*".format("|".join(SOURCES))


def test_the_variables_of_make_in_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`make [\w-]+ ([A-Z]+)=", README))

    assert named
    assert [name for name in named if f"$({name})" not in makefile] == []


def test_the_documented_metrics_are_those_that_are_counted() -> None:
    documented = {name for row in cells(ARCHITECTURE, "metric") for name in quoted(row[0])}
    counted = set(re.findall(r'(?:count|gauge_seconds)\((?:self\._)?metrics, "(\w+)"', CODE))

    assert documented - {"TracksRejected", "TracksRejectedAudioSilent"} == counted | set(
        METRICS.values()
    )
    assert f"`{NAMESPACE}/<stack>`" in ARCHITECTURE
    assert f"`{NAMESPACE}/<stack>`" in README


def test_the_modules_that_architecture_names_exist() -> None:
    named = re.findall(r"`((?:adapters|api|refresh)/\w+\.py)`", ARCHITECTURE)

    assert named
    assert [name for name in named if not (PACKAGE / name).exists()] == []


def test_the_documented_sources_are_the_adapters() -> None:
    [row] = [
        row for row in cells(ARCHITECTURE, "step") if row[0] == "fetch every page of the chart"
    ]
    adapters = {path.name for path in (PACKAGE / "adapters").glob("*_source.py")}

    named = {name.removeprefix("adapters/") for name in quoted(row[1])}
    assert named == adapters - {"joined_source.py"}
    assert {name.removesuffix("_source.py") for name in named} == set(SOURCES)


def test_the_documented_exit_codes_are_those_of_the_commands() -> None:
    commands = "\n".join(path.read_text() for path in (ROOT / "ops").glob("*.py"))
    raised = {int(code) for code in re.findall(r"(?:Exit\(|INTERRUPTED = )(\d+)", commands)}

    runbook = (ROOT / "docs/runbook.md").read_text()
    sentence = runbook.partition("Exit codes: ")[2].partition(":\n")[0]
    assert {int(code) for code in re.findall(r"(?:^|; )(\d+) if", sentence)} == raised | {0}


def test_every_guarantee_names_an_existing_test() -> None:
    held = [name for row in cells(ARCHITECTURE, "guarantee") for name in quoted(row[1])]

    assert all(quoted(row[1]) for row in cells(ARCHITECTURE, "guarantee"))
    assert [name for name in held if not (ROOT / name).exists()] == []


def test_the_documented_items_are_those_that_the_adapters_write() -> None:
    documented = {re.split("[#<]", quoted(row[1])[0])[0] for row in cells(ARCHITECTURE, "item")}
    prefixes = set(re.findall(r'f"([A-Z]+)#\{', CODE))

    assert documented == prefixes | {
        dynamo_charts.CHARTS_KEY,
        dynamo_lists.LISTS_KEY,
        dynamo_lock.LEASE_KEY,
        dynamo_runs.RUNS_KEY,
        dynamo_snapshots.POINTER_KEY,
    }


def test_the_number_of_languages_of_generic_sounds_is_that_of_their_list() -> None:
    phrases = (PACKAGE / "refresh/curation/titles/data/generic_sounds.txt").read_text()
    languages = re.findall(r"^[a-z-]+:", phrases, re.MULTILINE)

    assert f"(in {len(languages)} languages)" in CURATION


LIMITS = VolumeLimits()


@pytest.mark.parametrize(
    ("reason", "limits"),
    [
        ("AUDIO_DAMAGED", {LIMITS.max_damaged_packet_share * 100, LIMITS.max_true_peak_dbtp}),
        ("AUDIO_TOO_SHORT", {LIMITS.min_duration_seconds, LIMITS.max_duration_seconds / 60}),
        ("AUDIO_SILENT", {LIMITS.silent_below_lufs, LIMITS.silent_from_share * 100}),
        ("AUDIO_TOO_QUIET", {LIMITS.min_integrated_lufs}),
        ("AUDIO_CLIPPED", {LIMITS.max_clipped_share * 100}),
    ],
)
def test_the_numbers_of_a_reason_are_its_limits(reason: str, limits: set[float]) -> None:
    [row] = [row for row in cells(CURATION, "reason") if f"`{reason}`" in row[0]]
    numbers = re.findall(r"−?\d+(?:\.\d+)?", row[1])

    assert {float(number.replace("−", "-")) for number in numbers} == limits


def test_the_settings_of_curation_are_variables() -> None:
    variables = {name for name, _, _ in VARIABLES}

    named = {name for row in cells(CURATION, "reason") for name in quoted(row[2])}
    assert named
    assert named - variables == set()
