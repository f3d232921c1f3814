"""How likely words and letters are in the languages of one script: text in, half bits out.

A half bit is the unit of every figure here: `-2 * log2(p)`, rounded, so that likelihoods add up
as small integers and fit into one character of a table.
"""

import lzma
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

# The first printable character: figures are written as ASCII, the tables stay text.
ZERO = 33
_FIGURES = bytes(max(0, code - ZERO) for code in range(256))
UNSEEN_LETTER = 24
BACK_OFF = 3
_KEPT_MARKS = range(0x0900, 0x2000)
_LITERAL_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def plain(text: str) -> str:
    """`text` in NFKC with literal \\u escapes undone, so that each letter has one form."""
    unescaped = _LITERAL_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    return unicodedata.normalize("NFKC", unescaped)


def words_of(text: str) -> list[str]:
    """The words of a plain `text` as the tables spell them: lower case, letters only.

    Apostrophes inside a word stay. Digits, punctuation, emoji and stray surrogates part words.
    """
    lower = text.lower().replace("’", "'").replace("i\u0307", "i")
    spelled = "".join(map(_spelled, lower))
    return [word for word in (part.strip("'") for part in spelled.split()) if word]


def _spelled(character: str) -> str:
    if character.isalpha() or character == "'":
        return character
    if unicodedata.category(character).startswith("M"):
        return character if ord(character) in _KEPT_MARKS else ""
    return " "


def grams_of(word: str) -> list[str]:
    """The trigrams that end at each letter of `word` and at its end, shorter at its start."""
    framed = f"^{word}$"
    return [framed[max(0, end - 3) : end] for end in range(2, len(framed) + 1)]


@dataclass(frozen=True, slots=True)
class LanguageTable:
    """The words and letter sequences of the languages of one script.

    `codes` gives the order of the languages in every answer; `unlisted` is the share of each one's
    running words that its list is thought to lack. `lines` are the words, sorted by
    their UTF-8 bytes, one a line with a pair of characters for each language that has it: kept
    as one piece of memory and searched by halving, as a dictionary would take ten times as much.
    """

    codes: tuple[str, ...]
    unlisted: tuple[float, ...]
    lines: bytes
    grams: dict[str, bytes]

    @classmethod
    def load(cls, folder: Path, script: str) -> "LanguageTable":
        """Read `<script>.words.txt.xz` and `<script>.grams.txt.xz`."""
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
        """Half bits of `word` by the place of the language, for the languages that list it."""
        pairs = self._pairs(word.encode())
        return {pairs[at] - ZERO: pairs[at + 1] - ZERO for at in range(0, len(pairs), 2)}

    def half_bits_of_letters(self, word: str) -> list[int]:
        """Half bits of the spelling of `word` in each language, by its trigrams.

        A trigram that no language knows counts as its end does, at the price of backing off.
        """
        rows, price = [], 0
        for gram in grams_of(word):
            while gram and gram not in self.grams:
                gram, price = gram[1:], price + BACK_OFF
            rows.append(self.grams.get(gram) or bytes([UNSEEN_LETTER] * len(self.codes)))
        return [sum(column) + price for column in zip(*rows, strict=True)]

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
    """The comments at the top of a table, and the rest."""
    head, _, body = lzma.decompress(path.read_bytes()).partition(b"\n\n")
    return head, body
