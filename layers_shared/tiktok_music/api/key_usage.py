"""The hour in which each key was last used: noted in memory, written later and rarely.

At most one write an hour for each key and instance, a minute or more after the first use, so that
neither a first request nor an ordinary warm one makes a call for it.
"""

from collections.abc import Callable
from typing import Protocol

from tiktok_music.api.bounded_cache import BoundedCache
from tiktok_music.errors import StoreUnavailable

SECONDS_PER_HOUR = 3_600
CACHED_KEYS = 2_000
# Requests that come this long after the first use of an hour write it, one key each.
DELAY_SECONDS = 60.0
# The scheduled health check writes what is left; no caller waits for it.
WRITTEN_PER_CHECK = 25


class UsageStore(Protocol):
    """Stores the last hour of each key."""

    def mark(self, key_id: str, hour: int) -> None:
        """Saves an hour, counted from the Unix epoch, unless a later one is stored."""


class KeyUsage:
    """Notes uses of keys. A failed write is dropped: the next hour has another one."""

    def __init__(self, store: UsageStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._hours = BoundedCache[int](CACHED_KEYS)
        # Key id -> its hour and the time of the note, the oldest first.
        self._unwritten: dict[str, tuple[int, float]] = {}

    def note(self, key_id: str) -> None:
        """Called for each admitted key; writes one earlier note if that is due."""
        now = self._clock()
        hour = int(now // SECONDS_PER_HOUR)
        if self._hours.get(key_id) != hour:
            self._hours.save(key_id, hour)
            self._unwritten.setdefault(key_id, (hour, now))
        if self._unwritten:
            _, noted_at = next(iter(self._unwritten.values()))
            if now - noted_at >= DELAY_SECONDS:
                self._write(1)

    def write_rest(self) -> None:
        """Writes what is left, for the health check."""
        self._write(WRITTEN_PER_CHECK)

    def _write(self, most: int) -> None:
        for key_id in list(self._unwritten)[:most]:
            hour, _ = self._unwritten.pop(key_id)
            try:
                self._store.mark(key_id, hour)
            except StoreUnavailable:
                # In an outage each write costs a timeout.
                self._unwritten.clear()
                return
