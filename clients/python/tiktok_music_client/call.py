"""One request with its attempts: decides on retries, and reports each exchange."""

import logging
from collections.abc import Callable, MutableMapping
from typing import Any

from tiktok_music_client.answer import Answer, Exchange, RateLimit
from tiktok_music_client.deadline import Deadline
from tiktok_music_client.errors import CatalogError, Unauthenticated, Unreachable
from tiktok_music_client.options import Options
from tiktok_music_client.request import Request
from tiktok_music_client.retry_policy import RetryPolicy

logger = logging.getLogger("tiktok_music_client")


class Call:
    """The attempts at one request, from the first to the last."""

    def __init__(
        self,
        request: Request[Any],
        options: Options,
        deadline: Deadline,
        *,
        clock: Callable[[], float],
        jitter: Callable[[], float],
        rate_limits: MutableMapping[str, RateLimit],
    ) -> None:
        self._request = request
        self._options = options
        self._policy = RetryPolicy(options.retries, jitter)
        self._deadline = deadline
        self._clock = clock
        self._rate_limits = rate_limits
        self._attempts = 0
        self._started_at = 0.0

    def start(self) -> None:
        """Starts an attempt."""
        if self._deadline.has_passed():
            raise self._deadline.error()
        self._attempts += 1
        self._started_at = self._clock()

    def succeeded(self, answer: Answer) -> None:
        self._report(answer, None, None)

    def failed(self, answer: Answer | None, error: CatalogError, has_new_key: bool) -> float:
        """Returns the wait before the next attempt; raises the error if no attempt follows."""
        wait_seconds = self._wait_seconds(error, has_new_key)
        self._report(answer, error, wait_seconds)
        if wait_seconds is not None:
            return wait_seconds
        if isinstance(error, Unreachable) and self._deadline.has_passed():
            raise self._deadline.error(error.request_id) from error
        raise error

    def _wait_seconds(self, error: CatalogError, has_new_key: bool) -> float | None:
        if isinstance(error, Unauthenticated) and has_new_key:
            return 0.0 if self._attempts <= self._options.retries else None
        wait_seconds = self._policy.wait_seconds(self._attempts, error)
        if wait_seconds is None or not self._deadline.leaves(wait_seconds):
            return None
        return wait_seconds

    def _report(
        self, answer: Answer | None, error: CatalogError | None, wait_seconds: float | None
    ) -> None:
        exchange = Exchange(
            method=self._request.method,
            target=self._request.target,
            attempt=self._attempts,
            seconds=self._clock() - self._started_at,
            answer=answer,
            error=error,
            retry_in_seconds=wait_seconds,
        )
        rate_limit = answer.rate_limit if answer else None
        if rate_limit:
            self._rate_limits[rate_limit.endpoint_class] = rate_limit
        _log(exchange)
        if self._options.on_exchange is not None:
            self._options.on_exchange(exchange)


def _log(exchange: Exchange) -> None:
    status = exchange.answer.status if exchange.answer else "-"
    line = "%s %s: %s in %.3f s, attempt %d%s"
    request_id = f", {exchange.answer.request_id}" if exchange.answer else ""
    values = (exchange.method, exchange.target, status, exchange.seconds, exchange.attempt)
    logger.debug(line, *values, request_id)
    if exchange.error is not None and exchange.retry_in_seconds is not None:
        logger.warning("%s; retry in %.2f s", exchange.error, exchange.retry_in_seconds)
