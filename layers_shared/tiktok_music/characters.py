"""Characters and escapes that more than one text rule treats alike; a plain `str` of characters
serves as a table for `str.translate` and as a class in a pattern."""

import re
import sys
import unicodedata


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
# Blank letters and signs that are no white space in Unicode: Hangul fillers, empty Braille.
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
# The other code points that show nothing: Default_Ignorable_Code_Point of Unicode 16
# (DerivedCoreProperties), first and last of each range.
_IGNORABLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
# Those that shape a neighbour: joiners (Persian, Indic scripts, emoji), selectors, tags.
_SHAPING = ((0x180B, 0x180F), (0x200C, 0x200D), (0xFE00, 0xFE0F), (0xE0020, 0xE01EF))
# Latin letters without a decomposition in Unicode.
LATIN_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"}

_LAYERS = 2
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}


def unescape(text: str) -> str:
    r"""Replaces literal `\u00f1` escapes and `&amp;` by characters; surrogates are not joined.

    Only references with a semicolon count ("AT&T" stays), at most two layers deep (`&amp;amp;`).
    """
    # Compiled at the first use: the list function loads this module but never needs the patterns.
    if "\\u" in text:
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), text)
    for _ in range(_LAYERS if "&" in text else 0):
        text = re.sub(r"&(?:#(\d{1,7}|[xX][0-9a-fA-F]{1,6})|(\w{2,6}));", _referenced, text)
    return text


def _referenced(reference: re.Match[str]) -> str:
    number, name = reference.groups()
    if name:
        return _NAMED.get(name.lower(), reference[0])
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return chr(code) if 0 < code <= sys.maxunicode else reference[0]


def is_ignorable(char: str) -> bool:
    """True for a character that shows nothing and takes no room."""
    return not char.isascii() and _is_within(char, _IGNORABLE)


def visible(text: str) -> str:
    """Returns a text without what shows nothing; empty if all of it shows nothing.

    Blank letters become spaces. Ignorable characters and marks go, but for marks and shaping
    characters (joiners, selectors) behind a character that shows.
    """
    if text.isascii():
        return text.strip()
    if text.isprintable() and all(char.isascii() or _is_letter(char) for char in text):
        return text.strip()
    shown: list[str] = []
    for char in text:
        is_alone = not shown or shown[-1] == " "
        if char.isspace() or char in BLANK_LETTERS:
            shown.append(" ")
        elif is_ignorable(char):
            shown.extend(char if not is_alone and _is_within(char, _SHAPING) else "")
        elif not (is_alone and unicodedata.category(char)[0] == "M"):
            shown.append(char)
    return "".join(shown).strip(" \u200c\u200d")


def _is_letter(char: str) -> bool:
    return char.isalpha() and char not in BLANK_LETTERS


def _is_within(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)
