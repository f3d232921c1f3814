"""The operator's command: every command is documented, and parses as the documents show it."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ops.cli import app
from tests.architecture.test_docs import DOCUMENTS, ROOT, text_of

CLI: Any = typer.main.get_command(app)
GROUPS = [name for name, command in CLI.commands.items() if hasattr(command, "commands")]


def lines_of(document: Path) -> list[list[str]]:
    """The words of every command line in a code block, without `catalog` and comments."""
    found = re.findall(r"^(?:\.venv/bin/)?catalog +(.+)$", document.read_text(), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in found]


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """The command named by the words, and its arguments."""
    command, rest = CLI, list(words)
    while rest and hasattr(command, "commands") and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    return command, rest


def leaves(command: Any, *names: str) -> list[tuple[str, ...]]:
    nested = getattr(command, "commands", None)
    if nested is None:
        return [names]
    return [leaf for name, each in nested.items() for leaf in leaves(each, *names, name)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_line_of_a_document_parses(
    document: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists.json").touch()
    for words in lines_of(document):
        command, arguments = resolve(words)
        if arguments != ["--help"]:
            command.make_context(" ".join(words), arguments)  # raises a usage error


def test_the_runbook_shows_every_command() -> None:
    lines = [tuple(words) for words in lines_of(ROOT / "docs" / "runbook.md")]
    shown = {leaf for leaf in leaves(CLI) if any(line[: len(leaf)] == leaf for line in lines)}

    assert set(leaves(CLI)) - shown == {("preview",)}


def test_the_readme_lists_every_command() -> None:
    table = text_of("README.md").partition("| command | what it does |")[2].partition("\n\n")[0]

    assert set(re.findall(r"`catalog ([a-z]+)`", table)) == set(CLI.commands)


@pytest.mark.parametrize("leaf", leaves(CLI), ids=" ".join)
def test_every_command_has_help_and_a_json_option(leaf: tuple[str, ...]) -> None:
    command, _ = resolve(list(leaf))

    assert len(command.help or "") > 20
    options = {name for each in command.params for name in each.opts}
    assert "--json" in options
    without_help = [each.name for each in command.params if not getattr(each, "help", None)]
    assert without_help == []


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    result = CliRunner().invoke(app, ["--version"])

    assert (result.exit_code, result.output) == (0, f"{project['version']}\n")


@pytest.mark.parametrize("group", GROUPS)
def test_the_help_of_a_group_names_every_command_of_it(group: str) -> None:
    command = CLI.commands[group]

    named = command.help.partition(": ")[2].rstrip(".").split(", ")
    assert sorted(named) == sorted(command.commands)
