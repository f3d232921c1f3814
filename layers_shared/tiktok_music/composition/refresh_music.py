"""Composes a refresh: settings -> adapters -> dependencies."""

import atexit
import functools
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from aws_lambda_powertools.utilities.parameters import SecretsProvider

from tiktok_music.adapters.aweme_source import AwemeSource
from tiktok_music.adapters.checked_bucket import CheckedBucket
from tiktok_music.adapters.cml_source import CmlSource
from tiktok_music.adapters.cml_token import CmlToken
from tiktok_music.adapters.creative_center_source import CreativeCenterSource
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_lists import DynamoOperatorLists
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.adapters.joined_source import JoinedSource
from tiktok_music.adapters.media_downloads import HttpDownloader
from tiktok_music.adapters.media_workers import ProcessMediaEncoder
from tiktok_music.adapters.r2_media import R2MediaStore, r2_client
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.adapters.static_source import StaticSource
from tiktok_music.adapters.upstream import Upstream
from tiktok_music.errors import SourceUnavailable, StoreUnavailable
from tiktok_music.refresh.chart import ChartSource
from tiktok_music.refresh.curation.operator_lists import OperatorLists
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.media.policy import MediaPolicy
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.settings import MediaSettings, RefreshSettings

# Without the library, a run lists the songs of the last one, and their publish facts stay.
OPTIONAL_SOURCES = ("cml",)
PROGRESS_LOGGER = "tiktok_music.progress"
# Longer than the list function's: a write has no stale answer to fall back on.
WRITER_CONNECT_SECONDS = 5.0
WRITER_READ_SECONDS = 15.0
WRITER_RETRIES = 4


class LoggedProgress:
    """Logs each step of a stage; a console shows the records' `stage`, `done` and `total`."""

    def __init__(self) -> None:
        self._logger = logging.getLogger(PROGRESS_LOGGER)

    def advance(self, stage: str, done: int, total: int) -> None:
        fields = {"stage": stage, "done": done, "total": total}
        level = logging.INFO if done == total or done % 50 == 0 else logging.DEBUG
        self._logger.log(level, "%s %d/%d", stage, done, total, extra=fields)


def compose_refresh(settings: RefreshSettings, provider: SecretsProvider) -> RefreshDependencies:
    """The dependencies of a refresh; reads the secrets and the operator overrides, nothing else."""
    secrets = Secrets(provider)
    http = SafeHttp(allow_private=settings.allow_private_hosts)
    media_http = SafeHttp(allow_private=settings.allow_private_hosts, hosts=settings.media_hosts)
    bucket = media_bucket(settings.media, secrets)
    rows = catalog_rows(settings.region)
    return RefreshDependencies(
        source=_source(settings, secrets, http, bucket),
        rules=replace(_rules(settings.rules), lists=_lists(rows, settings.catalog_table)),
        tools=MediaTools(HttpDownloader(media_http), media_encoder(settings.media_policy), bucket),
        archive=DynamoTrackArchive(rows, settings.catalog_table),
        ledger=DynamoMediaLedger(rows, settings.catalog_table),
        publisher=DynamoPublisher(rows, settings.catalog_table),
        reports=DynamoRunReports(rows, settings.catalog_table),
        gates=settings.gates,
        media_base_url=settings.media.base_url,
        progress=LoggedProgress(),
        now=lambda: datetime.now(UTC),
        seconds=time.monotonic,
        refresh_every=settings.refresh_every,
        files=CheckedBucket(bucket, http),
    )


@functools.cache
def _rules(settings: RuleSettings) -> TextRules:
    """The shipped lists, read once per instance."""
    return TextRules.load(settings)


@functools.cache
def media_encoder(policy: MediaPolicy) -> ProcessMediaEncoder:
    """The decoder processes; they live as long as the instance."""
    encoder = ProcessMediaEncoder(policy)
    atexit.register(encoder.close)
    return encoder


def media_bucket(settings: MediaSettings, secrets: Secrets) -> R2MediaStore:
    """The bucket behind the media domain, with its keys."""
    access_key_id, secret_access_key = secrets.fields(
        settings.secret_name, "accessKeyId", "secretAccessKey"
    )
    client = r2_client(settings.endpoint_url, access_key_id.reveal(), secret_access_key)
    return R2MediaStore(client, settings.bucket)


def catalog_rows(region: str) -> DynamoRows:
    """DynamoDB with the timeouts and retries of a writer."""
    access = DynamoAccess(
        region,
        connect_timeout_seconds=WRITER_CONNECT_SECONDS,
        read_timeout_seconds=WRITER_READ_SECONDS,
        retries=WRITER_RETRIES,
    )
    return DynamoRows(access)


def _lists(rows: DynamoRows, table_name: str) -> OperatorLists:
    """The operator overrides, read in every run."""
    return OperatorLists.at(DynamoOperatorLists(rows, table_name).entries(), datetime.now(UTC))


def _source(
    settings: RefreshSettings, secrets: Secrets, http: SafeHttp, bucket: R2MediaStore
) -> ChartSource:
    source = settings.source

    def provider() -> Upstream:
        api_key = secrets.text(source.secret_name, "apiKey")
        headers = {"Authorization": f"Bearer {api_key.reveal()}"}
        return Upstream(http, source.base_url, lambda: headers, time.sleep)

    def cml() -> ChartSource:
        secret = secrets.stored(source.cml_secret_name)
        token = CmlToken(http, source.cml_base_url, secret, lambda: datetime.now(UTC))
        upstream = Upstream(http, source.cml_base_url, token.headers, time.sleep)
        return CmlSource(
            upstream,
            token,
            source.country,
            f"{source.period_days}DAY",
            now=lambda: datetime.now(UTC),
        )

    makers: dict[str, Callable[[], ChartSource]] = {
        "aweme": lambda: AwemeSource(provider(), source.scenes),
        "cml": cml,
        "creative_center": lambda: CreativeCenterSource(
            provider(), source.country, source.period_days
        ),
        "static": lambda: StaticSource(source.location, lambda: _document(source.location, bucket)),
    }
    return JoinedSource([(kind, makers[kind]()) for kind in source.kinds], OPTIONAL_SOURCES)


def _document(location: str, bucket: R2MediaStore) -> bytes:
    """`s3://<bucket>/<key>` is read with the media bucket's keys, anything else is a file."""
    parts = urlsplit(location)
    try:
        if parts.scheme == "s3":
            return bucket.read(parts.path.lstrip("/"), bucket=parts.netloc)
        return Path(location).read_bytes()
    except (OSError, StoreUnavailable) as exc:
        raise SourceUnavailable(f"SOURCE_LOCATION {location} cannot be read: {exc}") from exc
