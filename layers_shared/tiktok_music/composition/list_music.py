"""Composes the list function: settings -> stores -> application."""

import os
import random
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tiktok_music.adapters.dynamo_key_usage import DynamoKeyUsage
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_rates import DynamoRates
from tiktok_music.adapters.dynamo_snapshots import DynamoSnapshots
from tiktok_music.api.admission import Admission
from tiktok_music.api.app import Api, build_app
from tiktok_music.api.auth import Authenticator
from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.index import Indexes
from tiktok_music.api.key_usage import KeyUsage
from tiktok_music.api.rate_limit import RateLimiter
from tiktok_music.api.request_id_middleware import RequestIdMiddleware
from tiktok_music.api.settings import ListSettings
from tiktok_music.api.snapshot_cache import SnapshotCache, SnapshotSource
from tiktok_music.composition.observer import Observer
from tiktok_music.composition.preload import PreloadedSnapshots, preload
from tiktok_music.request_id import new_request_id
from tiktok_music.snapshot import Descriptor

if TYPE_CHECKING:
    from tiktok_music.api.charts.catalog import Charts
    from tiktok_music.api.tokens.access import BrowserTokens
    from tiktok_music.archive import TrackRecord
    from tiktok_music.archive_lookup import ReadableArchive

# Three calls in a row without an answer, each tried twice, must fit into the function's 10 s.
CONNECT_SECONDS = 1.0
READ_SECONDS = 1.2
RETRIES = 1


class ListFunction(NamedTuple):
    """The application, and what its init loads."""

    app: RequestIdMiddleware
    snapshots: PreloadedSnapshots
    rows: DynamoRows
    observer: Observer

    def preload(self, initialization_type: str) -> None:
        """Loads the current snapshot; never raises. The type is Lambda's: on-demand, snap-start.

        An instance that SnapStart restores has neither an open connection nor a fresh pointer.
        """
        preload(self.snapshots, time.monotonic, self.observer.preload_missed)
        if initialization_type == "snap-start":
            self.snapshots.forget_pointer()
            self.rows.close()


