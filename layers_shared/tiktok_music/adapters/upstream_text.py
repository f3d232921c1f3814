"""Cleans the names that upstream sends: escapes, control characters, stray spaces."""

import re
import unicodedata

# Nobody's title is longer; a longer one is cut so that one row cannot swell the answer.
MAX_CHARACTERS = 300

_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
# Bidirectional overrides and isolates would turn the rest of a page around.
_UNSEEN = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean_name(text: str | None) -> str:
    """A title, artist or album as people should read it: one line, NFC, at most 300 characters.

    Literal escapes (a backslash, u00f1) become their letters; lone surrogates and control
    characters go.
    """
    text = _ESCAPES.sub(_unescape, (text or "")[: MAX_CHARACTERS * 8])
    text = without_lone_surrogates(text)
    text = _UNSEEN.sub("", text)
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))[:MAX_CHARACTERS].rstrip()


def without_lone_surrogates(text: str) -> str:
    """`text` with pairs of surrogates joined and lone ones gone: it can be written as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _unescape(escapes: re.Match[str]) -> str:
    return "".join(chr(int(code, 16)) for code in escapes[0].split("\\u")[1:])
