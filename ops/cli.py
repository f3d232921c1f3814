"""`catalog`: the operator's command."""

from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from ops import charts, keys, lists, media, sandbox
from ops.account import use_account
from ops.audit import audit
from ops.console import echo
from ops.doctor import doctor
from ops.preview import preview
from ops.recover import recover
from ops.refresh import refresh
from ops.retire import retire
from ops.runs import replay, report
from ops.status import status
from ops.versions import diff, pin, rollback, snapshots, unpin
from ops.why import why

app = typer.Typer(
    name="catalog",
    help="Operate the TikTok music catalog.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
reading = (status, snapshots, report, replay, diff, why, preview, doctor, audit)
writing = (refresh, rollback, pin, unpin, retire, recover)
for command in (*reading, *writing):
    app.command()(command)
app.add_typer(charts.app, name="charts")
app.add_typer(keys.app, name="keys")
app.add_typer(lists.app, name="lists")
app.add_typer(media.app, name="media")
app.add_typer(sandbox.app, name="sandbox")


def _print_version(is_given: bool) -> None:
    if is_given:
        echo(installed_version("tiktok-music-catalog"))
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        # Eager: without it, a missing command is reported first.
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
    profile: Annotated[
        str | None, typer.Option("--profile", help="AWS profile. Default: AWS_PROFILE.")
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            "--region",
            help="AWS region. Default: AWS_REGION, else AWS_DEFAULT_REGION, else the profile's.",
        ),
    ] = None,
) -> None:
    """Operate the TikTok music catalog: a stack on AWS, or the local run."""
    use_account(profile, region)


def main() -> None:
    """Entry point of the console script."""
    app()
