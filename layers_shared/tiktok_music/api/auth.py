"""Who asks: the key of a request, from a bounded cache or the key store."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from tiktok_music.api_key import ApiKey, parse_authorization
from tiktok_music.errors import KeySuspended, ScopeMissing, Unauthenticated

# A revocation takes at most this long on a warm instance.
KNOWN_SECONDS = 30.0
# A new key waits at most this long after a try that came too early.
UNKNOWN_SECONDS = 10.0
CACHED_KEYS = 2_000


class KeyStore(Protocol):
    """Where keys are."""

    def find(self, key_id: str) -> ApiKey | None:
        """The stored key, None when there is none."""


# What an unknown key id is compared with, so that it costs what a wrong secret costs.
_NO_KEY = ApiKey("", "0" * 64, "", "", "", frozenset(), "standard", "revoked")


class Gate:
    """Lets valid keys in, and says nothing of why it does not."""

    def __init__(self, keys: KeyStore, clock: Callable[[], float]) -> None:
        self._keys = keys
        self._clock = clock
        self._cache: OrderedDict[str, tuple[ApiKey | None, float]] = OrderedDict()

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
        key, until = self._cache.get(key_id, (None, 0.0))
        if now < until:
            return key
        key = self._keys.find(key_id)
        self._cache[key_id] = key, now + (KNOWN_SECONDS if key else UNKNOWN_SECONDS)
        self._cache.move_to_end(key_id)
        if len(self._cache) > CACHED_KEYS:
            self._cache.popitem(last=False)
        return key


def require_scope(key: ApiKey, scope: str) -> None:
    """Raises ScopeMissing unless the key grants `scope`."""
    if not key.grants(scope):
        raise ScopeMissing(scope)
