"""API keys: format, stored fields, and the checks that a key must pass."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from tiktok_music.stored_text import StoredText

READ = "publish:read"
WRITE = "publish:write"

# 16 upper-case base32 characters, and 43 base64url ones (32 random bytes), which may be _ and -.
_FORMAT = re.compile(r"lp_(live|test)_([A-Z2-7]{16})_([A-Za-z0-9_-]{43})")
# 32 bytes leave two bits of the 43rd character unused. Keys of older releases have 00 there; 01
# says that the last 4 characters of the id are a checksum of the environment and the first 12.
_CHECKED_ENDINGS = frozenset("BFJNRVZdhlptx159")
_UNCHECKED_LENGTH = 12


class KeyEnvironment(StoredText):
    """`test` keys read the sandbox."""

    LIVE = "live"
    TEST = "test"


class RateTier(StoredText):
    """The rate limit of a key; `api.rate_limit` has the numbers."""

    STANDARD = "standard"
    PILOT = "pilot"
    PARTNER = "partner"


class KeyState(StoredText):
    """`suspended` is reversible, `revoked` permanent."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


# An allow-list: an unknown state is treated as revoked.
_ACCEPTED_STATES = (KeyState.ACTIVE, KeyState.SUSPENDED)


class PresentedKey(NamedTuple):
    """The parts of a key that a caller sent; of the secret only the hash."""

    environment: KeyEnvironment
    key_id: str
    secret_sha256: str


class BrowserAccess(NamedTuple):
    """Lets a key make browser tokens: the secret that signs them, and the pages that they are for.

    The secret is not derived from the key's own, of which only a hash is stored; a new one ends all
    tokens of the key.
    """

    secret: bytes
    origins: tuple[str, ...]

    def __repr__(self) -> str:
        return f"BrowserAccess(origins={self.origins!r})"


class ApiKey(NamedTuple):
    """A stored key. `scopes` are `area:verb` or `*`; an empty set grants nothing.

    `valid_until` is None for a key that does not expire, `created_at` for one of an older release.
    """

    key_id: str
    secret_sha256: str
    environment: KeyEnvironment
    organization_id: str
    organization_name: str
    scopes: frozenset[str]
    tier: RateTier
    state: KeyState
    browser: BrowserAccess | None = None
    created_at: datetime | None = None
    valid_until: datetime | None = None

    def is_opened_by(self, presented: PresentedKey) -> bool:
        """True for the right secret and environment of a key that is active or suspended.

        Compares secrets in constant time.
        """
        same_secret = hmac.compare_digest(self.secret_sha256, presented.secret_sha256)
        same_environment = self.environment == presented.environment
        return same_secret and same_environment and self.state in _ACCEPTED_STATES

    def is_expired(self, now: float) -> bool:
        """True if it had an end that is over; `now` is in Unix seconds."""
        return self.valid_until is not None and now >= self.valid_until.timestamp()

    def is_suspended(self) -> bool:
        return self.state == KeyState.SUSPENDED

    def grants(self, scope: str) -> bool:
        return scope in self.scopes or "*" in self.scopes


def parse_authorization(header: str | None) -> PresentedKey | None:
    """Reads the key of an `Authorization` header: `Bearer` and a well-formed key, else None.

    An invented or mistyped id with a wrong checksum counts as malformed, so that it costs no read.
    """
    scheme, _, credentials = (header or "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    match = _FORMAT.fullmatch(credentials.strip(" "))
    if match is None:
        return None
    environment, key_id, secret = match.groups()
    if secret[-1] in _CHECKED_ENDINGS and not has_checksum(environment, key_id):
        return None
    return PresentedKey(KeyEnvironment(environment), key_id, hash_secret(secret))


@lru_cache(maxsize=2_000)
def has_checksum(environment: str, key_id: str) -> bool:
    """True for the ids of this release; keys of older ones have 16 random characters."""
    prefix = key_id[:_UNCHECKED_LENGTH]
    return key_id == prefix + _checksum(environment, prefix)


def hash_secret(secret: str) -> str:
    """SHA-256 in hex: a 256-bit random secret needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


class MintedKey(NamedTuple):
    """A new key; `text` is the whole key, shown once and never stored."""

    text: str
    key_id: str
    secret_sha256: str


def mint_key(environment: KeyEnvironment, randomness: Callable[[int], bytes]) -> MintedKey:
    """Makes a key with an id of 60 random bits and a checksum, and a secret of 256 random bits."""
    prefix = base64.b32encode(randomness(8)).decode()[:_UNCHECKED_LENGTH]
    key_id = prefix + _checksum(environment, prefix)
    secret = base64.urlsafe_b64encode(randomness(32)).decode().rstrip("=")
    secret = secret[:-1] + chr(ord(secret[-1]) + 1)
    return MintedKey(f"lp_{environment}_{key_id}_{secret}", key_id, hash_secret(secret))


def _checksum(environment: str, prefix: str) -> str:
    digest = hashlib.sha256(f"{environment}_{prefix}".encode()).digest()
    return base64.b32encode(digest[:5]).decode()[:4]
