"""Cleans names from upstream: escapes, control characters, superfluous spaces."""

import unicodedata

from tiktok_music.characters import unescape, visible

# Real titles are shorter; a longer one is cut, so that one row cannot inflate the snapshot.
MAX_CHARACTERS = 300
# One character may fold to 18 (U+FDFA), and the rules fold names before they search them.
MAX_FOLDED_CHARACTERS = 600


def clean_name(text: str | None) -> str:
    """A readable title, artist or album: one line, NFC, at most 300 characters and 600 in NFKC.

    Literal escapes (a backslash and u00f1, or "&amp;") become their letters. Lone surrogates,
    control characters and everything that renders as nothing are removed, so that a name of
    blanks is empty.
    """
    text = without_lone_surrogates(unescape((text or "")[: MAX_CHARACTERS * 8]))
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    text = " ".join(visible(text).split())
    name = unicodedata.normalize("NFC", text)[:MAX_CHARACTERS]
    return _cut_to_fold(name).rstrip()


def _cut_to_fold(name: str) -> str:
    """Cuts a name that would be too long in NFKC, the form that the rules read."""
    if len(unicodedata.normalize("NFKC", name)) <= MAX_FOLDED_CHARACTERS:
        return name
    folded = 0
    for position, char in enumerate(name):
        folded += len(unicodedata.normalize("NFKC", char))
        if folded > MAX_FOLDED_CHARACTERS:
            return name[:position]
    return name


def without_lone_surrogates(text: str) -> str:
    """`text` with surrogate pairs joined and lone ones removed, so that UTF-8 can encode it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
