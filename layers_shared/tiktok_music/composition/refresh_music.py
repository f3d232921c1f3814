"""Composes a refresh: settings -> adapters -> dependencies."""

import atexit
import functools
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime

from aws_lambda_powertools.utilities.parameters import SecretsProvider

from tiktok_music.adapters.checked_bucket import CheckedBucket
from tiktok_music.adapters.dynamo_chart_store import DynamoChartStore
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_lists import DynamoOperatorLists
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.adapters.media_downloads import HttpDownloader
from tiktok_music.adapters.media_workers import ProcessMediaEncoder
from tiktok_music.adapters.r2_media import R2MediaStore, r2_client
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.composition.sources import Sources
from tiktok_music.refresh.curation.operator_lists import OperatorLists
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.media.policy import MediaPolicy
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.settings import MediaSettings, RefreshSettings

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
    sources = Sources(settings, secrets, http, bucket)
    return RefreshDependencies(
        source=sources.default(),
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
        charts=sources.charts(),
        chart_store=DynamoChartStore(rows, settings.catalog_table)
        if settings.charts.charts
        else None,
        chart_gates=settings.charts.gates,
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
