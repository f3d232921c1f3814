"""Folds text for search: drops case, accents and width; keeps letters and vowel signs."""

import unicodedata

from tiktok_music.characters import ACCENTS, LATIN_LETTERS, is_ignorable

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


# More than the titles of a catalog have; callers could send all of Unicode, some 100 MB.
_MOST_CHARACTERS = 10_000
# Letters, digits and the marks that fold() keeps.
_KEPT = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No"}


class _WithoutPunctuation(dict[int, str | None]):
    """A table for `str.translate`, filled with the characters that occur; begins anew when full."""

    def __missing__(self, code: int) -> str | None:
        if len(self) >= _MOST_CHARACTERS:
            self.clear()
        self[code] = result = _plain(chr(code))
        return result


def _plain(char: str) -> str | None:
    if char == "&":
        return "and"
    if char.isspace():
        return char if char == "\n" else " "
    is_kept = unicodedata.category(char) in _KEPT and not is_ignorable(char)
    return char if is_kept else None


_PLAIN = _WithoutPunctuation()


def without_punctuation(folded: str) -> str:
    """Returns a folded text without signs, and "and" for "&"; keeps line breaks and spaces."""
    return folded.translate(_PLAIN)
