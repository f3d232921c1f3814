"""Characters and escapes that more than one text rule treats alike; a plain `str` of characters
serves as a table for `str.translate` and as a class in a pattern."""

import re


def _range(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


# Accents of Latin, Greek and Cyrillic; points of Hebrew; vowel marks of Arabic. The marks of Indic
# and other scripts are vowels: they are not in here.
ACCENTS = _range(0x300, 0x36F) + _range(0x591, 0x5C7) + _range(0x64B, 0x65F) + "\u0670"
# Arabic honorifics and Koranic signs.
KORANIC_MARKS = _range(0x610, 0x61A)
# Marks, overrides and isolates of the Unicode Bidirectional Algorithm (UAX #9).
BIDI_CONTROLS = "\u200e\u200f" + _range(0x202A, 0x202E) + _range(0x2066, 0x2069)
VARIATION_SELECTORS = _range(0xFE00, 0xFE0F)
# Latin letters without a decomposition in Unicode.
LATIN_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"}


def unescape(text: str) -> str:
    r"""Replaces literal `\u00f1` escapes by their characters; surrogates are not joined."""
    # Compiled at the first use: the list function loads this module but never needs the pattern.
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), text)
