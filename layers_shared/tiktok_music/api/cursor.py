"""Pagination cursors: offset, version and a digest of the search. Opaque to clients."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

_FORMAT = re.compile(r"([0-9]{10}-[0-9a-f]{16})\.([0-9]{1,7})\.", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next page starts at `offset`, counted from 0, of a search in `version`."""

    version: str
    offset: int


def write_cursor(cursor: Cursor, digest: str) -> str:
    """Encodes a cursor as URL-safe text; `digest` identifies its search."""
    text = f"{cursor.version}.{cursor.offset}.{_checksum(cursor, digest)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, digest: str) -> Cursor | None:
    """Decodes a cursor; returns None if it is malformed or belongs to another search."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
        match = _FORMAT.match(plain.decode("ascii"))
    except (binascii.Error, ValueError):
        return None
    if match is None:
        return None
    cursor = Cursor(match[1], int(match[2]))
    return cursor if write_cursor(cursor, digest) == text else None


def _checksum(cursor: Cursor, digest: str) -> str:
    """A checksum against accidental edits; no signature, as a cursor grants no access."""
    text = f"{cursor.version}.{cursor.offset}.{digest}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
