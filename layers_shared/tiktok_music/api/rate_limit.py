"""Requests per key and minute, correct over many instances at a bounded cost.

Each instance leases blocks of a minute's requests from one shared counter, so that most requests
cost no call; a key known to be exhausted costs none until its minute ends. The blocks begin with
one request and double, so that many instances that are asked little leave little unused.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tiktok_music.errors import StoreUnavailable

PER_MINUTE = {"standard": 120, "pilot": 1_200, "partner": 6_000}
# The largest block is a twentieth of the limit: an instance leaves no more than that unused.
BLOCKS_PER_LIMIT = 20
REMEMBERED_KEYS = 2_000
READ_LIGHT, WRITE_LIGHT = "read-light", "write-light"


class RateCounter(Protocol):
    """The shared counter."""

    def lease(self, counted: str, minute: int, amount: int) -> int:
        """Takes `amount` of a minute; returns how many all instances have taken."""


@dataclass(frozen=True, slots=True)
class RateDecision:
    """`remaining` is what this instance knows to be left; `resets_at` is in Unix seconds."""

    limit: int
    remaining: int
    resets_at: int
    is_over: bool


@dataclass(slots=True)
class _Window:
    minute: int
    leased: int = 0
    taken_by_all: int = 0
    next_block: int = 1


class RateLimiter:
    """Decides request by request; fails open when the counter cannot be had.

    Each endpoint class of a key is counted for itself.
    """

    def __init__(
        self,
        counter: RateCounter,
        clock: Callable[[], float],
        on_failure: Callable[[StoreUnavailable], None],
    ) -> None:
        self._counter = counter
        self._clock = clock
        self._on_failure = on_failure
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def take(self, key_id: str, tier: str, endpoint_class: str = READ_LIGHT) -> RateDecision:
        """Counts one request of the key."""
        limit = _limit_of(tier)
        counted = _counted(key_id, endpoint_class)
        window = self._window(counted, int(self._clock() // 60))
        if window.leased == 0 and window.taken_by_all < limit:
            self._lease(counted, window, limit)
        is_over = window.leased == 0
        if not is_over:
            window.leased -= 1
        return _verdict(window, limit, is_over=is_over)

    def give_back(self, key_id: str, tier: str, endpoint_class: str = READ_LIGHT) -> RateDecision:
        """Uncounts the request just taken: an answer "not modified" is free."""
        window = self._windows[_counted(key_id, endpoint_class)]
        window.leased += 1
        return _verdict(window, _limit_of(tier), is_over=False)

    def _window(self, counted: str, minute: int) -> _Window:
        window = self._windows.pop(counted, None)
        if window is None or window.minute != minute:
            window = _Window(minute)
        self._windows[counted] = window
        if len(self._windows) > REMEMBERED_KEYS:
            self._windows.popitem(last=False)
        return window

    def _lease(self, counted: str, window: _Window, limit: int) -> None:
        block = min(window.next_block, max(limit // BLOCKS_PER_LIMIT, 1))
        try:
            taken = self._counter.lease(counted, window.minute, block)
        except StoreUnavailable as exc:
            # A whole limit at once: a counter that is down is not waited for block by block.
            self._on_failure(exc)
            window.leased = limit
            return
        window.leased = max(min(block, limit - (taken - block)), 0)
        window.taken_by_all = taken
        window.next_block = 2 * block


def _counted(key_id: str, endpoint_class: str) -> str:
    return key_id if endpoint_class == READ_LIGHT else f"{key_id}#{endpoint_class}"


def _limit_of(tier: str) -> int:
    return PER_MINUTE.get(tier, PER_MINUTE["standard"])


def _verdict(window: _Window, limit: int, *, is_over: bool) -> RateDecision:
    remaining = max(limit - window.taken_by_all, 0) + window.leased
    return RateDecision(limit, min(remaining, limit), (window.minute + 1) * 60, is_over)
