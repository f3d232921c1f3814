"""Authenticates requests by API key, from a bounded cache or the key store."""

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from tiktok_music.api.bounded_cache import BoundedCache
from tiktok_music.api_key import ApiKey, KeyEnvironment, KeyState, RateTier, parse_authorization
from tiktok_music.errors import KeySuspended, ScopeMissing, StoreError, Unauthenticated

# TTL of a known key: the longest delay of a revocation on a warm instance.
KNOWN_SECONDS = 30.0
# TTL of an unknown key id: the longest delay of a new key that was used too early.
UNKNOWN_SECONDS = 10.0
KEY_REQUIRED = "A valid API key is required."
CACHED_KEYS = 2_000
# While the key store is down, a key read before is accepted for this long.
GRACE_SECONDS = 7_200.0


class KeyStore(Protocol):
    """Stores API keys."""

    def get(self, key_id: str) -> ApiKey | None:
        """Reads a key; returns None if it does not exist."""


# Stands in for an unknown key id, so that both failures take the same time.
_NO_KEY = ApiKey(
    key_id="",
    secret_sha256="0" * 64,
    environment=KeyEnvironment.LIVE,
    organization_id="",
    organization_name="",
    scopes=frozenset(),
    tier=RateTier.STANDARD,
    state=KeyState.REVOKED,
)


class _CachedKey(NamedTuple):
    """The result of a store read; an unknown id has no key. Times are of the monotonic clock."""

    key: ApiKey | None
    read_at: float
    expires_at: float


class Authenticator:
    """Accepts valid keys; the error for any other key is the same."""

    def __init__(
        self,
        keys: KeyStore,
        clock: Callable[[], float],
        on_stale: Callable[[StoreError], None],
        unix_clock: Callable[[], float] = time.time,
    ) -> None:
        """`on_stale` receives the error when an expired cached key is used in an outage.

        `clock` is monotonic, for the cache; `unix_clock` decides whether a key has expired.
        """
        self._keys = keys
        self._clock = clock
        self._on_stale = on_stale
        self._unix_clock = unix_clock
        # Two caches, so that a flood of invented key ids evicts no known key.
        self._known = BoundedCache[_CachedKey](CACHED_KEYS)
        self._unknown = BoundedCache[_CachedKey](CACHED_KEYS)

    def authenticate(self, authorization: str | None) -> ApiKey:
        """Returns the valid key of an `Authorization` header.

        Raises Unauthenticated, with one message for every invalid key; KeySuspended.
        """
        presented = parse_authorization(authorization)
        if presented is None:
            raise Unauthenticated(KEY_REQUIRED)
        key = self._get(presented.key_id) or _NO_KEY
        if not key.is_opened_by(presented) or key.is_expired(self._unix_clock()):
            raise Unauthenticated(KEY_REQUIRED)
        if key.is_suspended():
            raise KeySuspended("Access is suspended.", key)
        return key

    def lookup(self, key_id: str) -> ApiKey | None:
        """The stored key with this id, or None; the caller has not proven to own it."""
        return self._get(key_id)

    def _get(self, key_id: str) -> ApiKey | None:
        now = self._clock()
        cached = self._known.get(key_id) or self._unknown.get(key_id)
        if cached is None or now >= cached.expires_at:
            cached = self._read(key_id, cached, now)
            self._save(key_id, cached)
        return cached.key

    def _save(self, key_id: str, cached: _CachedKey) -> None:
        current, other = self._known, self._unknown
        if cached.key is None:
            current, other = other, current
        other.remove(key_id)
        current.save(key_id, cached)

    def _read(self, key_id: str, cached: _CachedKey | None, now: float) -> _CachedKey:
        """Reads the store; in an outage extends a known key within the grace period."""
        try:
            key = self._keys.get(key_id)
        except StoreError as exc:
            if cached is None or cached.key is None or now >= cached.read_at + GRACE_SECONDS:
                raise
            self._on_stale(exc)
            ends = cached.read_at + GRACE_SECONDS
            return cached._replace(expires_at=min(now + UNKNOWN_SECONDS, ends))
        return _CachedKey(key, now, now + (KNOWN_SECONDS if key else UNKNOWN_SECONDS))


def require_scope(key: ApiKey, scope: str) -> None:
    """Raises ScopeMissing unless the key grants `scope`."""
    if not key.grants(scope):
        raise ScopeMissing(scope)