class _TrackArchive:
    """The archive; its modules are imported by the first read, as the plain list needs none."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._table = (rows, table_name)

    def get_many(self, track_ids: Iterable[str]) -> "Mapping[str, TrackRecord]":
        from tiktok_music.adapters.dynamo_tracks import DynamoTrackReader

        return DynamoTrackReader(*self._table).get_many(track_ids)


def compose_app(settings: ListSettings, observer: Observer) -> RequestIdMiddleware:
    """The application over DynamoDB; makes no call."""
    return compose(settings, observer).app


def compose(settings: ListSettings, observer: Observer) -> ListFunction:
    """The application over DynamoDB, with its preload; makes no call."""
    access = DynamoAccess(
        settings.region,
        connect_timeout_seconds=CONNECT_SECONDS,
        read_timeout_seconds=READ_SECONDS,
        retries=RETRIES,
    )
    rows = DynamoRows(access)
    rows.open()
    keys = DynamoKeys(rows, settings.keys_table)
    rates = DynamoRates(rows, settings.catalog_table)
    usage = KeyUsage(DynamoKeyUsage(rows, settings.catalog_table), time.time)
    sandbox = cache(lambda: _sandbox(settings, observer))
    snapshots = PreloadedSnapshots(DynamoSnapshots(rows, settings.catalog_table), time.monotonic)
    authenticator = Authenticator(keys, time.monotonic, observer.old_key_trusted)
    live = _catalog_view(
        settings,
        observer,
        source=snapshots,
        archive=_TrackArchive(rows, settings.catalog_table),
        now=time.time,
        on_checked=observer.snapshot_checked,
        is_foreign=lambda version: sandbox().snapshots.has(version),
    )
    charts = cache(lambda: _charts(settings, observer, rows, live))
    app = build_app(
        Api(
            admission=Admission(
                authenticator=authenticator,
                limiter=RateLimiter(rates, time.time, observer.limiter_failed),
                clock=time.time,
                on_used=usage.note,
            ),
            live=live._replace(charts=charts, has_charts=bool(settings.charts)),
            sandbox=sandbox,
            tokens=cache(lambda: _tokens(authenticator, rates, observer)),
            new_request_id=fresh_request_id,
            on_error=observer.request_failed,
            on_health=usage.write_rest,
            on_answered=lambda request: observer.answered(request, settings.request_log_share),
        )
    )
    return ListFunction(app, snapshots, rows, observer)


def fresh_request_id() -> str:
    return new_request_id(time.time, os.urandom)


def fresh_jitter() -> float:
    """A number between 0 and 1 from the kernel.

    A generator seeded at init would repeat in every instance restored from one SnapStart snapshot.
    """
    return random.SystemRandom().random()


def _catalog_view(
    settings: ListSettings,
    observer: Observer,
    *,
    source: SnapshotSource,
    archive: "ReadableArchive",
    now: Callable[[], float],
    on_checked: Callable[[Descriptor], None],
    is_foreign: Callable[[str], bool],
    is_in_chart_order: bool = False,
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
        indexes=Indexes(
            snapshots,
            observer.stale_served,
            settings.refresh_every,
            is_in_chart_order=is_in_chart_order,
        ),
        archive=archive,
        media_base_url=settings.media_base_url,
        now=now,
        refresh_every=settings.refresh_every,
        is_foreign=is_foreign,
        policy=settings.policy,
        on_no_archive=observer.media_missed,
    )


def _charts(
    settings: ListSettings, observer: Observer, rows: DynamoRows, live: CatalogView
) -> "Charts":
    """The charts beside the default one, which share the archive of the live view."""
    from tiktok_music.adapters.dynamo_charts import DynamoCharts
    from tiktok_music.api.charts.catalog import Charts
    from tiktok_music.charts import default_chart

    def new_view(source: SnapshotSource) -> CatalogView:
        return _catalog_view(
            settings,
            observer,
            source=source,
            archive=live.archive,
            now=live.now,
            on_checked=lambda _: None,
            is_foreign=live.is_foreign,
            is_in_chart_order=True,
        )

    default = default_chart(settings.source, settings.country, settings.period_days)
    if not settings.charts:
        return Charts(default)
    return Charts(
        default,
        settings.charts,
        DynamoCharts(rows, settings.catalog_table),
        new_view=new_view,
        clock=time.monotonic,
        on_stale=observer.stale_served,
    )


def _tokens(
    authenticator: Authenticator, rates: DynamoRates, observer: Observer
) -> "BrowserTokens":
    """The browser tokens; their limits have counters of their own."""
    from tiktok_music.api.tokens.access import (
        BrowserTokens,
        TokenLimits,
        pages_limit,
        visitor_limit,
    )

    visitors, pages = (
        RateLimiter(rates, time.time, observer.limiter_failed, limit_of)
        for limit_of in (visitor_limit, pages_limit)
    )
    return BrowserTokens(
        authenticator=authenticator,
        limits=TokenLimits(visitors, pages),
        clock=time.time,
        randomness=secrets.token_bytes,
        on_minted=observer.token_minted,
    )


def _sandbox(settings: ListSettings, observer: Observer) -> CatalogView:
    """The sandbox; its clock stands at its last publication, so that its tracks never age."""
    from tiktok_music.sandbox.fixtures import GONE_VERSION, SandboxSource, sandbox_fixtures

    fixtures = sandbox_fixtures()
    source = SandboxSource(fixtures, settings.media_base_url)
    published_at = source.pointer().current.published_at.timestamp()
    view = _catalog_view(
        settings,
        observer,
        source=source,
        archive=fixtures,
        now=lambda: published_at,
        on_checked=lambda _: None,
        is_foreign=lambda version: version != GONE_VERSION,
    )
    return view._replace(ahead_seconds=lambda: time.time() - published_at)
