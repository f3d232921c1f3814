"""Observes the list function: logs and counts what the answers do not show."""

import time
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from starlette.requests import Request

from tiktok_music.api.freshness import age_seconds
from tiktok_music.api.request_log import AnsweredRequest
from tiktok_music.errors import StoreError
from tiktok_music.observability import count, gauge_seconds
from tiktok_music.snapshot import Descriptor


class Observer:
    """Logs and counts what the answers do not show."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

    def stale_served(self, exc: StoreError) -> None:
        """Called when an older snapshot is served because the newer one cannot be read."""
        self._logger.warning("serving a stale snapshot: %s", exc)
        count(self._metrics, "StaleServed")

    def media_missed(self, exc: StoreError) -> None:
        """Called when rows are served without their media, as the archive cannot be read."""
        self._logger.warning("serving rows without media: %s", exc)

    def snapshot_checked(self, served: Descriptor) -> None:
        """Reports the age of the served snapshot, which grows even if no refresh starts."""
        gauge_seconds(self._metrics, "SnapshotAgeSeconds", age_seconds(served, time.time()))

    def preload_missed(self, reason: str) -> None:
        """Called when init did not load the snapshot; the first request loads it."""
        self._logger.warning("snapshot not loaded at init: %s", reason)

    def old_key_trusted(self, exc: StoreError) -> None:
        """Called when the key store fails and a key is accepted from the cache."""
        self._logger.warning("accepting a cached key: %s", exc)
        count(self._metrics, "OldKeyTrusted")

    def limiter_failed(self, exc: StoreError) -> None:
        """Called when the rate limit fails open: requests pass uncounted."""
        self._logger.warning("rate limit not applied: %s", exc)
        count(self._metrics, "RateLimitFailedOpen")

    def token_minted(self, key_id: str, jti: str) -> None:
        """Called when a browser token was made; the token itself is never logged."""
        self._logger.info("browser token made", key_id=key_id, jti=jti)

    def answered(self, request: AnsweredRequest, share: float) -> None:
        """Called after each response; logs that share of them, and every server error."""
        if request.is_logged(share):
            self._logger.info("request", **request.to_dict())

    def request_failed(self, request: Request, exc: Exception) -> None:
        """Called on a server error; an unexpected one is logged with its traceback."""
        of_token = getattr(request.state, "browser_token", {})
        self.event_failed(request.state.request_id, exc, **of_token)

    def event_failed(self, request_id: str, exc: Exception, **of_token: str) -> None:
        """Called like `request_failed`, for an event that did not become a request."""
        unexpected = None if isinstance(exc, StoreError) else exc
        fields: dict[str, Any] = {"request_id": request_id, **of_token}
        self._logger.error("request failed: %s", exc, exc_info=unexpected, **fields)
        count(self._metrics, "RequestFailed")
