"""API keys: their form, what is known of one, and what it may do."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

READ = "publish:read"
WRITE = "publish:write"

# Whatever else a row may say, it opens nothing.
KNOWN_STATES = ("active", "suspended")

# 16 upper-case base32 characters, and 43 base64url ones (32 random bytes), which may be _ and -.
_FORM = re.compile(r"lp_(live|test)_([A-Z2-7]{16})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """What a caller sent, in its parts; `secret_sha256` is all that is kept of the secret."""

    environment: str
    key_id: str
    secret_sha256: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A stored key. `scopes` are `area:verb` or `*`; an empty set grants nothing."""

    key_id: str
    secret_sha256: str
    environment: str
    organization_id: str
    organization_name: str
    scopes: frozenset[str]
    tier: str
    state: str

    def is_opened_by(self, presented: PresentedKey) -> bool:
        """Whether `presented` is this key, and not revoked; compares in constant time."""
        same_secret = hmac.compare_digest(self.secret_sha256, presented.secret_sha256)
        same_environment = self.environment == presented.environment
        return same_secret and same_environment and self.state in KNOWN_STATES

    def is_suspended(self) -> bool:
        return self.state == "suspended"

    def grants(self, scope: str) -> bool:
        return scope in self.scopes or "*" in self.scopes


def parse_authorization(header: str | None) -> PresentedKey | None:
    """The key of an `Authorization` header, None when it is not `Bearer` and a well-formed key."""
    scheme, _, credentials = (header or "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    form = _FORM.fullmatch(credentials.strip(" "))
    if form is None:
        return None
    environment, key_id, secret = form.groups()
    return PresentedKey(environment, key_id, hash_secret(secret))


def hash_secret(secret: str) -> str:
    """SHA-256 in hex: a 256-bit random secret needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class MintedKey:
    """A new key, in full: `text` is shown once and kept nowhere."""

    text: str
    key_id: str
    secret_sha256: str


def mint_key(environment: str, randomness: Callable[[int], bytes]) -> MintedKey:
    """A key of 80 random bits of id and 256 of secret, for `live` or `test`."""
    key_id = base64.b32encode(randomness(10)).decode()
    secret = base64.urlsafe_b64encode(randomness(32)).decode().rstrip("=")
    return MintedKey(f"lp_{environment}_{key_id}_{secret}", key_id, hash_secret(secret))
