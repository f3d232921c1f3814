"""Names in the documents exist in the code, and lists of them are complete."""

import ast
import importlib
import re
from pathlib import Path

import pytest
import typer

from ops.cli import app
from tests.architecture.test_template import load_template
from tiktok_music.refresh.history.notify import METRICS
from tiktok_music.refresh.rejection import RejectionReason
from tiktok_music.refresh.report import Outcome

ROOT = Path(__file__).parents[2]
FAILURES = (
    Outcome.REFUSED,
    Outcome.SOURCE_FAILED,
    Outcome.OUT_OF_TIME,
    Outcome.LOCKED,
    Outcome.LOST,
    Outcome.FAILED,
)
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "clients").rglob("*.md")),
    *sorted((ROOT / "picker").rglob("*.md")),
]


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def test_curation_documents_every_reason_and_no_other() -> None:
    named = set(
        re.findall(
            r"`([A-Z]+(?:_[A-Z]+)+|RETIRED|DENIED|PROFANITY|UNAVAILABLE)`",
            text_of("docs/curation.md"),
        )
    )

    settings = {name for name in named if f"`{name}`" in text_of("docs/variables.md")}
    assert named - settings - {"LISTS"} == {str(reason) for reason in RejectionReason}


def test_the_readme_documents_every_outcome() -> None:
    table = text_of("README.md").partition("| outcome |")[2].partition("\n\n")[0]
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE))

    assert documented == {str(outcome) for outcome in Outcome}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_named_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = set(
        re.findall(r"\bmake ([a-z-]+)\b(?= *(?:#|`|$|[A-Z]+=))", document.read_text(), re.MULTILINE)
    )

    assert named - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_named_path_exists(document: Path) -> None:
    text = document.read_text()
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    paths = re.findall(r"`((?:docs|ops|tests|events|functions|local)/[\w./]+\.\w+)`", text)

    missing = [link for link in links if not (document.parent / link).exists()]
    missing += [path for path in paths if not (ROOT / path).exists()]
    assert missing == [], missing


def test_every_name_in_contributing_exists() -> None:
    text, package = text_of("CONTRIBUTING.md"), ROOT / "layers_shared" / "tiktok_music"
    scripts = (ROOT / "picker" / "modules").glob("*.js")
    code = "\n".join(path.read_text() for path in [*package.rglob("*.py"), *scripts])

    modules = re.findall(r"`((?:adapters|announce|api|composition|refresh)/[\w./]+\.\w+)`", text)
    functions = re.findall(r"`(\w+)\(\)`", text)
    classes = re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", text)
    tables = re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", text)
    assert [name for name in modules if not (package / name).exists()] == []
    defined = set(re.findall(r"\b(?:def|function) (\w+)\(", code))
    assert set(functions) - defined == set()
    of_template = set(re.findall(r"\w+", text_of("template.yaml")))
    assert [
        name for name in classes if f"class {name}" not in code and name not in of_template
    ] == []
    constants = set(re.findall(r"^(?:export )?(?:const )?([A-Z_]+)\b.* = ", code, re.MULTILINE))
    variables = set(re.findall(r"`([A-Z_]+)`", text_of("docs/variables.md")))
    assert set(tables) - constants - variables == {"LATE"}  # of a test
    assert min(map(len, (modules, functions, classes, tables))) > 1


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_of_a_command_exists(document: Path) -> None:
    modules = re.findall(r"python -m ((?:ops|tests|bench)\.[\w.]+\w)", document.read_text())

    assert [name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").exists()] == []


def test_every_event_is_used_by_a_test() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))

    events = {path.name for path in (ROOT / "events").glob("*.json")}
    assert {name for name in events if f'"{name}"' not in tests} == set()


def test_no_document_names_a_home_directory() -> None:
    tracked = [path for path in ROOT.rglob("*.md") if not {".venv", ".venv-sam"} & set(path.parts)]

    assert [path for path in tracked if re.search(r"/(root|home)/\w", path.read_text())] == []


def test_the_runbook_documents_every_gate_and_failure_metric() -> None:
    runbook = text_of("docs/runbook.md")
    sources = "\n".join(
        text_of(f"layers_shared/tiktok_music/{name}")
        for name in ("refresh/gates.py", "refresh/refresh.py")
    )

    gates = set(re.findall(r'Refusal\(\s*"([A-Z]+)"', sources)) | {"PINNED"}
    assert {gate for gate in gates if f"| `{gate}` |" not in runbook} == set()
    assert len(gates) > 1
    failures = {name for outcome, name in METRICS.items() if outcome in FAILURES}
    assert {name for name in failures if f"`{name}`" not in runbook} == set()


