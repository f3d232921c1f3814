"""`catalog doctor`: checks what a refresh needs, and says how to fix what fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from ops.alarms import AlarmValue, stack_alarms
from ops.bucket_probe import DomainFailed, page_origins, probe_bucket
from ops.console import print_json, print_table, reports_errors
from ops.deployment import (
    Deployment,
    open_deployment,
    refresh_settings,
    secrets_provider,
    stack_parameters,
)
from ops.error_hints import hint_for, one_line
from ops.errors import CheckFailed
from ops.library_report import library_report
from ops.media_sample import sampled_media
from ops.options import JsonOption, StackOption
from ops.sandbox import open_bucket, sandbox_objects
from tiktok_music.adapters.dynamo_audit import unreadable_items
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows, translated
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.composition.refresh_music import compose_refresh
from tiktok_music.errors import CatalogError, SettingsError
from tiktok_music.refresh.settings import RefreshSettings

# AWS refuses signatures from 15 minutes on; ages and times in reports mislead long before.
MAX_SKEW = timedelta(seconds=30)
MAX_ITEMS_NAMED = 5
EXPECTED = (CheckFailed, CatalogError, BotoCoreError, ClientError, HTTPError, ResponseParserError)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of one check; `fix` says what to do, and is empty if it passed."""

    name: str
    ok: bool
    found: str
    fix: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {"check": self.name, "ok": self.ok, "found": self.found, "fix": self.fix or None}


@reports_errors
def doctor(
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", help="Page that plays media; repeat it. Default: the stack's."),
    ] = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    publish: bool = typer.Option(
        False, "--publish", help="Only show the figures of the last run on direct publish."
    ),
) -> None:
    """Check what a refresh needs: settings, credentials, clock, tables, items, lists, secrets,
    bucket, source; also the sandbox's media, some published media and, for a stack, its alarms.

    With your credentials, not those of the function's role; charts beside the default one are not
    fetched. Exits with 1 if any check fails. Writes one object to the bucket, reads it from its
    public URL, and deletes it.
    """
    if publish:
        library_report(stack, as_json=as_json)
        return
    results = list(_results(stack, tuple(origin or ())))
    if as_json:
        print_json([each.to_dict() for each in results])
    else:
        rows = [(each.name, "ok" if each.ok else "FAIL", each.found, each.fix) for each in results]
        print_table(("check", "", "found", "fix"), rows)
    if not all(each.ok for each in results):
        raise typer.Exit(1)


def _results(stack: str | None, origins: tuple[str, ...]) -> Iterator[CheckResult]:
    deployment = open_deployment(stack)
    try:
        settings = refresh_settings(stack)
    except SettingsError as exc:
        fix = "set the stack's parameters and deploy, or the variables of docs/variables.md"
        yield CheckResult("settings", False, str(exc), fix)
        return
    yield CheckResult("settings", True, deployment.name)
    yield _run("credentials", "log in, or set AWS_PROFILE", partial(_identity, settings))
    yield _run("clock", "synchronise the clock with a time server", partial(_skew, settings))
    for name in (settings.catalog_table, deployment.keys_table):
        fix = "deploy the stack; the credentials need dynamodb:DescribeTable"
        yield _run(f"table {name}", fix, partial(_table, name, settings))
    for name in (settings.catalog_table, deployment.keys_table):
        fix = (
            "catalog recover repairs the pointer; copy others from a restored table, or delete them"
        )
        yield _run(f"items of {name}", fix, partial(_items, name, settings))
    fix = "replace the lists with a valid document: catalog lists load FILE"
    yield _run("lists", fix, partial(_entries, deployment))
    secrets = Secrets(secrets_provider(settings.region))
    for name in _secret_names(settings):
        fix = f"create it: aws secretsmanager create-secret --name {name}"
        yield _run(f"secret {name}", fix, partial(_readable, name, secrets))
    origins = origins or page_origins(stack_parameters(stack) if stack else {})
    yield from _bucket_results(deployment, settings, secrets, origins)
    fix = "check the provider's status page, SOURCE and its secret"
    yield _run(f"source {','.join(settings.source.kinds)}", fix, partial(_chart, settings))
    if stack is not None:
        fix = "deploy the stack again; the credentials need cloudwatch:DescribeAlarms"
        yield _run("alarms", fix, partial(_alarms, stack))


def _run(name: str, fix: str, check: Callable[[], str]) -> CheckResult:
    try:
        return CheckResult(name, True, check())
    except EXPECTED as exc:
        hint = exc.fix if isinstance(exc, DomainFailed) else hint_for(exc)
        return CheckResult(name, False, one_line(exc), hint or fix)


