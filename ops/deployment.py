"""The deployment that a command works on: a stack, the environment's tables, or the local run."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import boto3
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from ops.error_hints import hint_for, in_brackets, one_line
from ops.errors import DeploymentNotFound
from tiktok_music.adapters.dynamo_changes import DynamoChanges
from tiktok_music.adapters.dynamo_chart_store import DynamoChartStore
from tiktok_music.adapters.dynamo_key_usage import DynamoKeyUsage
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_lists import DynamoOperatorLists
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_recovery import DynamoRecovery
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
NO_DEPLOYMENT = (
    "no catalog chosen: use --stack NAME (with --profile and --region), set CATALOG_TABLE, "
    "KEYS_TABLE and AWS_REGION, or start a local one with: make run"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Stores of one deployment; `name` is for messages, `stack` None outside AWS stacks."""

    name: str
    stack: str | None
    publisher: DynamoPublisher
    charts: DynamoChartStore
    reports: DynamoRunReports
    lists: DynamoOperatorLists
    archive: DynamoTrackArchive
    ledger: DynamoMediaLedger
    recovery: DynamoRecovery
    keys: DynamoKeys
    changes: DynamoChanges
    usage: DynamoKeyUsage
    keys_table: str

    def pointer(self) -> Pointer:
        """The pointer to the current snapshot; raises SnapshotMissing before the first publish."""
        pointer = self.publisher.current()
        if pointer is None:
            raise SnapshotMissing(
                f"{self.name} has no snapshot yet: run the first refresh (catalog refresh)"
            )
        return pointer

    def versions(self) -> list[Descriptor]:
        """The stored versions, newest first."""
        pointer = self.pointer()
        return sorted((pointer.current, *pointer.history), key=lambda each: -each.fence)

    def find_version(self, prefix: str) -> Descriptor:
        """The stored version with this id or unique prefix of it; raises SnapshotGone."""
        stored = self.versions()
        matching = [each for each in stored if each.version.startswith(prefix)]
        if len(matching) != 1:
            names = ", ".join(each.version for each in stored)
            problem = "is ambiguous" if matching else "is not stored"
            raise SnapshotGone(f"{prefix} {problem}; stored versions: {names}")
        return matching[0]

    def rank(self, track_id: str) -> int | None:
        """The track's rank in the current snapshot; None if it has none or that is unreadable."""
        pointer = self.publisher.current()
        if pointer is None:
            return None
        try:
            return Index(self.publisher.load(pointer.current)).ranks.get(track_id)
        except SnapshotCorrupt:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableNames:
    """Names of a deployment's tables, and their region."""

    name: str
    catalog_table: str
    keys_table: str
    region: str


def open_deployment(stack: str | None) -> Deployment:
    """The deployment of `stack`, else of the environment variables, else of the local run.

    Raises DeploymentNotFound.
    """
    tables = _stack_tables(stack) if stack else _environment_tables() or _local_tables()
    rows = DynamoRows(
        DynamoAccess(
            tables.region, connect_timeout_seconds=5.0, read_timeout_seconds=15.0, retries=3
        )
    )
    return Deployment(
        name=tables.name,
        stack=stack,
        publisher=DynamoPublisher(rows, tables.catalog_table),
        charts=DynamoChartStore(rows, tables.catalog_table),
        reports=DynamoRunReports(rows, tables.catalog_table),
        lists=DynamoOperatorLists(rows, tables.catalog_table),
        archive=DynamoTrackArchive(rows, tables.catalog_table),
        ledger=DynamoMediaLedger(rows, tables.catalog_table),
        recovery=DynamoRecovery(rows, tables.catalog_table),
        keys=DynamoKeys(rows, tables.keys_table),
        changes=DynamoChanges(rows, tables.catalog_table),
        usage=DynamoKeyUsage(rows, tables.catalog_table),
        keys_table=tables.keys_table,
    )