def test_the_runbook_has_a_section_for_every_alarm_and_no_other() -> None:
    alarms = {
        name
        for name, resource in load_template()["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }

    sections = re.findall(r"^### (\w+)$", text_of("docs/runbook.md"), re.M)
    assert set(sections) == alarms


def test_the_operator_documents_name_every_parameter_and_output() -> None:
    page, template = text_of("docs/deploy.md") + text_of("docs/runbook.md"), load_template()

    pairs = re.findall(r"`(\w+)`|<(\w+)>", page)
    names = {name for pair in pairs for name in pair}
    needed = template["Parameters"].keys() | template["Outputs"].keys()
    assert needed - names - {"RefreshLogGroup", "ListLogGroup"} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_named_operator_command_exists(document: Path) -> None:
    commands = {name: command for name, command in typer.main.get_command(app).commands.items()}  # type: ignore[attr-defined]  # a group
    named = re.findall(
        r"(?:^|`|bin/)catalog ([a-z]+)(?: ([a-z][a-z-]+))?", document.read_text(), re.MULTILINE
    )

    for first, second in named:
        assert first in commands, first
        nested = getattr(commands[first], "commands", {})
        assert not nested or not second or second in nested, (first, second)


def test_the_index_of_decisions_has_every_decision_with_its_title() -> None:
    folder = ROOT / "docs/decisions"
    titles = {path.name: path.read_text().partition("\n")[0][2:] for path in folder.glob("0*.md")}

    listed = re.findall(
        r"^\| \[(.+)\]\((.+)\) \|", (folder / "README.md").read_text(), re.MULTILINE
    )
    assert {file: title for title, file in listed} == titles


def test_the_entry_page_lists_every_page() -> None:
    folder = ROOT / "docs"
    listed = re.findall(r"^\| \[[\w.-]+\]\((.+?)\) \|", text_of("docs/README.md"), re.MULTILINE)

    pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert set(listed) == pages | {"decisions/README.md"}


def prose_lines(document: Path) -> list[str]:
    """The lines outside of tables and code."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    return [line for line in text.splitlines() if not line.startswith("|")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_line_of_prose_is_longer_than_140_characters(document: Path) -> None:
    assert [line for line in prose_lines(document) if len(line) > 140] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_linked_heading_exists(document: Path) -> None:
    missing = []
    for file, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", document.read_text()):
        linked = (document.parent / file).read_text() if file else document.read_text()
        headings = re.findall(r"^#+ (.+)$", linked, re.MULTILINE)
        if anchor not in {anchor_of(heading) for heading in headings}:
            missing.append(f"{file}#{anchor}")
    assert missing == [], missing


def anchor_of(heading: str) -> str:
    """The name that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_newest_release_of_the_changelog_is_that_of_the_package() -> None:
    newest = re.findall(r"^## (\d\S*)", text_of("CHANGELOG.md"), re.MULTILINE)[0]
    assert f'\nversion = "{newest}"\n' in text_of("pyproject.toml")


def test_the_notice_names_the_shipped_packages_and_no_other() -> None:
    shipped = {
        name
        for path in [
            *ROOT.glob("functions/*/requirements.txt"),
            ROOT / "layers_shared/requirements.txt",
        ]
        for name in re.findall(r"^([a-z][\w.-]*)(?:\[\w+\])?==", path.read_text(), re.MULTILINE)
    }

    wheels = text_of("NOTICE").partition("Data in ")[0].lower()
    words = set(re.findall(r"[a-z][\w.-]*[a-z0-9]", wheels))
    packages = {
        name
        for path in ROOT.glob("requirements*.txt")
        for name in re.findall(r"^([a-z][\w.-]*)(?:\[\w+\])?==", path.read_text(), re.MULTILINE)
    }
    assert words & (packages | shipped) == shipped
    assert len(shipped) > 20


def test_every_import_of_an_example_exists() -> None:
    missing, found = [], 0
    for document in DOCUMENTS:
        for block in re.findall(r"^```python\n(.*?)^```", document.read_text(), re.M | re.S):
            for node in ast.walk(ast.parse(block)):
                if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tiktok_music"):
                    module, found = importlib.import_module(str(node.module)), found + 1
                    missing += [each.name for each in node.names if not hasattr(module, each.name)]
    assert missing == []
    assert found > 5
