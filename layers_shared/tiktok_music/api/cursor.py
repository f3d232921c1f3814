"""Cursors: where the next page starts, in which version and of which search. Opaque to callers."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

_FORM = re.compile(r"([0-9]{10}-[0-9a-f]{16})\.([0-9]{1,7})\.", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next page starts at `offset`, counted from 0, of a search in `version`."""

    version: str
    offset: int


def write_cursor(cursor: Cursor, digest: str) -> str:
    """URL-safe text; `digest` names the search that it belongs to."""
    text = f"{cursor.version}.{cursor.offset}.{_check(cursor, digest)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, digest: str) -> Cursor | None:
    """The cursor, None when it is none or belongs to another search."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
        form = _FORM.match(plain.decode("ascii"))
    except (binascii.Error, ValueError):
        return None
    if form is None:
        return None
    cursor = Cursor(form[1], int(form[2]))
    return cursor if write_cursor(cursor, digest) == text else None


def _check(cursor: Cursor, digest: str) -> str:
    """Notices slips of hand; a cursor gives access to nothing, so that no key is needed."""
    text = f"{cursor.version}.{cursor.offset}.{digest}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
