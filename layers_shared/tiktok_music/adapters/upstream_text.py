"""Cleans names from upstream: escapes, control characters, superfluous spaces."""

import re
import unicodedata

# Real titles are shorter; a longer one is cut, so that one row cannot inflate the snapshot.
MAX_CHARACTERS = 300

_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
# Bidirectional overrides and isolates would reverse the rest of a page.
_INVISIBLE = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean_name(text: str | None) -> str:
    """A readable title, artist or album: one line, NFC, at most 300 characters.

    Literal escapes (a backslash, u00f1) become their letters; lone surrogates and control
    characters are removed.
    """
    text = _ESCAPES.sub(_unescape, (text or "")[: MAX_CHARACTERS * 8])
    text = without_lone_surrogates(text)
    text = _INVISIBLE.sub("", text)
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))[:MAX_CHARACTERS].rstrip()


def without_lone_surrogates(text: str) -> str:
    """`text` with surrogate pairs joined and lone ones removed, so that UTF-8 can encode it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _unescape(escapes: re.Match[str]) -> str:
    return "".join(chr(int(code, 16)) for code in escapes[0].split("\\u")[1:])
