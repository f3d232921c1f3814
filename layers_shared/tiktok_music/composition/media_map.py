"""Composes a media plan and its batches: settings -> adapters -> dependencies."""

from datetime import UTC, datetime

from aws_lambda_powertools.utilities.parameters import SecretsProvider

from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_tracks import DynamoTrackReader
from tiktok_music.adapters.media_downloads import HttpDownloader
from tiktok_music.adapters.s3_plans import S3Plans, s3_client
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.composition.refresh_music import (
    LoggedProgress,
    catalog_rows,
    media_bucket,
    media_encoder,
)
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.batch import BatchDependencies
from tiktok_music.refresh.media.pipeline import MediaDependencies
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.settings import MediaBatchSettings, MediaPlanSettings


def compose_plans(settings: MediaPlanSettings) -> S3Plans:
    """The store of media plans; makes no call."""
    return S3Plans(s3_client(settings.refresh.region), settings.plans_bucket)


def compose_batch(settings: MediaBatchSettings, provider: SecretsProvider) -> BatchDependencies:
    """The dependencies of a batch; reads the bucket's secret and makes no other call."""
    http = SafeHttp(allow_private=settings.allow_private_hosts, hosts=settings.media_hosts)
    bucket = media_bucket(settings.media, Secrets(provider))
    rows = catalog_rows(settings.region)
    return BatchDependencies(
        archive=DynamoTrackReader(rows, settings.catalog_table),
        media=MediaDependencies(
            tools=MediaTools(HttpDownloader(http), media_encoder(settings.media_policy), bucket),
            ledger=DynamoMediaLedger(rows, settings.catalog_table),
            progress=LoggedProgress(),
            now=lambda: datetime.now(UTC),
            refresh_every=settings.refresh_every,
        ),
        gates=GateLimits(),
    )
