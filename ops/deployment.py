"""Which catalog a command is about: a stack on AWS, the environment's, or the local run's."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops.error_hints import hint_for, in_brackets
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_lists import DynamoOperatorLists
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.api.index import Index
from tiktok_music.errors import SnapshotCorrupt, SnapshotGone, SnapshotMissing
from tiktok_music.refresh.curation.operator_lists import ListEntry, OperatorLists
from tiktok_music.refresh.curation.text_rules import TextRules
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.settings import RefreshSettings, gate_limits, rule_settings
from tiktok_music.settings import SettingsReader
from tiktok_music.snapshot import Descriptor, Pointer

LOCAL_RUN = Path(".local/run.json")
NOWHERE = (
    "which catalog? Give --stack NAME (with --profile and --region), or set CATALOG_TABLE, "
    "KEYS_TABLE and AWS_REGION, or start one here with: make run"
)


class DeploymentNotFound(Exception):
    """Raised when a command cannot tell which catalog it is about, or reach it."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment's stores."""

    where: str
    publisher: DynamoPublisher
    reports: DynamoRunReports
    lists: DynamoOperatorLists
    archive: DynamoTrackArchive
    ledger: DynamoMediaLedger
    keys: DynamoKeys
    keys_table: str

    def pointer(self) -> Pointer:
        """What is current; raises SnapshotMissing before the first publish."""
        pointer = self.publisher.current()
        if pointer is None:
            raise SnapshotMissing(
                f"{self.where} has no snapshot yet: run the first refresh (catalog refresh)"
            )
        return pointer

    def kept(self) -> list[Descriptor]:
        """The versions that are kept, the newest first."""
        pointer = self.pointer()
        return sorted((pointer.current, *pointer.history), key=lambda each: -each.fence)

    def version(self, name: str) -> Descriptor:
        """The kept version of that name, or the only one that begins so; raises SnapshotGone."""
        kept = self.kept()
        fitting = [each for each in kept if each.version.startswith(name)]
        if len(fitting) != 1:
            names = ", ".join(each.version for each in kept)
            several = "is not kept" if not fitting else "may be several: give more of it"
            raise SnapshotGone(f"{name} {several}; there are {names}")
        return fitting[0]


def rank_in_current(catalog: Deployment, track_id: str) -> int | None:
    """The place of a track in what is served, None where it has none, or that cannot be read."""
    pointer = catalog.publisher.current()
    if pointer is None:
        return None
    try:
        return Index(catalog.publisher.load(pointer.current)).ranks.get(track_id)
    except SnapshotCorrupt:
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """Names that lead to one deployment."""

    where: str
    catalog_table: str
    keys_table: str
    region: str


def open_deployment(stack: str | None) -> Deployment:
    """The catalog of `stack`, else of the environment, else of the local run."""
    place = _of_stack(stack) if stack else _of_environment() or _of_local_run()
    access = DynamoAccess(
        place.region, connect_timeout_seconds=5.0, read_timeout_seconds=15.0, retries=3
    )
    rows = DynamoRows(access)
    table = place.catalog_table
    return Deployment(
        place.where,
        DynamoPublisher(rows, table),
        DynamoRunReports(rows, table),
        DynamoOperatorLists(rows, table),
        DynamoTrackArchive(rows, table),
        DynamoMediaLedger(rows, table),
        DynamoKeys(rows, place.keys_table),
        place.keys_table,
    )


def refresh_settings(stack: str | None, **changed: str) -> RefreshSettings:
    """What the refresh of a catalog is told, with what this run is told otherwise.

    A stack's are those of its function; the environment's are the variables that the README names.
    """
    environment = _function_environment(stack) if stack else _environment()
    return RefreshSettings.from_env({**environment, **changed})


def rules_with(entries: Iterable[ListEntry], stack: str | None, now: datetime) -> TextRules:
    """The rules of a catalog's refresh as they stand now, with these entries of the lists."""
    environment = _function_environment(stack) if stack else _environment()
    rules = TextRules.load(rule_settings(environment))
    return replace(rules, lists=OperatorLists.at(entries, now))


def limits_of(stack: str | None) -> GateLimits:
    """Where the refresh of a catalog refuses."""
    return gate_limits(_function_environment(stack) if stack else _environment())


def refresh_every(stack: str | None) -> timedelta:
    """How often a refresh is due: the stack's parameter, else the environment's variable."""
    if stack is None:
        reader = SettingsReader(_environment())
        hours = reader.whole("REFRESH_EVERY_HOURS", 12, at_least=1)
        reader.done()
        return timedelta(hours=hours)
    with reached(f"the stack {stack}"):
        described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    given = {
        each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])
    }
    return timedelta(hours=int(given.get("RefreshEveryHours", 12)))


def _of_stack(stack: str) -> Place:
    outputs, region = _outputs(stack, "CatalogTable", "KeysTable")
    return Place(f"stack {stack}", outputs["CatalogTable"], outputs["KeysTable"], region)


def _function_environment(stack: str) -> dict[str, str]:
    outputs, region = _outputs(stack, "RefreshFunction")
    name = outputs["RefreshFunction"]
    with reached(f"the settings of {name}"):
        function = boto3.client("lambda").get_function_configuration(FunctionName=name)
    return {**function.get("Environment", {}).get("Variables", {}), "AWS_REGION": region}


def _outputs(stack: str, *names: str) -> tuple[dict[str, str], str]:
    """A stack's outputs, and its region."""
    with reached(f"the stack {stack}"):
        client = boto3.client("cloudformation")
        described = client.describe_stacks(StackName=stack)["Stacks"][0]
        region = client.meta.region_name
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
    missing = [name for name in names if name not in outputs]
    if missing:
        raise DeploymentNotFound(
            f"the stack {stack} has no output {', '.join(missing)}: is it one of this project?"
        )
    return outputs, region


@contextmanager
def reached(what: str) -> Iterator[None]:
    """Turns what AWS's own client raises into a sentence with what to do."""
    try:
        yield
    except (BotoCoreError, ClientError) as exc:
        raise DeploymentNotFound(
            f"{what} cannot be read: {exc}{in_brackets(hint_for(exc))}"
        ) from exc


def _of_environment() -> Place | None:
    names = ("CATALOG_TABLE", "KEYS_TABLE", "AWS_REGION")
    values = [os.environ.get(name, "") for name in names]
    return Place(f"table {values[0]}", *values) if all(values) else None


def _of_local_run() -> Place:
    environment = _local_environment()
    os.environ.update(environment)
    return Place(
        "the local run",
        environment["CATALOG_TABLE"],
        environment["KEYS_TABLE"],
        environment["AWS_REGION"],
    )


def _environment() -> dict[str, str]:
    return dict(os.environ) if _of_environment() else _local_environment()


def _local_environment() -> dict[str, str]:
    try:
        environment: dict[str, str] = json.loads(LOCAL_RUN.read_text())["environment"]
    except (OSError, ValueError, KeyError) as exc:
        raise DeploymentNotFound(NOWHERE) from exc
    return environment


def use_account(profile: str | None, region: str | None) -> None:
    """Whatever is made of AWS's clients from here on is for this account and region."""
    if profile:
        os.environ["AWS_PROFILE"] = profile
    if region:
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = region


StackOption = typer.Option(
    None, "--stack", help="The stack on AWS; else the environment's catalog, or the local run's."
)
JsonOption = typer.Option(False, "--json", help="Print JSON.")
YesOption = typer.Option(False, "--yes", "-y", help="Do not ask.")
