"""Puts the list function together: settings -> stores -> application."""

import random
import secrets
import time
from collections.abc import Callable
from functools import cache

from aws_lambda_powertools import Logger, Metrics
from starlette.requests import Request

from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_rates import DynamoRates
from tiktok_music.adapters.dynamo_snapshots import DynamoSnapshots
from tiktok_music.adapters.dynamo_tracks import DynamoTrackReader
from tiktok_music.api.admission import Admission
from tiktok_music.api.app import Api, build_app
from tiktok_music.api.auth import Authenticator
from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.freshness import age_seconds
from tiktok_music.api.index import Indexes
from tiktok_music.api.rate_limit import RateLimiter
from tiktok_music.api.request_id_middleware import RequestIdMiddleware
from tiktok_music.api.settings import ListSettings
from tiktok_music.api.snapshot_cache import SnapshotCache, SnapshotSource
from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.errors import StoreError
from tiktok_music.observability import count, gauge_seconds
from tiktok_music.request_id import new_request_id
from tiktok_music.snapshot import Descriptor

# Three calls in a row that nobody answers, each tried twice, must fit into the function's 10 s.
CONNECT_SECONDS = 1.0
READ_SECONDS = 1.2
RETRIES = 1


class Observer:
    """Tells operators of what callers are not told."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def stale_served(self, exc: StoreError) -> None:
        """An older snapshot is served because a newer one could not be had."""
        self._logger.warning("a stale snapshot is served: %s", exc)
        count(self._metrics, "StaleServed")

    def snapshot_checked(self, served: Descriptor) -> None:
        """How old what is served is, told by whoever serves it: it goes on growing when no refresh
        starts any more."""
        gauge_seconds(self._metrics, "SnapshotAgeSeconds", age_seconds(served, time.time()))

    def old_key_trusted(self, exc: StoreError) -> None:
        """A key is let in on what was known of it before the key store went down."""
        self._logger.warning("a key is trusted for now: %s", exc)
        count(self._metrics, "OldKeyTrusted")

    def limiter_failed(self, exc: StoreError) -> None:
        """Requests are let through uncounted."""
        self._logger.warning("requests are not counted: %s", exc)
        count(self._metrics, "RateLimitFailedOpen")

    def request_failed(self, request: Request, exc: Exception) -> None:
        """A request failed on our side; one that nobody expected is logged with its traceback."""
        self.event_failed(request.state.request_id, exc)

    def event_failed(self, request_id: str, exc: Exception) -> None:
        """As `request_failed`, where there is no request yet."""
        unexpected = None if isinstance(exc, StoreError) else exc
        self._logger.error(
            "the request failed: %s", exc, request_id=request_id, exc_info=unexpected
        )
        count(self._metrics, "RequestFailed")


def compose_app(settings: ListSettings, observer: Observer) -> RequestIdMiddleware:
    """The application over DynamoDB; makes no call."""
    rows = DynamoRows(DynamoAccess(settings.region, CONNECT_SECONDS, READ_SECONDS, retries=RETRIES))
    rows.open()
    keys = DynamoKeys(rows, settings.keys_table)
    rates = DynamoRates(rows, settings.catalog_table)
    return build_app(
        Api(
            admission=Admission(
                authenticator=Authenticator(keys, time.monotonic, observer.old_key_trusted),
                limiter=RateLimiter(rates, time.time, observer.limiter_failed),
                clock=time.time,
            ),
            live=_catalog_view(
                DynamoSnapshots(rows, settings.catalog_table),
                DynamoTrackReader(rows, settings.catalog_table),
                settings,
                time.time,
                observer,
                observer.snapshot_checked,
            ),
            sandbox=cache(lambda: _sandbox(settings, observer)),
            new_request_id=fresh_request_id,
            on_error=observer.request_failed,
        )
    )


def fresh_request_id() -> str:
    return new_request_id(time.time, secrets.token_bytes)


def fresh_jitter() -> float:
    """Between 0 and 1, from the kernel: a generator seeded at init would be the same in every
    instance that is restored from one SnapStart snapshot."""
    return random.SystemRandom().random()


def _catalog_view(
    source: SnapshotSource,
    archive: ReadableArchive,
    settings: ListSettings,
    now: Callable[[], float],
    observer: Observer,
    on_checked: Callable[[Descriptor], None],
) -> CatalogView:
    snapshots = SnapshotCache(
        source,
        clock=time.monotonic,
        jitter=fresh_jitter,
        on_stale=observer.stale_served,
        on_checked=on_checked,
    )
    return CatalogView(
        snapshots=snapshots,
        indexes=Indexes(snapshots, observer.stale_served),
        archive=archive,
        media_base_url=settings.media_base_url,
        now=now,
        refresh_every=settings.refresh_every,
    )


def _sandbox(settings: ListSettings, observer: Observer) -> CatalogView:
    """The sandbox; its clock stands at its last publication, so that responses never age."""
    from tiktok_music.sandbox.fixtures import SandboxSource, sandbox_fixtures

    fixtures = sandbox_fixtures()
    source = SandboxSource(fixtures, settings.media_base_url)
    published_at = source.pointer().current.published_at.timestamp()
    return _catalog_view(source, fixtures, settings, lambda: published_at, observer, lambda _: None)
