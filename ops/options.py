"""Options that commands share."""

from dataclasses import dataclass

import typer


@dataclass(frozen=True, slots=True)
class CommandOptions:
    """The shared options, as one command got them."""

    stack: str | None
    as_json: bool = False
    yes: bool = False
    dry_run: bool = False
    chart: str | None = None
    reason: str | None = None


StackOption = typer.Option(
    None,
    "--stack",
    help="Stack on AWS. Default: the catalog of the environment variables, else the local run.",
)
ChartOption = typer.Option(
    None, "--chart", help="Chart beside the default one (`catalog charts list` lists them)."
)
JsonOption = typer.Option(False, "--json", help="Print JSON.")
YesOption = typer.Option(False, "--yes", "-y", help="Do not ask for confirmation.")
ReasonOption = typer.Option(None, "--reason", help="Why; recorded, see `catalog audit`.")
DryRunOption = typer.Option(False, "--dry-run", help="Show what would change; write nothing.")
