"""The state and the options that both clients have."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Self, Unpack

import httpx2

from tiktok_music_client.answer import RateLimit
from tiktok_music_client.call import Call
from tiktok_music_client.connection import checked_base_url
from tiktok_music_client.deadline import Deadline
from tiktok_music_client.endpoints import ListCache
from tiktok_music_client.options import ExchangeHook, OptionChanges, Options
from tiktok_music_client.request import Request


class ClientBase:
    """Address, options, cached list and last rate limits of a client."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | httpx2.Timeout,
        deadline: float | None,
        retries: int,
        on_exchange: ExchangeHook | None,
        jitter: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        self._base_url = checked_base_url(base_url)
        self._options = Options(
            timeout=timeout, deadline=deadline, retries=retries, on_exchange=on_exchange
        )
        self._jitter = jitter
        self._clock = clock
        self._list_cache = ListCache()
        self._rate_limits: dict[str, RateLimit] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base_url!r})"

    def with_options(self, **changes: Unpack[OptionChanges]) -> Self:
        """Returns a client with other options; it shares connections and caches with this one."""
        other = copy.copy(self)
        other._options = replace(self._options, **changes)
        return other

    @property
    def rate_limits(self) -> Mapping[str, RateLimit]:
        """The last known rate limits, by the class of endpoints."""
        return dict(self._rate_limits)

    def _deadline(self) -> Deadline:
        return Deadline(self._options.deadline, self._clock)

    def _call(self, request: Request[Any], deadline: Deadline) -> Call:
        return Call(
            request,
            self._options,
            deadline,
            clock=self._clock,
            jitter=self._jitter,
            rate_limits=self._rate_limits,
        )