def _bucket_results(
    deployment: Deployment, settings: RefreshSettings, secrets: Secrets, origins: tuple[str, ...]
) -> Iterator[CheckResult]:
    """Results of the probe; stored media are checked only if the bucket can be used."""
    # The comprehension runs each check before it asks for the next one.
    probe = probe_bucket(settings.media, secrets, origins)
    results = [_run(f"bucket {check.name}", check.fix, check.run) for check in probe]
    yield from results
    if results[0].ok:
        option = f" --stack {deployment.stack}" if deployment.stack else ""
        fix = f"publish them: catalog sandbox publish{option}"
        yield _run("sandbox media", fix, partial(_sandbox_media, settings))
        fix = "catalog media verify asks for all files, catalog media repair fetches them again"
        yield _run("published media", fix, partial(sampled_media, deployment, settings))


def _identity(settings: RefreshSettings) -> str:
    return str(_sts(settings).get_caller_identity()["Arn"])


def _skew(settings: RefreshSettings) -> str:
    """Compares with the Date header of AWS, which error responses have too."""
    try:
        response: Any = _sts(settings).get_caller_identity()
    except ClientError as exc:
        response = exc.response
    aws_time = parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"])
    skew = datetime.now(UTC) - aws_time
    if abs(skew) > MAX_SKEW:
        raise CheckFailed(f"{skew.total_seconds():+.0f} s from AWS's clock")
    return f"within {MAX_SKEW.seconds} s of AWS's clock"


def _sts(settings: RefreshSettings) -> Any:
    return boto3.client("sts", region_name=settings.region)


def _table(name: str, settings: RefreshSettings) -> str:
    client = boto3.client("dynamodb", region_name=settings.region)
    table = client.describe_table(TableName=name)["Table"]
    if [each["AttributeName"] for each in table["KeySchema"]] != ["pk"]:
        raise CheckFailed("its key is not pk: it is no table of this project")
    if table["TableStatus"] != "ACTIVE":
        raise CheckFailed(f"its status is {table['TableStatus']}")
    return "active"


def _items(name: str, settings: RefreshSettings) -> str:
    """Reads every item: an unreadable one is left out by the functions, which only log it."""
    rows = DynamoRows(DynamoAccess(settings.region, read_timeout_seconds=15.0))
    with translated(f"read the items of {name}"):
        unreadable = list(unreadable_items(rows, name))
    if unreadable:
        shown = ", ".join(unreadable[:MAX_ITEMS_NAMED])
        raise CheckFailed(f"{len(unreadable)} unreadable or set aside: {shown}")
    return "all readable"


def _entries(deployment: Deployment) -> str:
    """Reads all entries: an invalid one stops every refresh."""
    return f"{len(deployment.lists.entries())} entries, all valid"


def _secret_names(settings: RefreshSettings) -> list[str]:
    """Secrets of the bucket and of the sources in use."""
    source = settings.source
    names = [settings.media.secret_name]
    if {"aweme", "creative_center"} & set(source.kinds):
        names.append(source.secret_name)
    return [*names, source.cml_secret_name] if "cml" in source.kinds else names


def _readable(name: str, secrets: Secrets) -> str:
    secrets.raw(name)
    return "readable"


def _sandbox_media(settings: RefreshSettings) -> str:
    """Looks for one object: they are published together."""
    key = next(sandbox_objects()).key
    if open_bucket(settings).facts(key) is None:
        raise CheckFailed(f"{key} is missing: previews of test keys do not play")
    return f"{key} is there"


def _chart(settings: RefreshSettings) -> str:
    """Fetches the first chart of each source only: a provider bills every page.

    A refresh does without the library; this check does not.
    """
    source = replace(settings.source, scenes=settings.source.scenes[:1])
    dependencies = compose_refresh(
        replace(settings, source=source), secrets_provider(settings.region)
    )
    chart = dependencies.source.fetch()
    if chart.failed_sources:
        raise CheckFailed("; ".join(chart.failed_sources))
    return f"{chart.rows} rows, {len(chart.rejections)} unreadable"


def _alarms(stack: str) -> str:
    """Alarms in state ALARM pass: they are about the service, not about its configuration."""
    alarms = stack_alarms(stack, boto3.client("cloudwatch"))
    if not alarms:
        raise CheckFailed(f"the stack {stack} has no alarms")
    firing = [alarm.name for alarm in alarms if alarm.value is AlarmValue.ALARM]
    names = f": {', '.join(firing)}" if firing else ""
    return f"{len(alarms)} alarms, {len(firing)} in state ALARM{names}"
