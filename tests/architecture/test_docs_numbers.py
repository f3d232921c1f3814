"""Names and figures of the documents against the code that they come from."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.test_template import load_template, names_in_template
from tiktok_music.adapters import dynamo_lists, dynamo_publisher, dynamo_runs, dynamo_snapshots
from tiktok_music.api import auth, rate_limit
from tiktok_music.api import snapshot_cache as catalog
from tiktok_music.observability import NAMESPACE
from tiktok_music.pointer_moves import KEPT_VERSIONS
from tiktok_music.refresh.history.notify import METRICS
from tiktok_music.refresh.media import pipeline
from tiktok_music.refresh.media.policy import PreviewPolicy
from tiktok_music.refresh.media.sound import fingerprint
from tiktok_music.refresh.media.sound.volume import VolumeLimits
from tiktok_music.refresh.settings import SOURCES, RefreshSettings
from tiktok_music.snapshot import CHUNK_BYTES

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers_shared/tiktok_music"
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
CURATION = (ROOT / "docs/curation.md").read_text()
CODE = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
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
    for row in cells(README, "variable")
    for name, default in zip(
        quoted(row[0]),
        [*(quoted(row[3]) or re.findall(r"^\d+", row[3])), *[""] * len(quoted(row[0]))],
        strict=False,
    )
]


def test_the_variables_are_those_of_the_template() -> None:
    told = {"ListMusicFunction": {"list", "both"}, "RefreshMusicFunction": {"refresh", "both"}}

    for function, words in told.items():
        named = {name for name, of, _ in VARIABLES if of in words}
        assert named == names_in_template(function)


@pytest.mark.parametrize(
    ("name", "default"),
    [(name, default) for name, of, default in VARIABLES if default and of != "list"],
)
def test_a_default_is_the_one_of_the_code(name: str, default: str) -> None:
    assert RefreshSettings.from_env({**NEEDED, name: default}) == RefreshSettings.from_env(NEEDED)


def test_every_source_is_told_and_let_through_by_the_template() -> None:
    [row] = [row for row in cells(README, "variable") if row[0] == "`SOURCE`"]
    pattern = load_template()["Parameters"]["Source"]["AllowedPattern"]

    assert set(quoted(row[2])) == set(SOURCES)
    assert pattern == "({0})(,({0}))*".format("|".join(SOURCES))


def test_the_readme_names_the_variables_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`make [\w-]+ ([A-Z]+)=", README))

    assert named == {"PORT", "MUSIC", "UPSTREAM"}
    assert [name for name in named if f"$({name})" not in makefile] == []


def test_the_metrics_are_those_that_are_counted() -> None:
    told = {name for row in cells(ARCHITECTURE, "metric") for name in quoted(row[0])}
    counted = set(re.findall(r'(?:count|gauge_seconds)\((?:self\._)?metrics, "(\w+)"', CODE))

    assert told - {"TracksRejected", "TracksRejectedAudioSilent"} == counted | set(METRICS.values())
    assert f"`{NAMESPACE}/<stack>`" in ARCHITECTURE
    assert f"`{NAMESPACE}/<stack>`" in README


def test_the_modules_that_architecture_names_are_there() -> None:
    named = re.findall(r"`((?:adapters|api|refresh)/\w+\.py)`", ARCHITECTURE)

    assert len(named) > 10
    assert [name for name in named if not (PACKAGE / name).exists()] == []


def test_the_promises_are_held_by_tests_that_are_there() -> None:
    held = [name for row in cells(ARCHITECTURE, "guarantee") for name in quoted(row[1])]

    assert all(quoted(row[1]) for row in cells(ARCHITECTURE, "guarantee"))
    assert [name for name in held if not (ROOT / name).exists()] == []


def test_the_items_are_those_that_the_adapters_write() -> None:
    told = {re.split("[#<]", quoted(row[1])[0])[0] for row in cells(ARCHITECTURE, "item")}
    prefixes = set(re.findall(r'f"([A-Z]+)#\{', CODE))

    assert told == prefixes | {
        dynamo_lists.LISTS_KEY,
        dynamo_publisher.LEASE_KEY,
        dynamo_runs.RUNS_KEY,
        dynamo_snapshots.POINTER_KEY,
    }


def test_the_figures_of_architecture_are_those_of_the_code() -> None:
    assert pipeline.IO_THREADS == 16
    assert "Sixteen threads" in ARCHITECTURE
    assert f"at most {CHUNK_BYTES // 1024} KB" in ARCHITECTURE
    assert f"(cached for {auth.KNOWN_SECONDS:.0f} s)" in ARCHITECTURE
    assert f"looks at the pointer every {catalog.CHECK_SECONDS:.0f} s" in ARCHITECTURE
    assert (rate_limit.BLOCKS_PER_LIMIT, "blocks of a twentieth" in ARCHITECTURE) == (20, True)
    assert (KEPT_VERSIONS - 1, "at least thirteen" in ARCHITECTURE) == (13, True)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("AUDIO_DAMAGED", "more than {damaged:.0f} % of the packets"),
        ("AUDIO_DAMAGED", "a true peak above +{peak:.0f} dBTP"),
        ("AUDIO_TOO_SHORT", "less than {shortest:.0f} s, more than {longest:.0f} min"),
        ("AUDIO_SILENT", "at or below −{silent:.0f} LUFS, or {silence:.0f} % silence"),
        ("AUDIO_TOO_QUIET", "below −{quiet:.0f} LUFS"),
        ("AUDIO_CLIPPED", "more than {clipped:.0f} % of the samples"),
    ],
)
def test_the_limits_of_curation_are_those_of_the_code(reason: str, sentence: str) -> None:
    limits = VolumeLimits()
    figures: dict[str, Any] = {
        "damaged": limits.max_damaged_packet_share * 100,
        "peak": limits.max_true_peak_dbtp,
        "shortest": limits.min_duration_seconds,
        "longest": limits.max_duration_seconds / 60,
        "silent": -limits.silent_below_lufs,
        "silence": limits.silent_from_share * 100,
        "quiet": -limits.min_integrated_lufs,
        "clipped": limits.max_clipped_share * 100,
    }
    [row] = [row for row in cells(CURATION, "reason") if f"`{reason}`" in row[0]]

    assert sentence.format(**figures) in row[1]


def test_the_preview_of_curation_is_that_of_the_code() -> None:
    policy = PreviewPolicy()

    assert f"plays at −{-policy.target_lufs:.0f} LUFS" in CURATION
    assert f"ceiling of −{-policy.ceiling_dbtp:.0f} dBTP" in CURATION
    assert f"at most {policy.preview_seconds:.0f} s long" in CURATION
    assert VolumeLimits().max_silence_share == 0.5
    assert "more than half of the time is silent" in CURATION


def test_the_settings_of_curation_are_variables() -> None:
    variables = {name for name, _, _ in VARIABLES}

    told = {name for row in cells(CURATION, "reason") for name in quoted(row[2])}
    assert told
    assert told - variables == set()


def test_the_fingerprint_of_curation_is_that_of_the_code() -> None:
    assert f"at most {fingerprint.SAME_RECORDING_BIT_ERROR_RATE:.2f} over" in CURATION
