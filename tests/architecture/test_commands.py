"""The commands in the documents: aws, sam and catalog know each of them and its options."""

import json
import os
import re
import shlex
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import typer
from botocore import xform_name
from botocore.model import OperationModel

from ops.cli import app
from tests.architecture.test_docs import DOCUMENTS, ROOT

SAM = ROOT / ".venv-sam/bin/sam"
# Options of every aws command.
GLOBAL = {
    "--cli-binary-format",
    "--endpoint-url",
    "--max-items",
    "--no-cli-pager",
    "--output",
    "--profile",
    "--query",
    "--region",
}
# Commands of the AWS CLI itself, which no service model has.
OWN_COMMANDS = {("logs", "tail"): {"--since", "--format", "--follow"}}
# `--endpoint` would be taken for the global option.
RENAMED = {("sns", "subscribe"): {"--endpoint": "--notification-endpoint"}}
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:aws|sam|\.venv-sam/bin/sam|catalog) [^`]+)`")
# A whole line of a block.
COMMAND = re.compile(r"(?:[A-Z_]+=\S* )*\S*\b(?:aws|sam|catalog) ")
ASSIGNMENT = re.compile(r"[A-Z_]+=")


def commands_of(text: str) -> list[list[str]]:
    """The words of each command, without comments and the variables before it."""
    lines = [
        line
        for block in BLOCK.findall(text)
        for line in re.sub(r"\\\n\s*", " ", block).splitlines()
    ]
    found = []
    for line in [*filter(COMMAND.match, lines), *INLINE.findall(text)]:
        words = shlex.split(line, comments=True)
        while words and ASSIGNMENT.match(words[0]):
            words.pop(0)
        if words:
            found.append(words)
    return found


def documented(program: str) -> list[tuple[str, list[str]]]:
    return [
        (document.name, words)
        for document in DOCUMENTS
        for words in commands_of(document.read_text())
        if Path(words[0]).name == program
    ]


def split(words: list[str]) -> tuple[list[str], dict[str, str | None]]:
    """Positional words, and options with their values."""
    plain: list[str] = []
    options: dict[str, str | None] = {}
    name = None
    for word in words:
        if word.startswith("--"):
            name, _, value = word.partition("=")
            options[name] = value or None
        elif name is not None and options[name] is None:
            options[name] = word
        else:
            plain.append(word)
    return plain, options


@cache
def operations(service: str) -> dict[str, OperationModel]:
    model = botocore.session.Session().get_service_model(service)
    return {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}


@cache
def waiters(service: str) -> dict[str, str]:
    """Waiters, and the operation that each polls."""
    model = botocore.session.Session().get_waiter_model(service)
    names = model.waiter_names
    return {xform_name(name, "-"): model.get_waiter(name).operation for name in names}


def option(operation: OperationModel, member: str) -> str:
    name = f"--{xform_name(member, '-')}"
    command = (operation.service_model.service_name, xform_name(operation.name, "-"))
    return RENAMED.get(command, {}).get(name, name)


def names_of(operation: OperationModel) -> dict[str, Any]:
    """The options of a command, and the shapes of their values."""
    members = operation.input_shape.members if operation.input_shape else {}
    names = {option(operation, member): shape for member, shape in members.items()}
    flags = {name: shape for name, shape in names.items() if shape.type_name == "boolean"}
    return names | {f"--no-{name[2:]}": shape for name, shape in flags.items()}


def problems_of(words: list[str]) -> list[str]:
    """The errors that aws would report for a command."""
    _, service, command, *rest = words
    plain, options = split(rest)
    if (service, command) in OWN_COMMANDS:
        return sorted(options.keys() - OWN_COMMANDS[service, command] - GLOBAL)
    if command == "wait":
        waiter = waiters(service)[plain.pop(0)]
        operation = operations(service).get(xform_name(waiter, "-"))
    else:
        operation = operations(service).get(command)
    if operation is None:
        return [f"{service} has no {command}"]
    names = names_of(operation)
    problems = [f"no option {name}" for name in options.keys() - names.keys() - GLOBAL]
    required = operation.input_shape.required_members if operation.input_shape else []
    needed = {option(operation, member) for member in required}
    problems += [f"without {name}" for name in sorted(needed - options.keys())]
    for name, value in options.items():
        allowed = getattr(names.get(name), "enum", [])
        if allowed and value not in allowed:
            problems.append(f"{name} {value}, not one of {', '.join(allowed)}")
    # A file is named where the answer is a stream.
    if len(plain) != (1 if operation.has_streaming_output else 0):
        problems.append(f"unexpected words: {plain}")
    return problems


def test_the_examples_are_found() -> None:
    counts = {program: len(documented(program)) for program in ("aws", "sam", "catalog")}

    assert counts["aws"] > 15
    assert counts["sam"] > 3
    assert counts["catalog"] > 20


@pytest.mark.parametrize(("document", "words"), documented("aws"), ids=lambda each: str(each)[:60])
def test_aws_knows_every_command_and_option(document: str, words: list[str]) -> None:
    assert problems_of(words) == []


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("aws sns make-topic", "sns has no make-topic"),
        ("aws sns create-topic --name x --colour red", "no option --colour"),
        ("aws sns create-topic", "without --name"),
        ("aws lambda invoke --function-name f", "unexpected words: []"),
        (
            "aws acm request-certificate --domain-name a.test --validation-method PIGEON",
            "--validation-method PIGEON, not one of EMAIL, DNS, HTTP",
        ),
    ],
)
def test_an_invalid_command_is_found(command: str, problem: str) -> None:
    assert problems_of(command.split()) == [problem]


def test_json_arguments_of_commands_parse() -> None:
    values = [
        value
        for _, words in documented("aws")
        for value in split(words[3:])[1].values()
        if value is not None and value.startswith(("{", "["))
    ]

    assert len(values) >= 3
    for value in values:
        json.loads(value)


@cache
def sam_help(command: tuple[str, ...]) -> str:
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "COLUMNS": "200"}
    return subprocess.run(
        [SAM, *command, "--help"], env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.skipif(
    not SAM.exists(), reason="SAM's own environment is not there: make check installs it"
)
@pytest.mark.parametrize(("document", "words"), documented("sam"), ids=lambda each: str(each)[:60])
def test_sam_knows_every_command_and_option(document: str, words: list[str]) -> None:
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    command = tuple(words[1 : 3 if words[1] == "local" else 2])

    assert [name for name in sorted(options) if name not in sam_help(command)] == []


@pytest.mark.parametrize(
    ("document", "words"), documented("catalog"), ids=lambda each: str(each)[:60]
)
def test_catalog_knows_every_option(document: str, words: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    rest = words[1:]
    while rest and hasattr(command, "commands") and not rest[0].startswith("-"):
        command = command.commands[rest.pop(0)]

    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    options = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert sorted(options - known) == []
