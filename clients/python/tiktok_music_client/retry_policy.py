"""The retry policy: selects transient errors and computes the wait before each retry."""

from collections.abc import Callable
from dataclasses import dataclass

from tiktok_music_client.errors import ApiError, CatalogError, KillSwitch, RateLimited, Unreachable

FIRST_BACKOFF_SECONDS = 0.25
LONGEST_BACKOFF_SECONDS = 8.0
# A rate limit ends with the minute; up to a second of jitter spreads the callers that waited.
LONGEST_RETRY_AFTER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`retries` is the number of attempts after the first; `jitter` returns numbers in [0, 1)."""

    retries: int
    jitter: Callable[[], float]

    def wait_seconds(self, attempts: int, error: CatalogError) -> float | None:
        """Returns the wait before the next attempt after `attempts` of them; None to give up."""
        if attempts > self.retries or not _is_transient(error):
            return None
        retry_after = error.retry_after_seconds if isinstance(error, ApiError) else None
        if retry_after is None:
            return self._backoff_seconds(attempts)
        return retry_after + self.jitter() if retry_after <= LONGEST_RETRY_AFTER_SECONDS else None

    def _backoff_seconds(self, attempts: int) -> float:
        """Exponential backoff with jitter: 50 to 100 % of 0.25, 0.5, 1, … seconds."""
        longest = min(FIRST_BACKOFF_SECONDS * 2.0 ** min(attempts - 1, 16), LONGEST_BACKOFF_SECONDS)
        return longest * (1 + self.jitter()) / 2


def _is_transient(error: CatalogError) -> bool:
    """No response, 429 and 5xx are transient, except a suspension, which an operator decided."""
    if isinstance(error, ApiError):
        is_temporary = isinstance(error, RateLimited) or error.status >= 500
        return is_temporary and not isinstance(error, KillSwitch)
    return isinstance(error, Unreachable)
