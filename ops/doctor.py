"""`catalog doctor`: looks at everything a refresh needs, and says how to mend what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import boto3
import typer
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from ops.bucket_probe import NotWell, probe_bucket
from ops.console import print_json, print_table, told
from ops.deployment import Deployment, JsonOption, StackOption, open_deployment, refresh_settings
from ops.error_hints import hint_for
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.composition.refresh_music import compose_refresh
from tiktok_music.errors import CatalogError, SettingsError
from tiktok_music.refresh.settings import RefreshSettings

# Signatures are refused from 15 minutes on; long before, ages and times in reports mislead.
MOST_SKEW = timedelta(seconds=30)
EXPECTED = (NotWell, CatalogError, BotoCoreError, ClientError, HTTPError)


@dataclass(frozen=True, slots=True)
class Line:
    """What one look found; `mend` says what to do, and is empty where all is well."""

    check: str
    ok: bool
    found: str
    mend: str = ""


@told
def doctor(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """Check settings, credentials, tables, secrets, bucket, source, clock. Exits with 1 if any
    is not well. Writes one object to the bucket, reads it as the public does, and deletes it.
    """
    lines = list(_lines(stack))
    if as_json:
        print_json([asdict(line) for line in lines])
    else:
        rows = [(line.check, "ok" if line.ok else "FAIL", line.found, line.mend) for line in lines]
        print_table(("check", "", "found", "to mend it"), rows)
    if not all(line.ok for line in lines):
        raise typer.Exit(1)


def _lines(stack: str | None) -> Iterator[Line]:
    catalog = open_deployment(stack)
    try:
        settings = refresh_settings(stack)
    except SettingsError as exc:
        mend = "set the stack's parameters and deploy, or the variables that the README names"
        yield Line("settings", False, str(exc), mend)
        return
    yield Line("settings", True, catalog.where)
    yield _looked("credentials", "log in, or set AWS_PROFILE", partial(_identity, settings))
    yield _looked("clock", "set the clock: use a time server", partial(_skew, settings))
    for name in (settings.catalog_table, catalog.keys_table):
        mend = "deploy the stack; the credentials need dynamodb:DescribeTable"
        yield _looked(f"table {name}", mend, partial(_table, name, settings))
    mend = "replace them by a document that is right: catalog lists load FILE"
    yield _looked("lists", mend, partial(_entries, catalog))
    secrets = Secrets(_provider(settings))
    for name in _secret_names(settings):
        mend = f"make it: aws secretsmanager create-secret --name {name}"
        yield _looked(f"secret {name}", mend, partial(_readable, name, secrets))
    for look in probe_bucket(settings.media, secrets):
        yield _looked(f"bucket {look.name}", look.mend, look.run)
    mend = "look at the provider's status page, and at SOURCE and its secret"
    yield _looked(f"source {','.join(settings.source.kinds)}", mend, partial(_chart, settings))


def _looked(check: str, mend: str, look: Callable[[], str]) -> Line:
    try:
        return Line(check, True, look())
    except EXPECTED as exc:
        return Line(check, False, str(exc) or type(exc).__name__, hint_for(exc) or mend)


def _identity(settings: RefreshSettings) -> str:
    return str(_sts(settings).get_caller_identity()["Arn"])


def _skew(settings: RefreshSettings) -> str:
    """Against the answer's own time; an answer that refuses has one too."""
    try:
        answer: Any = _sts(settings).get_caller_identity()
    except ClientError as exc:
        answer = exc.response
    theirs = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    skew = datetime.now(UTC) - theirs
    if abs(skew) > MOST_SKEW:
        raise NotWell(f"{skew.total_seconds():+.0f} s from AWS's")
    return f"within {MOST_SKEW.seconds} s of AWS's"


def _sts(settings: RefreshSettings) -> Any:
    return boto3.client("sts", region_name=settings.region)


def _table(name: str, settings: RefreshSettings) -> str:
    client = boto3.client("dynamodb", region_name=settings.region)
    table = client.describe_table(TableName=name)["Table"]
    if [each["AttributeName"] for each in table["KeySchema"]] != ["pk"]:
        raise NotWell("its key is not pk: this is no table of a catalog")
    if table["TableStatus"] != "ACTIVE":
        raise NotWell(f"it is {table['TableStatus']}")
    return "active"


def _entries(catalog: Deployment) -> str:
    """One wrong entry stops every refresh."""
    return f"{len(catalog.lists.entries())} entries, all of them valid"


def _provider(settings: RefreshSettings) -> SecretsProvider:
    return SecretsProvider(boto3_session=boto3.Session(region_name=settings.region))


def _secret_names(settings: RefreshSettings) -> list[str]:
    """Those that the sources in use need."""
    source = settings.source
    names = [settings.media.secret_name]
    if {"aweme", "creative_center"} & set(source.kinds):
        names.append(source.secret_name)
    return [*names, source.cml_secret_name] if "cml" in source.kinds else names


def _readable(name: str, secrets: Secrets) -> str:
    secrets.raw(name)
    return "can be read"


def _chart(settings: RefreshSettings) -> str:
    """The first chart of each source; a provider bills every page."""
    source = replace(settings.source, scenes=settings.source.scenes[:1])
    parts = compose_refresh(replace(settings, source=source), _provider(settings))
    chart = parts.source.fetch()
    return f"{chart.rows} rows, {len(chart.rejections)} of them unreadable"
