"""Requests per key and minute, exact over many instances at a bounded cost.

Each instance leases blocks of a minute's requests from one shared counter, so that most requests
cost no call; a key known to be exhausted costs none until its minute ends. Block sizes start at
one request and double, so that many instances with few requests each leave few unused.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from tiktok_music.api.bounded_cache import BoundedCache
from tiktok_music.api_key import RateTier
from tiktok_music.errors import StoreUnavailable

PER_MINUTE = {RateTier.STANDARD: 120, RateTier.PILOT: 1_200, RateTier.PARTNER: 6_000}
# The largest block is a twentieth of the limit: an instance leaves no more than that unused.
BLOCKS_PER_LIMIT = 20
CACHED_WINDOWS = 2_000
READ_LIGHT, WRITE_LIGHT = "read-light", "write-light"


class RateCounter(Protocol):
    """The shared counter."""

    def lease(self, counter: str, minute: int, amount: int) -> int:
        """Takes `amount` of a minute; returns the total that all instances have taken."""


class RateDecision(NamedTuple):
    """`remaining` is as far as this instance knows; `resets_at` is in Unix seconds."""

    limit: int
    remaining: int
    resets_at: int
    is_over: bool


class _Window:
    """One minute of one counter; `leased` are the requests that this instance may still admit."""

    def __init__(self, minute: int) -> None:
        self.minute = minute
        self.leased = 0
        self.taken_by_all = 0
        self.next_block = 1


class RateLimiter:
    """Decides per request; fails open if the shared counter is unavailable.

    Each endpoint class of a key has its own counter.
    """

    def __init__(
        self,
        counter: RateCounter,
        clock: Callable[[], float],
        on_failure: Callable[[StoreUnavailable], None],
        limit_of: Callable[[RateTier], int] | None = None,
    ) -> None:
        """`limit_of` gives the requests per minute of a tier, by default those of `PER_MINUTE`."""
        self._limit_of = limit_of or _limit_of
        self._counter = counter
        self._clock = clock
        self._on_failure = on_failure
        self._windows = BoundedCache[_Window](CACHED_WINDOWS)

    def take(self, key_id: str, tier: RateTier, endpoint_class: str = READ_LIGHT) -> RateDecision:
        """Counts one request of the key."""
        limit = self._limit_of(tier)
        counter = _counter_of(key_id, endpoint_class)
        window = self._window(counter, int(self._clock() // 60))
        if window.leased == 0 and window.taken_by_all < limit:
            self._lease(counter, window, limit)
        is_over = window.leased == 0
        if not is_over:
            window.leased -= 1
        return _decide(window, limit, is_over=is_over)

    def refund(self, key_id: str, tier: RateTier, endpoint_class: str = READ_LIGHT) -> RateDecision:
        """Undoes `take` for the request just counted."""
        window = self._windows[_counter_of(key_id, endpoint_class)]
        window.leased += 1
        return _decide(window, self._limit_of(tier), is_over=False)

    def _window(self, counter: str, minute: int) -> _Window:
        window = self._windows.get(counter)
        if window is None or window.minute != minute:
            window = _Window(minute)
            self._windows.save(counter, window)
        return window

    def _lease(self, counter: str, window: _Window, limit: int) -> None:
        block = min(window.next_block, limit // BLOCKS_PER_LIMIT)
        try:
            taken = self._counter.lease(counter, window.minute, block)
        except StoreUnavailable as exc:
            # A whole limit at once, so that an outage costs one timeout and not one per block.
            self._on_failure(exc)
            window.leased = limit
            return
        window.leased = max(min(block, limit - (taken - block)), 0)
        window.taken_by_all = taken
        window.next_block = 2 * block


def _counter_of(key_id: str, endpoint_class: str) -> str:
    return key_id if endpoint_class == READ_LIGHT else f"{key_id}#{endpoint_class}"


def _limit_of(tier: RateTier) -> int:
    return PER_MINUTE.get(tier, PER_MINUTE[RateTier.STANDARD])


def _decide(window: _Window, limit: int, *, is_over: bool) -> RateDecision:
    remaining = max(limit - window.taken_by_all, 0) + window.leased
    return RateDecision(limit, min(remaining, limit), (window.minute + 1) * 60, is_over)
