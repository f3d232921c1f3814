"""Likelihoods of words and letters in the languages of one script: text in, half bits out.

Half bits, `-2 * log2(p)` rounded, are the unit of every number here: likelihoods add up as small
integers and fit into one character of a table.
"""

import lzma
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tiktok_music.characters import unescape

_NOT_SPELLED = re.compile("[^a-z']")
# The first printable character: numbers are written as ASCII, so that the tables stay text.
ZERO = 33
_FIGURES = bytes(max(0, code - ZERO) for code in range(256))
UNSEEN_LETTER = 24
BACK_OFF = 3
# Vowel signs of Indic and other scripts, which are part of a word.
_VOWEL_SIGNS = range(0x0900, 0x2000)


def plain(text: str) -> str:
    """Unescapes and normalises (NFKC) a text, so that each letter has one form."""
    return unicodedata.normalize("NFKC", unescape(text))


def words_of(text: str) -> list[str]:
    """Splits a plain text into words as the tables spell them: lower case, letters only.

    Apostrophes inside a word stay. Digits, punctuation, emoji and lone surrogates separate words.
    """
    lower = text.lower().replace("’", "'").replace("i\u0307", "i")
    spelled = _NOT_SPELLED.sub(" ", lower) if lower.isascii() else "".join(map(_spelled, lower))
    return [word for word in (part.strip("'") for part in spelled.split()) if word]


def _spelled(character: str) -> str:
    if character.isalpha() or character == "'":
        return character
    if unicodedata.category(character).startswith("M"):
        return character if ord(character) in _VOWEL_SIGNS else ""
    return " "


def grams_of(word: str) -> list[str]:
    """Trigrams that end at each letter of `word` and at its end; the first ones are shorter."""
    framed = f"^{word}$"
    return [framed[max(0, end - 3) : end] for end in range(2, len(framed) + 1)]


@dataclass(frozen=True, slots=True, eq=False)
class LanguageTable:
    """The words and letter sequences of the languages of one script.

    `codes` gives the order of the languages in every answer; `unlisted` is the estimated share of
    each one's running words that its list lacks. `lines` are the words, sorted by their UTF-8
    bytes, one per line with a pair of characters for each language that has it. They stay one
    block of bytes for binary search, as a dictionary would take ten times the memory.
    """

    codes: tuple[str, ...]
    unlisted: tuple[float, ...]
    lines: bytes
    grams: dict[str, bytes]

    @classmethod
    def load(cls, folder: Path, script: str) -> "LanguageTable":
        """Reads `<script>.words.txt.xz` and `<script>.grams.txt.xz`."""
        head, lines = _halves(folder / f"{script}.words.txt.xz")
        _, grams = _halves(folder / f"{script}.grams.txt.xz")
        languages = head.decode().rpartition("# languages: ")[2].split()
        codes, percents = zip(*(language.split(":") for language in languages), strict=True)
        pairs = (line.split("\t") for line in grams.decode().splitlines())
        return cls(
            codes,
            tuple(int(percent) / 100 for percent in percents),
            lines,
            {gram: figures.encode().translate(_FIGURES) for gram, figures in pairs},
        )

    def half_bits_of_word(self, word: str) -> dict[int, int]:
        """Half bits of `word` by index into `codes`, for the languages that list it."""
        pairs = self._pairs(word.encode())
        return {pairs[at] - ZERO: pairs[at + 1] - ZERO for at in range(0, len(pairs), 2)}

    def half_bits_of_letters(self, word: str) -> npt.NDArray[np.int64]:
        """Half bits of the spelling of `word` in each language, by its trigrams.

        A trigram that no language has backs off to its suffix, for `BACK_OFF` half bits a letter.
        """
        rows, penalty = [], 0
        for gram in grams_of(word):
            while gram and gram not in self.grams:
                gram, penalty = gram[1:], penalty + BACK_OFF
            rows.append(self.grams.get(gram) or bytes([UNSEEN_LETTER] * len(self.codes)))
        figures = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)
        return figures.sum(axis=0, dtype=np.int64) + penalty

    def _pairs(self, word: bytes) -> bytes:
        low, high = 0, len(self.lines)
        while low < high:
            middle = (low + high) // 2
            start = max(low, self.lines.rfind(b"\n", low, middle) + 1)
            end = self.lines.find(b"\n", middle)
            found, _, pairs = self.lines[start:end].partition(b"\t")
            if found == word:
                return pairs
            low, high = (end + 1, high) if found < word else (low, start)
        return b""


def _halves(path: Path) -> tuple[bytes, bytes]:
    """Splits a table into the comments at its top and the rest."""
    head, _, body = lzma.decompress(path.read_bytes()).partition(b"\n\n")
    return head, body
