"""What a title says once escapes, stylised and invisible characters and accents are off."""

import html
import re
import unicodedata

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
# Scripts whose vowel signs are marks, which `\w` leaves out: a word would fall apart at each one.
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u109f\u1780-\u17ff\u3099"
)
_LETTER = "[^\\W_ァ-ヺー]"
# A run of katakana is a word of its own: Japanese writes no spaces.
_WORD = re.compile(rf"[ァ-ヺー]+|{_LETTER}(?:{_LETTER}|[{_MARKS}])*")
_HARD_BREAK = re.compile(r"[\s\"(){}\[\]<>,;:/\\|~“”«»„…、。，：；！？「」『』【】《》（）–—]+")
# A letter, then at least two more, each after one to three characters that are neither.
_SPELLED = re.compile(r"(?<![\w*])[\w*](?:[^\w*]{1,3}[\w*]){2,}(?![\w*])")

_INVISIBLE_RANGES = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x180B, 0x180E),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xE0000, 0xE007F),
    # Overlays that strike a letter through or frame it.
    (0x0334, 0x0338),
    (0x0488, 0x0489),
    (0x20D0, 0x20F0),
)
# First code point of A to Z: regional indicators, negative circled, negative squared letters.
_ENCLOSED_ALPHABETS = (0x1F1E6, 0x1F150, 0x1F170)

_PLAIN_LETTERS = {
    **dict(zip("ıłøđðħŧƒɡ", "iloddhtfg", strict=True)),
    **{"æ": "ae", "œ": "oe"},
    **dict(zip("ٱىةکی", "اي" + "هكي", strict=True)),
}


def _legible_table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for first, last in _INVISIBLE_RANGES:
        table.update(dict.fromkeys(range(first, last + 1)))
    for first in _ENCLOSED_ALPHABETS:
        table.update({first + i: chr(ord("A") + i) for i in range(26)})
    table.update({ord(quote): "'" for quote in "’‘ʼ＇`´ʹ"})
    return table


def _fold_table() -> dict[int, str | None]:
    # Combining accents of the European scripts, Hebrew points, Arabic vowel signs and tatweel.
    table: dict[int, str | None] = {}
    for first, last in ((0x0300, 0x036F), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F)):
        table.update(dict.fromkeys(range(first, last + 1)))
    table.update({0x0640: None, 0x0670: None})
    table.update({ord(char): plain for char, plain in _PLAIN_LETTERS.items()})
    return table


_SHORT_I = "\uf8ff"
_LEGIBLE = _legible_table()
_FOLD = _fold_table()


def legible(text: str) -> str:
    r"""The text as a reader sees it: `\uXXXX` and HTML entities resolved, NFKC, nothing invisible.

    Letters in circles, squares and as regional indicators become letters; case and accents stay.
    """
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    if "&" in text and ";" in text:
        text = html.unescape(text)
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text.translate(_LEGIBLE)).translate(_LEGIBLE)


def folded(word: str) -> str:
    """A casefolded word without accents, points and the spelling variants of Arabic letters."""
    if word.isascii():
        return word
    # The breve of й is no accent: it tells two letters apart.
    bare = unicodedata.normalize("NFD", word.replace("й", _SHORT_I)).translate(_FOLD)
    return unicodedata.normalize("NFC", bare).replace(_SHORT_I, "й")


def words_of(text: str) -> list[str]:
    """The words of a legible text, in order, without any punctuation."""
    return _WORD.findall(text)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where each word of a legible text starts and stops."""
    return [found.span() for found in _WORD.finditer(text)]


def chunks_of(text: str) -> list[str]:
    """What stands between spaces, brackets and the like, with its inner and outer symbols."""
    return _HARD_BREAK.split(text)


def spelled_runs(text: str) -> list[str]:
    """Runs of three or more single letters ("F.U.N", "s o s"), each joined to one word."""
    return [
        "".join(char for char in run if char.isalnum() or char == "*")
        for run in _SPELLED.findall(text)
    ]
