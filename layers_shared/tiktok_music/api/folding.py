"""Folds text for search: drops case, accents and width; keeps letters and vowel signs."""

import unicodedata

from tiktok_music.characters import ACCENTS, LATIN_LETTERS

_LETTERS = {**LATIN_LETTERS, "ŧ": "t", "ħ": "h"}
_CAPITALS = {letter.upper(): plain for letter, plain in _LETTERS.items()}
# Typographic quotes and dashes become those of a keyboard.
_SIGNS = str.maketrans("’‘ʼ“”„‐‑–—−", "'''\"\"\"-----")
_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
_FOLDED = str.maketrans("", "", ACCENTS + _INVISIBLE) | str.maketrans(_CAPITALS | _LETTERS) | _SIGNS


def fold(text: str) -> str:
    """Returns `text` in the form in which it is compared: "Canción" and "CANCION" fold alike."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).translate(_FOLDED)
    return unicodedata.normalize("NFC", decomposed.casefold())
