"""The options of a client, which `with_options` replaces for single calls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import httpx2

from tiktok_music_client.answer import Exchange

ExchangeHook = Callable[[Exchange], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The limits of a call, and the hook that receives each exchange."""

    timeout: float | httpx2.Timeout
    deadline: float | None
    retries: int
    on_exchange: ExchangeHook | None


class OptionChanges(TypedDict, total=False):
    """The keyword arguments of `with_options`."""

    timeout: float | httpx2.Timeout
    deadline: float | None
    retries: int
    on_exchange: ExchangeHook | None
