"""Who asks: the key of a request, from a bounded cache or the key store."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from tiktok_music.api_key import ApiKey, parse_authorization
from tiktok_music.errors import KeySuspended, ScopeMissing, StoreError, Unauthenticated

# A revocation takes at most this long on a warm instance.
KNOWN_SECONDS = 30.0
# A new key waits at most this long after a try that came too early.
UNKNOWN_SECONDS = 10.0
CACHED_KEYS = 2_000
# While the key store does not answer, a key that it once knew is let in for this long.
GRACE_SECONDS = 7_200.0


class KeyStore(Protocol):
    """Where keys are."""

    def get(self, key_id: str) -> ApiKey | None:
        """The stored key, None when there is none."""


# What an unknown key id is compared with, so that it costs what a wrong secret costs.
_NO_KEY = ApiKey("", "0" * 64, "", "", "", frozenset(), "standard", "revoked")


@dataclass(frozen=True, slots=True)
class _Cached:
    key: ApiKey | None
    read_at: float
    until: float


class Authenticator:
    """Lets valid keys in, and says nothing of why it does not."""

    def __init__(
        self,
        keys: KeyStore,
        clock: Callable[[], float],
        on_stale: Callable[[StoreError], None],
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._on_stale = on_stale
        self._known: OrderedDict[str, _Cached] = OrderedDict()
        self._unknown: OrderedDict[str, _Cached] = OrderedDict()

    def authenticate(self, authorization: str | None) -> ApiKey:
        """The valid key of an `Authorization` header.

        Raises Unauthenticated, the same for everything that is wrong with a key; KeySuspended.
        """
        presented = parse_authorization(authorization)
        if presented is None:
            raise Unauthenticated("A valid API key is required.")
        key = self._find(presented.key_id) or _NO_KEY
        if not key.is_opened_by(presented):
            raise Unauthenticated("A valid API key is required.")
        if key.is_suspended():
            raise KeySuspended("Access is suspended.")
        return key

    def _find(self, key_id: str) -> ApiKey | None:
        now = self._clock()
        cached = self._known.get(key_id) or self._unknown.get(key_id)
        if cached is None or now >= cached.until:
            cached = self._read(key_id, cached, now)
            self._keep(key_id, cached)
        return cached.key

    def _keep(self, key_id: str, cached: _Cached) -> None:
        """Made-up key ids push no known key out: they have a cache of their own."""
        for cache in (self._known, self._unknown):
            cache.pop(key_id, None)
        cache = self._known if cached.key else self._unknown
        cache[key_id] = cached
        if len(cache) > CACHED_KEYS:
            cache.popitem(last=False)

    def _read(self, key_id: str, cached: _Cached | None, now: float) -> _Cached:
        """Nobody new gets in while the store is down; who was in stays in, for a while."""
        try:
            key = self._keys.get(key_id)
        except StoreError as exc:
            if cached is None or cached.key is None or now >= cached.read_at + GRACE_SECONDS:
                raise
            self._on_stale(exc)
            return replace(cached, until=now + UNKNOWN_SECONDS)
        return _Cached(key, now, now + (KNOWN_SECONDS if key else UNKNOWN_SECONDS))


def require_scope(key: ApiKey, scope: str) -> None:
    """Raises ScopeMissing unless the key grants `scope`."""
    if not key.grants(scope):
        raise ScopeMissing(scope)
