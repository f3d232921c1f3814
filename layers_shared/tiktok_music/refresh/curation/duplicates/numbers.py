"""Writes the numbers of titles in one way: "Song, Part II" and "song pt. 2" are "song 2"."""

import re
import unicodedata
from functools import cache, lru_cache

from tiktok_music.refresh.curation.titles.folding import fold
from tiktok_music.refresh.curation.titles.tables import read_phrases

_YEAR = re.compile(r"(?:19|20)\d\d")
_SPOKEN_ING = re.compile(r"(?<=[a-z]{3}in)g\b")
_GLUED = re.compile(r"\b(pt|part|vol|ep)(\d{1,3})\b")


@lru_cache(maxsize=8192)
def title_words(text: str) -> str:
    """Folds a title and writes its numbers in digits, without markers such as "part"."""
    words = _GLUED.sub(r"\1 \2", fold(text)).split()
    if _number_words().isdisjoint(words) and not any(word.isdecimal() for word in words):
        return _SPOKEN_ING.sub("", " ".join(words))
    written: list[str] = []
    for position, word in enumerate(words):
        is_marked = bool(written) and _is_marker(written[-1])
        spelt = is_marked or (position and _is_roman(word)) or word.isdecimal()
        digits = _digits(word) if spelt else word
        if is_marked and digits.isdigit() and len(written) > 1:
            written.pop()
        elif _is_marker(word) and len(written) > 1 and _digits(written[-1]).isdigit():
            written[-1], digits = _digits(written[-1]), ""
        written.append(digits)
    return _SPOKEN_ING.sub("", " ".join(word for word in written if word))


def numbers_in(words: str) -> list[str]:
    """Returns the numbers among words, in their order."""
    return [word for word in words.split() if word.isdigit()]


def counted_numbers(words: str) -> frozenset[str]:
    """Returns the numbers of a subtitle; a year beside other words is a date, not a number."""
    has_company = " " in words
    return frozenset(
        word for word in numbers_in(words) if not (has_company and _YEAR.fullmatch(word))
    )


def _is_marker(word: str) -> bool:
    return word in read_phrases("numbers.txt")["marker"]


def _is_roman(word: str) -> bool:
    return word in read_phrases("numbers.txt")["bare"]


@cache
def _number_words() -> frozenset[str]:
    """Markers and Roman numbers: words without one of them, or digits, stay as they are."""
    table = read_phrases("numbers.txt")
    return frozenset(table["marker"] + table["bare"])


@cache
def _spelt_numbers() -> dict[str, str]:
    table = read_phrases("numbers.txt").items()
    return {fold(word): number for number, words in table if number.isdigit() for word in words}


def _digits(word: str) -> str:
    if word.isdecimal():
        return "".join(str(unicodedata.decimal(digit)) for digit in word)
    return _spelt_numbers().get(word, word)
