"""Cleans the names that upstream sends: escapes, control characters, stray spaces."""

import unicodedata

from tiktok_music.characters import unescape, visible

# Nobody's title is longer; a longer one is cut so that one row cannot swell the answer.
MAX_CHARACTERS = 300


def clean_name(text: str | None) -> str:
    """Cleans a title, artist or album for people: one line, NFC, at most 300 characters.

    Literal escapes (a backslash and u00f1, or "&amp;") become their letters; lone surrogates,
    control characters and all that shows nothing go, so that a name of blanks is empty.
    """
    text = without_lone_surrogates(unescape((text or "")[: MAX_CHARACTERS * 8]))
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    text = " ".join(visible(text).split())
    return unicodedata.normalize("NFC", text)[:MAX_CHARACTERS].rstrip()


def without_lone_surrogates(text: str) -> str:
    """`text` with pairs of surrogates joined and lone ones gone: it can be written as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
