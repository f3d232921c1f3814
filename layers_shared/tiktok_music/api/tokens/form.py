"""Browser tokens: their text, and their HMAC. Pure.

    lpb.<live|test>.<key id>.<payload>.<mac>

One algorithm and no header, so that nothing is negotiated. The payload is base64url of JSON. The
MAC is compared as text: its last character has two bits that decoding would ignore.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiktok_music.api_key import KeyEnvironment, has_checksum

VERSION = 1
# A longer text is refused before anything of it is decoded.
MOST_CHARACTERS = 599
MOST_ORIGINS = 5
MOST_SECONDS = 3_600
MAC_CONTEXT = b"tiktok-music browser token 1\n"
_FORMAT = re.compile(r"lpb\.(live|test)\.([A-Z2-7]{16})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserToken:
    """The payload. Times are Unix seconds; `token_id` (12 characters) names the token in logs.

    `origins` are exact or have a `*`; `visitor` is the customer's own name of the visitor;
    `restrictions` are query parameters with a fixed value.
    """

    expires_at: int
    issued_at: int
    token_id: str
    origins: tuple[str, ...]
    visitor: str | None = None
    restrictions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """The parts of a well-formed token that a caller sent; `signed` is the text before the MAC."""

    environment: KeyEnvironment
    key_id: str
    payload: str
    mac: str
    signed: str = field(repr=False)

    def is_signed_by(self, secret: bytes) -> bool:
        """Compares the MACs in constant time."""
        return hmac.compare_digest(mac_of(self.signed, secret), self.mac)


def parse_token_authorization(header: str) -> PresentedToken | None:
    """Reads the token of an `Authorization` header: `Bearer` and a well-formed token, else None.

    An invented key id without its checksum counts as malformed, so that it costs no read.
    """
    scheme, _, credentials = header.partition(" ")
    text = credentials.strip(" ")
    if scheme.lower() != "bearer" or len(text) > MOST_CHARACTERS:
        return None
    match = _FORMAT.fullmatch(text)
    if match is None:
        return None
    environment, key_id, payload, mac = match.groups()
    if not has_checksum(environment, key_id):
        return None
    return PresentedToken(
        environment=KeyEnvironment(environment),
        key_id=key_id,
        payload=payload,
        mac=mac,
        signed=text.rpartition(".")[0],
    )


def read_payload(payload: str) -> BrowserToken | None:
    """Reads a payload whose MAC was checked; None for one of another version."""
    try:
        members = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if members["v"] != VERSION:
            return None
        return BrowserToken(
            expires_at=int(members["exp"]),
            issued_at=int(members["iat"]),
            token_id=str(members["jti"]),
            origins=tuple(members["org"]),
            visitor=members.get("sub"),
            restrictions=dict(members.get("q", {})),
        )
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def write_token(
    token: BrowserToken, environment: KeyEnvironment, key_id: str, secret: bytes
) -> str:
    """The text of a token, which may be longer than a valid one."""
    members: dict[str, Any] = {
        "v": VERSION,
        "exp": token.expires_at,
        "iat": token.issued_at,
        "jti": token.token_id,
        "org": list(token.origins),
    }
    if token.visitor is not None:
        members["sub"] = token.visitor
    if token.restrictions:
        members["q"] = dict(token.restrictions)
    payload = json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()
    signed = f"lpb.{environment}.{key_id}.{base64url(payload)}"
    return f"{signed}.{mac_of(signed, secret)}"


def base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def mac_of(signed: str, secret: bytes) -> str:
    """The MAC of the text before it, as the token has it."""
    return base64url(hmac.digest(secret, MAC_CONTEXT + signed.encode(), hashlib.sha256))
