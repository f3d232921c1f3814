"""Folds titles and names for comparison: drops case, accents, width and punctuation.

`fold` separates words by one space; `squeeze` joins them; `romanise` spells them in Latin letters.
"""

import re
import unicodedata
from functools import cache, lru_cache

from tiktok_music import characters
from tiktok_music.characters import (
    ACCENTS,
    KORANIC_MARKS,
    LATIN_LETTERS,
    VARIATION_SELECTORS,
)
from tiktok_music.refresh.curation.titles.tables import read_pairs

# The first characters of a title identify it; the limit bounds the time for oversized input.
LONGEST = 300

_SURROGATE = re.compile("[\ud800-\udfff]")
_BETWEEN_LETTERS = re.compile(r"(?<=[a-z])[!$](?=[a-z])|(?<![^\W_])\$(?=[a-z])|(?<=[a-z$])\$")
_LONG_O = re.compile("ou|oo")
_SHORT_I = re.compile("iy|ij|yi|[yj]")
_DOUBLED = re.compile(r"(.)\1+")
_STYLISED = {"!": "i", "$": "s"}
_PLAIN_LETTERS = LATIN_LETTERS | {
    "ð": "d", "þ": "th", "ى": "ي", "ة": "ه", "ـ": "", "&": " and ", "+": " and ",
    "'": "", "’": "", "‘": "", "`": "", "´": "", "ʼ": "", "׳": "",
}  # fmt: skip
_KATAKANA_TO_HIRAGANA = 0x60
# NFKC would spell them "tm" and "sm".
_TRADE_MARKS = str.maketrans("", "", "™℠")
_IGNORED_MARKS = str.maketrans("", "", ACCENTS + KORANIC_MARKS + VARIATION_SELECTORS)


class _Folding(dict[int, str]):
    """Folded characters by code point, each computed at its first lookup."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        folded = _PLAIN_LETTERS.get(letter)
        if folded is None:
            folded = _han_variants().get(letter) or _fold_by_category(letter)
        self[code] = folded
        return folded


def _fold_by_category(letter: str) -> str:
    category = unicodedata.category(letter)
    if "ァ" <= letter <= "ヶ":
        return chr(ord(letter) - _KATAKANA_TO_HIRAGANA)
    if characters.is_ignorable(letter) or category == "Cf":
        return ""
    return letter if category[0] in "LNM" else " "


@cache
def _han_variants() -> dict[str, str]:
    return {pair[0]: pair[1] for pair in read_pairs("han_variants.txt")}


_folding = _Folding()


def unescape(text: str) -> str:
    r"""Replaces `\u00f1` and `&amp;` by their letters, lone surrogates by a space or U+FFFD."""
    if text.isascii() and "\\u" not in text and "&" not in text:
        return text
    if "\\u" in text or "&" in text:
        text = characters.unescape(text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _SURROGATE.sub(" ", text)


def fold(text: str) -> str:
    """Folds a text to its words; a text of symbols alone stays as it is, without spaces."""
    return _fold(text[:LONGEST])


@lru_cache(maxsize=8192)
def _fold(text: str) -> str:
    shown = characters.visible(unescape(text)).translate(_TRADE_MARKS)
    text = unicodedata.normalize("NFKC", shown).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFD", text)
        text = unicodedata.normalize("NFC", text.translate(_IGNORED_MARKS))
    letters = text
    if "!" in text or "$" in text:
        letters = _BETWEEN_LETTERS.sub(lambda sign: _STYLISED[sign[0]], text)
    return " ".join(letters.translate(_folding).split()) or "".join(text.split())


def squeeze(folded: str) -> str:
    """Removes the spaces of a folded text: "smoke show" and "smokeshow" become equal."""
    return folded.replace(" ", "")


def romanise(folded: str) -> str | None:
    """Spells a folded text in Latin letters; None if it is in Latin or cannot be spelt (kanji)."""
    if folded.isascii():
        return None
    spelt = _spelling_pattern().sub(lambda letters: _spellings()[letters[0]], folded)
    spelt = "".join(_romanise_hangul(letter) for letter in spelt)
    return spelt if spelt.isascii() else None


def sound_alike(latin: str) -> str:
    """Unifies spellings of one sound: long vowels, y and j, kh, doubled letters; drops spaces."""
    latin = _LONG_O.sub("o", latin.replace(" ", "")).replace("kh", "h")
    return _DOUBLED.sub(r"\1", _SHORT_I.sub("i", latin))


@cache
def _spellings() -> dict[str, str]:
    pairs = (pair.split(" ") for pair in read_pairs("romanisation.txt", "  "))
    return {letters: "" if latin == "-" else latin for letters, latin in pairs}


@cache
def _spelling_pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_spellings(), key=len, reverse=True)))


# Jamo in the order of Unicode's composition rule (The Unicode Standard, 3.12), spelt by the
# Revised Romanization of Korean (2000).
_INITIALS = "g kk n d tt r m b pp s ss - j jj ch k t p h"
_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"
_FINALS = "- k k k n n n t l k m l l l p l m p p t t ng t t k t p t"
_FIRST_SYLLABLE, _LAST_SYLLABLE = "가", "힣"


@cache
def _jamo() -> tuple[list[str], ...]:
    return tuple(row.replace("-", "").split(" ") for row in (_INITIALS, _VOWELS, _FINALS))


def _romanise_hangul(letter: str) -> str:
    if not _FIRST_SYLLABLE <= letter <= _LAST_SYLLABLE:
        return letter
    initials, vowels, finals = _jamo()
    initial_and_vowel, final = divmod(ord(letter) - ord(_FIRST_SYLLABLE), len(finals))
    initial, vowel = divmod(initial_and_vowel, len(vowels))
    return initials[initial] + vowels[vowel] + finals[final]
