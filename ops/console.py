"""Terminal output of commands: tables for people, JSON for programs, errors in one line."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

import typer
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.error_hints import hint_for, in_brackets, one_line
from ops.errors import CommandError
from tiktok_music.errors import CatalogError

# Control characters, which a terminal obeys, and those that turn the direction of text: upstream's
# words are data. Rich and JSON need line feeds, tables have tabs.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
Command = TypeVar("Command", bound=Callable[..., Any])
# Columns where the output is not a terminal.
PLAIN_WIDTH = 160


def console() -> Console:
    """A console on stdout."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)


def stderr_console() -> Console:
    """A console on stderr: stdout holds only the answer, for programs to read."""
    width = None if sys.stderr.isatty() else PLAIN_WIDTH
    return Console(stderr=True, highlight=False, width=width)


def harmless(text: object) -> str:
    """The text with commands to a terminal made visible, in the escapes of JSON."""
    return _COMMANDS.sub(lambda match: f"\\u{ord(match[0]):04x}", str(text))


def echo(text: object, *, err: bool = False) -> None:
    """Prints a line on stdout or stderr; every command prints through this module."""
    typer.echo(harmless(text), err=err)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Prints JSON without escapes for letters of other scripts."""
    echo(json.dumps(value, indent=indent, ensure_ascii=False))


def camel_keys(value: Any) -> Any:
    """The value with `snake_case` names of members, as stored, in the camelCase of all JSON."""
    if isinstance(value, Mapping):
        return {_camel(name): camel_keys(each) for name, each in value.items()}
    return [camel_keys(each) for each in value] if isinstance(value, list | tuple) else value


def _camel(name: str) -> str:
    first, *words = name.split("_")
    return first + "".join(map(str.title, words))


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, to: Console | None = None
) -> None:
    """Prints a table without borders."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(harmless(cell)) for cell in row))
    (to or console()).print(table)


def cell(value: object) -> str:
    """The text of a JSON value in a table: nothing for null, a list without brackets."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def reports_errors(command: Command) -> Command:
    """Decorator: expected errors end the command with one line on stderr and exit code 2."""

    @wraps(command)
    def reporting(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CommandError as exc:
            text = str(exc)
            cause: Exception = exc
        except CatalogError as exc:
            text = f"{exc}{in_brackets(hint_for(exc))}"
            cause = exc
        except (BotoCoreError, ClientError, ResponseParserError) as exc:
            text = f"AWS request failed: {one_line(exc)}{in_brackets(hint_for(exc))}"
            cause = exc
        echo(f"catalog: {text}", err=True)
        raise typer.Exit(2) from cause

    return reporting  # type: ignore[return-value]  # the same signature, by wraps


def confirm(question: str, *, yes: bool) -> None:
    """Asks for confirmation on stderr unless `yes`; exits with 1 unless it is given."""
    try:
        is_confirmed = yes or typer.confirm(harmless(question), err=True)
    except typer.Abort as exc:
        echo("\nno confirmation; nothing changed (use --yes)", err=True)
        raise typer.Exit(1) from exc
    if not is_confirmed:
        echo("nothing changed", err=True)
        raise typer.Exit(1)
