"""Records changes by operators (who, when, what, why), and `catalog audit`, which lists them."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import boto3
import typer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from ops.console import echo, print_json, print_table, reports_errors
from ops.deployment import Deployment, open_deployment
from ops.options import JsonOption, StackOption
from tiktok_music.errors import StoreError

LONGEST_TEXT = 500
IDENTITY = Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 2})


@reports_errors
def audit(
    days: Annotated[int, typer.Option("--days", help="Days to list.", min=1, max=3650)] = 30,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """List the changes that operators made, the newest first: who, when, what, why."""
    changes = recent_changes(open_deployment(stack), days)
    if as_json:
        print_json(changes)
    elif changes:
        print_table(("at", "who", "command", "what", "why", "outcome"), map(_row, changes))
    else:
        echo(f"no changes in the last {days} days")


def recent_changes(deployment: Deployment, days: int) -> list[dict[str, Any]]:
    """The changes of the last days, the newest first."""
    today = datetime.now(UTC).date()
    return deployment.changes.of_days(today - timedelta(days=back) for back in range(days))


def required_reason(reason: str | None) -> str:
    """The reason of a change that needs one; asks for it on a terminal."""
    if reason is None and sys.stdin.isatty():
        reason = typer.prompt("why (stored, see catalog audit)", err=True)
    if reason is None or not reason.strip():
        raise typer.BadParameter("--reason is missing: it is the record of why")
    return reason


@contextmanager
def recorded(
    deployment: Deployment, command: str, what: Mapping[str, Any], reason: str | None = None
) -> Iterator[dict[str, Any]]:
    """Records the change that its body makes, before it is made and with its outcome.

    A change that cannot be recorded is not made. Yields the members of `what`, to add results. An
    entry that stays `started` is of a command that was killed.
    """
    started = datetime.now(UTC)
    change: dict[str, Any] = {
        "at": started.isoformat(timespec="seconds"),
        "who": _identity(),
        "command": command,
        "what": dict(what),
        "reason": reason[:LONGEST_TEXT] if reason else None,
        "outcome": "started",
    }
    key = deployment.changes.add(started.date(), change)
    try:
        yield change["what"]
    except BaseException as exc:
        _finish(deployment, key, {**change, "outcome": f"failed: {_named(exc)}"[:LONGEST_TEXT]})
        raise
    _finish(deployment, key, {**change, "outcome": "done"})


def _finish(deployment: Deployment, key: str, change: dict[str, Any]) -> None:
    """The change is made or has failed: a second failure here must not hide that."""
    try:
        deployment.changes.replace(key, change)
    except StoreError as exc:
        echo(f"catalog: the outcome is not on record: {exc}", err=True)


def _named(exc: BaseException) -> str:
    if isinstance(exc, typer.Exit):
        return f"exit code {exc.exit_code}"
    return " ".join(str(exc).split()) or type(exc).__name__


def _identity() -> str:
    """The ARN of the caller; a change is recorded without it if AWS does not say."""
    try:
        return str(boto3.client("sts", config=IDENTITY).get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError, ResponseParserError) as exc:
        return f"unknown ({type(exc).__name__})"


def _row(change: Mapping[str, Any]) -> tuple[str, ...]:
    what = ", ".join(f"{name} {value}" for name, value in change["what"].items())
    texts = (change["at"], change["who"], change["command"], what)
    return (*texts, change["reason"] or "", change["outcome"])