def refresh_settings(stack: str | None, **overrides: str) -> RefreshSettings:
    """Settings of the refresh function of a stack, else of the environment, with overrides."""
    return RefreshSettings.from_env({**_environment(stack), **overrides})


def text_rules(stack: str | None, entries: Iterable[ListEntry], now: datetime) -> TextRules:
    """The deployment's current text rules, with these operator overrides."""
    rules = TextRules.load(rule_settings(_environment(stack)))
    return replace(rules, lists=OperatorLists.at(entries, now))


def publish_limits(stack: str | None) -> GateLimits:
    """Limits of the deployment's publish checks."""
    return gate_limits(_environment(stack))


def refresh_interval(stack: str | None) -> timedelta:
    """Time between scheduled runs: the stack's parameter, else the environment variable."""
    if stack is None:
        reader = SettingsReader(_environment(None))
        hours = reader.whole("REFRESH_EVERY_HOURS", 12, at_least=1)
        reader.done()
        return timedelta(hours=hours)
    parameters = stack_parameters(stack)
    return timedelta(hours=int(parameters.get("RefreshEveryHours", 12)))


def stack_parameters(stack: str) -> dict[str, str]:
    """The parameters of a stack."""
    with translated_aws_errors(f"the stack {stack}"):
        described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {
        each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])
    }


def secrets_provider(region: str) -> SecretsProvider:
    """Secrets Manager of the chosen account."""
    return SecretsProvider(boto3_session=boto3.Session(region_name=region))


def _stack_tables(stack: str) -> TableNames:
    outputs, region = _outputs(stack, "CatalogTable", "KeysTable")
    return TableNames(
        name=f"stack {stack}",
        catalog_table=outputs["CatalogTable"],
        keys_table=outputs["KeysTable"],
        region=region,
    )


def _environment_tables() -> TableNames | None:
    names = ("CATALOG_TABLE", "KEYS_TABLE", "AWS_REGION")
    catalog_table, keys_table, region = (os.environ.get(name, "") for name in names)
    if not (catalog_table and keys_table and region):
        return None
    return TableNames(
        name=f"table {catalog_table}",
        catalog_table=catalog_table,
        keys_table=keys_table,
        region=region,
    )


def _local_tables() -> TableNames:
    environment = _local_environment()
    os.environ.update(environment)
    return TableNames(
        name="the local run",
        catalog_table=environment["CATALOG_TABLE"],
        keys_table=environment["KEYS_TABLE"],
        region=environment["AWS_REGION"],
    )


def _environment(stack: str | None) -> dict[str, str]:
    """Environment variables of a stack's refresh function, of this process, or of the local run."""
    if stack:
        return _function_environment(stack)
    return dict(os.environ) if _environment_tables() else _local_environment()


def _function_environment(stack: str) -> dict[str, str]:
    outputs, region = _outputs(stack, "RefreshFunction")
    name = outputs["RefreshFunction"]
    with translated_aws_errors(f"the settings of {name}"):
        function = boto3.client("lambda").get_function_configuration(FunctionName=name)
    return {**function.get("Environment", {}).get("Variables", {}), "AWS_REGION": region}


def _local_environment() -> dict[str, str]:
    try:
        environment: dict[str, str] = json.loads(LOCAL_RUN.read_text())["environment"]
    except (OSError, ValueError, KeyError) as exc:
        raise DeploymentNotFound(NO_DEPLOYMENT) from exc
    return environment


def _outputs(stack: str, *names: str) -> tuple[dict[str, str], str]:
    """The stack's outputs, which must include `names`, and its region."""
    with translated_aws_errors(f"the stack {stack}"):
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
def translated_aws_errors(resource: str) -> Iterator[None]:
    """Turns errors of AWS clients into DeploymentNotFound with a hint on how to fix it."""
    try:
        yield
    except (BotoCoreError, ClientError, ResponseParserError) as exc:
        raise DeploymentNotFound(
            f"{resource} cannot be read: {one_line(exc)}{in_brackets(hint_for(exc))}"
        ) from exc
