"""How commands print: tables for people, JSON for programs, errors in one line."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, TypeVar

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.deployment import DeploymentNotFound
from ops.error_hints import hint_for, in_brackets
from tiktok_music.errors import CatalogError

Command = TypeVar("Command", bound=Callable[..., Any])


def console() -> Console:
    """A console as wide as the terminal; what is not one has no width of its own."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def side_console() -> Console:
    """A console beside the answer: what a program reads on stdout stays free of it."""
    return Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 160)


def print_json(value: Any) -> None:
    """Indented JSON, letters of every script as they are."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A plain table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console().print(table)


def told(command: Command) -> Command:
    """Errors that an operator can mend end the command with one line and exit code 2."""

    @wraps(command)
    def with_errors_told(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except DeploymentNotFound as exc:
            typer.echo(f"catalog: {exc}", err=True)
            raise typer.Exit(2) from exc
        except CatalogError as exc:
            typer.echo(f"catalog: {exc}{in_brackets(hint_for(exc))}", err=True)
            raise typer.Exit(2) from exc
        except (BotoCoreError, ClientError) as exc:
            typer.echo(f"catalog: AWS cannot be asked: {exc}{in_brackets(hint_for(exc))}", err=True)
            raise typer.Exit(2) from exc

    return with_errors_told  # type: ignore[return-value]  # the same signature, by wraps


def confirm(question: str, *, yes: bool) -> None:
    """Asks, unless told not to; no answer is no. Asked beside the answer that a program reads."""
    try:
        is_wanted = yes or typer.confirm(question, err=True)
    except typer.Abort as exc:
        typer.echo("\nnobody answered, and nothing was done: --yes answers", err=True)
        raise typer.Exit(1) from exc
    if not is_wanted:
        typer.echo("nothing was done", err=True)
        raise typer.Exit(1)
