"""Normalises text for the word lists: escapes, stylised and invisible characters, accents."""

import html
import re
import unicodedata

from tiktok_music.characters import ACCENTS, KORANIC_MARKS, LATIN_LETTERS

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_MARKS = ACCENTS + KORANIC_MARKS
# Vowel signs of Indic and other scripts are marks, which `\w` leaves out: without them a word would
# fall apart at each one.
_MARKS_IN_WORDS = f"{_MARKS}\u0900-\u109f\u1780-\u17ff\u3099"
_LETTER = "[^\\W_ァ-ヺー]"
# A run of katakana is a word of its own: Japanese writes no spaces.
_WORD = re.compile(rf"[ァ-ヺー]+|{_LETTER}(?:{_LETTER}|[{_MARKS_IN_WORDS}])*")
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

_PLAIN_LETTERS = (
    LATIN_LETTERS
    | dict(zip("ðħŧƒɡ", "dhtfg", strict=True))
    | dict(zip("ٱىةکی", "اي" + "هكي", strict=True))
)
_TATWEEL = "\u0640"


def _legible_table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for first, last in _INVISIBLE_RANGES:
        table.update(dict.fromkeys(range(first, last + 1)))
    for first in _ENCLOSED_ALPHABETS:
        table.update({first + i: chr(ord("A") + i) for i in range(26)})
    table.update({ord(quote): "'" for quote in "’‘ʼ＇`´ʹ"})
    return table


_SHORT_I = "\uf8ff"
_LEGIBLE = _legible_table()
_FOLD = str.maketrans("", "", _MARKS + _TATWEEL) | str.maketrans(_PLAIN_LETTERS)


def legible(text: str) -> str:
    r"""Resolves escapes and HTML entities, normalises (NFKC) and drops invisible characters.

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
    """Drops accents and points from a casefolded word and unifies Arabic spelling variants."""
    if word.isascii():
        return word
    # The breve of й is no accent: it distinguishes two letters.
    bare = unicodedata.normalize("NFD", word.replace("й", _SHORT_I)).translate(_FOLD)
    return unicodedata.normalize("NFC", bare).replace(_SHORT_I, "й")


def words_of(text: str) -> list[str]:
    """Splits a legible text into its words, without punctuation."""
    return _WORD.findall(text)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each word of a legible text."""
    return [found.span() for found in _WORD.finditer(text)]


def chunks_of(text: str) -> list[str]:
    """Splits a text at spaces, brackets and hard punctuation; other symbols stay in the chunks."""
    return _HARD_BREAK.split(text)


def spelled_runs(text: str) -> list[str]:
    """Joins each run of three or more single letters ("F.U.N", "s o s") to one word."""
    return [
        "".join(char for char in run if char.isalnum() or char == "*")
        for run in _SPELLED.findall(text)
    ]
