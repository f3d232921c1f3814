"""Pagination cursors: version, offset, base of `rising` and a keyed digest. Opaque to clients."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import NamedTuple

from tiktok_music.api.catalog_view import FOREIGN, CatalogView
from tiktok_music.errors import Invalid

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


class Seal(NamedTuple):
    """Binds cursors to a catalog, by its secret, and to a search in it, by its digest."""

    secret: str
    search: str


def seal_of(view: CatalogView, search: str) -> Seal:
    """The seal of the cursors of a search; raises StoreError."""
    return Seal(view.snapshots.cursor_secret(), search)


def accepted_cursor(view: CatalogView, text: str, search: str, advice: str) -> Cursor:
    """The cursor of a request; raises Invalid with `advice` unless it was given out for it."""
    cursor = read_cursor(text, seal_of(view, search))
    if cursor is not None:
        return cursor
    claimed = unverified_cursor(text)
    if claimed and not view.snapshots.has(claimed.version) and view.is_foreign(claimed.version):
        raise Invalid((("cursor", FOREIGN),))
    raise Invalid((("cursor", advice),))


def write_cursor(cursor: Cursor, seal: Seal) -> str:
    """Encodes a cursor as URL-safe text."""
    text = f"{_plain(cursor)}{_digest(cursor, seal)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, seal: Seal) -> Cursor | None:
    """Decodes a cursor; returns None if it is malformed, forged or of another search."""
    cursor = unverified_cursor(text)
    return cursor if cursor and write_cursor(cursor, seal) == text else None


def unverified_cursor(text: str) -> Cursor | None:
    """Decodes a cursor that may be forged; returns None if it is malformed."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
        match = _FORMAT.fullmatch(plain.decode("ascii"))
    except (binascii.Error, ValueError):
        return None
    return Cursor(match[1], int(match[2]), match[3]) if match else None


def _plain(cursor: Cursor) -> str:
    base = f"{cursor.base}." if cursor.base else ""
    return f"{cursor.version}.{cursor.offset}.{base}"


def _digest(cursor: Cursor, seal: Seal) -> str:
    """Only cursors that were given out are read: a forged one would load any stored version."""
    text = f"{_plain(cursor)}{seal.search}".encode()
    return hashlib.blake2b(text, digest_size=8, key=seal.secret.encode()).hexdigest()
