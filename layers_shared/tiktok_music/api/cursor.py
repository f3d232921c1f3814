"""Pagination cursors: version, offset, base of `rising` and a checksum. Opaque to clients."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

_FORMAT = re.compile(
    r"([0-9]{10}-[0-9a-f]{16})\.([0-9]{1,7})\."
    r"(?:([0-9]{10}-[0-9a-f]{16}|none|popular)\.)?[0-9a-f]{16}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next page starts at `offset`, counted from 0, of a search in `version`.

    `base` is that of the `rising` order; cursors of older releases have none.
    """

    version: str
    offset: int
    base: str | None = None


def write_cursor(cursor: Cursor, digest: str) -> str:
    """Encodes a cursor as URL-safe text; `digest` identifies its search."""
    text = f"{_plain(cursor)}{_checksum(cursor, digest)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, digest: str) -> Cursor | None:
    """Decodes a cursor; returns None if it is malformed or belongs to another search."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
        match = _FORMAT.fullmatch(plain.decode("ascii"))
    except (binascii.Error, ValueError):
        return None
    if match is None:
        return None
    cursor = Cursor(match[1], int(match[2]), match[3])
    return cursor if write_cursor(cursor, digest) == text else None


def _plain(cursor: Cursor) -> str:
    base = f"{cursor.base}." if cursor.base else ""
    return f"{cursor.version}.{cursor.offset}.{base}"


def _checksum(cursor: Cursor, digest: str) -> str:
    """A checksum against accidental edits; no signature: a cursor grants no access.

    A forged one costs no more than a page of a stored version, and is counted like one.
    """
    return hashlib.sha256(f"{_plain(cursor)}{digest}".encode()).hexdigest()[:16]
