"""Cleans the names that upstream sends: escapes, control characters, stray spaces."""

import unicodedata

from tiktok_music.characters import BIDI_CONTROLS, unescape

# Nobody's title is longer; a longer one is cut so that one row cannot swell the answer.
MAX_CHARACTERS = 300

# Bidirectional overrides and isolates would turn the rest of a page around.
_INVISIBLE = str.maketrans("", "", BIDI_CONTROLS + "\ufeff")


def clean_name(text: str | None) -> str:
    """A title, artist or album as people should read it: one line, NFC, at most 300 characters.

    Literal escapes (a backslash, u00f1) become their letters; lone surrogates and control
    characters go.
    """
    text = without_lone_surrogates(unescape((text or "")[: MAX_CHARACTERS * 8]))
    text = text.translate(_INVISIBLE)
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))[:MAX_CHARACTERS].rstrip()


def without_lone_surrogates(text: str) -> str:
    """`text` with pairs of surrogates joined and lone ones gone: it can be written as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
