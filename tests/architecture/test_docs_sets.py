"""Lists and counts in the documents are those of the code, with every member and no other."""

import json
import re
from pathlib import Path

import pytest
import typer

from ops.cli import app
from tests.architecture.test_docs_numbers import ARCHITECTURE, CURATION, cells, quoted
from tests.architecture.test_template import load_template
from tests.rehearsal.combinations import every
from tiktok_music.api.request_log import AnsweredRequest
from tiktok_music.api.tokens import mint_request, restrictions
from tiktok_music.charts import GENRES
from tiktok_music.publish_policy import NotHonored
from tiktok_music.refresh.curation.languages.table import LanguageTable
from tiktok_music.refresh.gates import ABSOLUTE
from tiktok_music.resolve_publish import WARNINGS
from tiktok_music_client.filters import Filters
from tiktok_music_client.options import OptionChanges

ROOT = Path(__file__).parents[2]
API, CHARTS, DEPLOY, DIRECT, RIGHTS, RUNBOOK = (
    (ROOT / f"docs/{name}.md").read_text()
    for name in ("api", "charts", "deploy", "direct-publish", "rights", "runbook")
)
PYTHON_CLIENT = (ROOT / "clients/python/README.md").read_text()
# Held by every forced run, beside the checks that are absolute.
PINNED = "PINNED"


def logged(row_of: str) -> list[str]:
    """The documented members of a line of a log."""
    [row] = [row for row in cells(DEPLOY, "line") if row[0].startswith(row_of)]
    return quoted(row[0])


def test_the_members_of_the_lines_of_the_logs_are_documented() -> None:
    request = AnsweredRequest.of(
        {"state": {"request_id": "req_1"}, "method": "GET"}, status=200, seconds=0.1
    )
    api = load_template()["Resources"]["HttpApi"]["Properties"]

    assert logged("list function") == ['"message": "request"', *request.to_dict()]
    assert logged("access log") == list(json.loads(api["AccessLogSettings"]["Format"]))


def test_the_runbook_and_the_command_name_the_checks_that_force_does_not_skip() -> None:
    absolute = {gate.__name__.strip("_").upper() for gate in ABSOLUTE} | {PINNED}

    held = {
        name
        for row in cells(RUNBOOK, "gate")
        for name in quoted(row[0])
        if "force does not skip this check" in row[-1]
    }
    [force] = [
        option
        for option in typer.main.get_command(app).commands["refresh"].params  # type: ignore[attr-defined]  # a group
        if option.name == "force"
    ]
    assert held == absolute
    assert set(re.findall("[A-Z]{3,}", force.help)) == absolute


def test_retention_is_told_of_every_stored_item() -> None:
    def prefixes(names: list[str]) -> set[str]:
        return {re.split("[#<]", name)[0] for name in names if name[:3].isupper()}

    stored = {name for row in cells(ARCHITECTURE, "item") for name in prefixes(quoted(row[1]))}
    told = {name for row in cells(RIGHTS, "what") for name in prefixes(quoted(row[0]))}

    # The lease holds for a run.
    assert told == stored - {"LOCK"}


def test_the_members_and_restrictions_of_a_request_for_a_token_are_documented() -> None:
    section = API.partition("## Browser tokens")[2]
    rows = {quoted(row[0])[0]: row[1] for row in cells(section, "member")}

    assert tuple(rows) == mint_request.MEMBERS
    assert tuple(quoted(rows["restrict"])) == restrictions.NAMES


def test_every_warning_and_every_reason_of_resolve_is_explained() -> None:
    tables = [line for line in (API + DIRECT).splitlines() if line.startswith("|")]
    named = set(quoted("\n".join(tables)))

    assert set(WARNINGS) - named == set()
    [degraded] = [row[1] for row in cells(DIRECT, "warning") if "DEGRADED_TO_AUTO" in row[0]]
    assert set(quoted(degraded)) & set(NotHonored) == set(NotHonored)


def test_the_filters_and_options_of_the_python_client_are_in_its_readme() -> None:
    filters = PYTHON_CLIENT.partition("Filters: ")[2].partition(". ")[0]

    assert quoted(filters) == list(Filters.__annotations__)
    options = [name for row in cells(PYTHON_CLIENT, "option") for name in quoted(row[0])]
    assert options == list(OptionChanges.__annotations__)


@pytest.mark.parametrize(
    ("file", "count"),
    [
        ("duplicate_pairs_held_out.tsv", r"([\d,]+) pairs"),
        ("duplicate_pairs_kinds.tsv", r"`duplicate_pairs_kinds.tsv` \(([\d,]+) pairs\)"),
        ("language_heldout.tsv", r"([\d,]+) titles in"),
        ("profanity_held_out.tsv", r"([\d,]+) texts"),
    ],
)
def test_a_documented_number_of_examples_is_that_of_their_file(file: str, count: str) -> None:
    lines = (ROOT / "tests/data" / file).read_text().splitlines()
    examples = [line for line in lines if line and not line.startswith("#")]

    [number, *_] = re.findall(count, CURATION)
    assert int(number.replace(",", "")) == len(examples)


def test_the_number_of_languages_of_the_word_lists_is_that_of_their_tables() -> None:
    folder = ROOT / "layers_shared/tiktok_music/refresh/curation/languages/data"
    tables = [path.name.partition(".")[0] for path in folder.glob("*.words.txt.xz")]

    codes = {code for script in tables for code in LanguageTable.load(folder, script).codes}
    assert f"word lists of {len(codes)} languages" in CURATION


def test_the_number_of_combinations_of_a_rehearsal_is_theirs() -> None:
    assert f"every combination of the stack's parts, {len(every()):,} in" in DEPLOY


def test_the_number_of_genres_is_that_of_the_library() -> None:
    assert f"the {len(GENRES)} of TikTok's Commercial Music Library" in CHARTS
