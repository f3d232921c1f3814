"""`catalog`: the operator's command."""

from typing import Annotated

import typer

from ops import keys, lists
from ops.deployment import use_account
from ops.doctor import doctor
from ops.preview import preview
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
looking = (status, snapshots, report, replay, diff, why, preview, doctor)
changing = (refresh, rollback, pin, unpin, retire)
for command in (*looking, *changing):
    app.command()(command)
app.add_typer(keys.app, name="keys")
app.add_typer(lists.app, name="lists")


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    profile: Annotated[
        str | None, typer.Option("--profile", help="AWS's profile; else AWS_PROFILE.")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="AWS's region; else AWS_REGION.")
    ] = None,
) -> None:
    """Operate the TikTok music catalog: a stack on AWS, or the local run."""
    use_account(profile, region)
    if version:
        from importlib.metadata import version as version_of

        typer.echo(version_of("tiktok-music-catalog"))
        raise typer.Exit


def main() -> None:
    """The console script."""
    app()
