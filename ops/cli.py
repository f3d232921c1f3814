"""`catalog`: the operator's command."""

from typing import Annotated

import typer

from ops import keys, lists
from ops.doctor import doctor
from ops.preview import preview
from ops.refreshing import refresh
from ops.retire import retire
from ops.versions import diff, pin, report, rollback, snapshots, status, unpin
from ops.why import why

app = typer.Typer(
    name="catalog",
    help="Operate the TikTok music catalog.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
looking = (status, snapshots, report, diff, why, preview, doctor)
changing = (refresh, rollback, pin, unpin, retire)
for command in (*looking, *changing):
    app.command()(command)
app.add_typer(keys.app, name="keys")
app.add_typer(lists.app, name="lists")


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Operate the TikTok music catalog."""
    if version:
        from importlib.metadata import version as version_of

        typer.echo(version_of("tiktok-music-catalog"))
        raise typer.Exit


def main() -> None:
    """The console script."""
    app()
