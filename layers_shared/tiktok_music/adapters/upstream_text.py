"""Cleans names from upstream: escapes, control characters, superfluous spaces."""

import unicodedata

from tiktok_music.characters import BIDI_CONTROLS, unescape

# Real titles are shorter; a longer one is cut, so that one row cannot inflate the snapshot.
MAX_CHARACTERS = 300

# Bidirectional overrides and isolates would reverse the rest of a page.
_INVISIBLE = str.maketrans("", "", BIDI_CONTROLS + "\ufeff")


def clean_name(text: str | None) -> str:
    """A readable title, artist or album: one line, NFC, at most 300 characters.

    Literal escapes (a backslash, u00f1) become their letters; lone surrogates and control
    characters are removed.
    """
    text = without_lone_surrogates(unescape((text or "")[: MAX_CHARACTERS * 8]))
    text = text.translate(_INVISIBLE)
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))[:MAX_CHARACTERS].rstrip()


def without_lone_surrogates(text: str) -> str:
    """`text` with surrogate pairs joined and lone ones removed, so that UTF-8 can encode it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
