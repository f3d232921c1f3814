"""How often and how long a client waits for a catalog that does not answer as it should."""

from collections.abc import Callable
from dataclasses import dataclass

from tiktok_music_client.errors import ApiError, CatalogError, KillSwitch, RateLimited, Unreachable

FIRST_BACKOFF_SECONDS = 0.25
LONGEST_BACKOFF_SECONDS = 8.0
# A limit is lifted with the next minute; up to a second more keeps callers from coming all at once.
LONGEST_RETRY_AFTER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Patience:
    """`retries` after the first try; `jitter` gives numbers from 0 up to 1."""

    retries: int
    jitter: Callable[[], float]

    def wait_seconds(self, tried: int, failure: CatalogError) -> float | None:
        """How long to wait before asking again after `tried` tries; None to give up."""
        if tried > self.retries or not _may_pass(failure):
            return None
        asked = failure.retry_after_seconds if isinstance(failure, ApiError) else None
        if asked is None:
            return self._backoff_seconds(tried)
        return asked + self.jitter() if asked <= LONGEST_RETRY_AFTER_SECONDS else None

    def _backoff_seconds(self, tried: int) -> float:
        """Between half and all of 0.25, 0.5, 1, … seconds."""
        longest = min(FIRST_BACKOFF_SECONDS * 2.0 ** min(tried - 1, 16), LONGEST_BACKOFF_SECONDS)
        return longest * (1 + self.jitter()) / 2


def _may_pass(failure: CatalogError) -> bool:
    """Whether asking again may help. A suspension is a decision, not a failure."""
    if isinstance(failure, ApiError):
        is_temporary = isinstance(failure, RateLimited) or failure.status >= 500
        return is_temporary and not isinstance(failure, KillSwitch)
    return isinstance(failure, Unreachable)
