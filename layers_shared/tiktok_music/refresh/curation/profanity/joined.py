"""Reads words that are glued together or partly covered by a circle: "ShitDisco", "ち○こ"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from tiktok_music.refresh.curation.profanity.lists import special_list

_HUMP = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")
_NO_LETTER = re.compile(r"[\W\d_]")
_LEAST_VISIBLE = 4
_VOWELS = "aeiouyáéíóúàèùâêîôûäöüåøæıаеёиоуыэюяіїє"
_SHORTEST_HUMP = 3
_CIRCLES = str.maketrans(dict.fromkeys("〇◯●⚪⚫⭕×✕✖❌*＊", "○"))
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def humps(chunk: str) -> list[str]:
    """Splits "ShitDisco" at its capitals; empty if there are none inside, or a piece is short."""
    if chunk[1:] == chunk[1:].lower():
        return []
    pieces = [_NO_LETTER.sub("", piece) for piece in _HUMP.split(chunk)]
    pieces = [piece.casefold() for piece in pieces if piece]
    is_split = len(pieces) > 1 and min(map(len, pieces)) >= _SHORTEST_HUMP
    return pieces if is_split else []


def with_vowels(chunk: str) -> Iterator[str]:
    """Fills the only asterisk of a word with each vowel; needs four letters in sight."""
    visible = chunk.replace("*", "", 1)
    if len(visible) >= _LEAST_VISIBLE and visible.isalpha():
        yield from (chunk.replace("*", vowel) for vowel in _VOWELS)


@dataclass(frozen=True, slots=True)
class Glue:
    """Strong words and the words they are glued to (data/glued.txt)."""

    heads: frozenset[str]
    tails: frozenset[str]

    @classmethod
    def load(cls) -> Self:
        lines = dict(line.split(": ", 1) for line in special_list("glued"))
        return cls(frozenset(lines["heads"].split()), frozenset(lines["tails"].split()))

    def heads_of(self, word: str) -> Iterator[str]:
        """Finds the strong word of a word that is glued of two."""
        for end in range(3, len(word) - 1):
            first, last = word[:end], word[end:]
            if first in self.heads and last in self.tails:
                yield first
            if last in self.heads and first in self.tails:
                yield last


@dataclass(frozen=True, slots=True)
class Circled:
    """Words of unspaced scripts with a sign in place of a character (data/circled.txt)."""

    words: dict[str, str]

    @classmethod
    def load(cls) -> Self:
        return cls(dict(line.split() for line in special_list("circled")))

    def uncovered(self, chunk: str) -> Iterator[str]:
        """Finds the words meant; what ends in a sign must end there ("まん○ゅう" is a bun)."""
        covered = chunk.translate(_CIRCLES)
        if "○" not in covered or not _UNSPACED.search(covered):
            return
        for pattern, word in self.words.items():
            at = covered.find(pattern)
            after = covered[at + len(pattern) :][:1]
            if at >= 0 and not (pattern.endswith("○") and _UNSPACED.match(after)):
                yield word
