"""Puts the list function together: settings -> stores -> application."""

import random
import secrets
import time

from aws_lambda_powertools import Logger, Metrics
from starlette.requests import Request

from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_rates import DynamoRates
from tiktok_music.adapters.dynamo_snapshots import DynamoSnapshots
from tiktok_music.api.app import Api, build_app
from tiktok_music.api.auth import Gate
from tiktok_music.api.catalog import Catalog
from tiktok_music.api.rate_limit import RateLimiter
from tiktok_music.api.settings import ListSettings
from tiktok_music.api.shell import Shell
from tiktok_music.errors import StoreError
from tiktok_music.observability import count
from tiktok_music.request_id import new_request_id


class Observer:
    """Tells operators of what callers are not told."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def stale_served(self, exc: StoreError) -> None:
        """An older snapshot is served because a newer one could not be had."""
        self._logger.warning("a stale snapshot is served: %s", exc)
        count(self._metrics, "StaleServed")

    def limiter_failed(self, exc: StoreError) -> None:
        """Requests are let through uncounted."""
        self._logger.warning("requests are not counted: %s", exc)
        count(self._metrics, "RateLimitFailedOpen")

    def request_failed(self, request: Request, exc: Exception) -> None:
        """A request failed on our side; one that nobody expected is logged with its traceback."""
        unexpected = None if isinstance(exc, StoreError) else exc
        request_id = request.state.request_id
        self._logger.error(
            "the request failed: %s", exc, request_id=request_id, exc_info=unexpected
        )
        count(self._metrics, "RequestFailed")


def compose_app(settings: ListSettings, observer: Observer) -> Shell:
    """The application over DynamoDB; makes no call."""
    rows = DynamoRows(DynamoAccess(settings.region))
    rates = DynamoRates(rows, settings.catalog_table)
    snapshots = DynamoSnapshots(rows, settings.catalog_table)
    return build_app(
        Api(
            gate=Gate(DynamoKeys(rows, settings.keys_table), time.monotonic),
            limiter=RateLimiter(rates, time.time, observer.limiter_failed),
            catalog=Catalog(snapshots, time.monotonic, random.random, observer.stale_served),
            new_request_id=lambda: new_request_id(time.time, secrets.token_bytes),
            on_error=observer.request_failed,
            clock=time.time,
        )
    )
