"""Spellings that hide a word: look-alike letters, leet, stretched letters, masks, split words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from tiktok_music.refresh.curation.profanity.lists import plain_lines
from tiktok_music.refresh.curation.profanity.text import folded

_STRETCHED = re.compile(r"(.)\1{2,}")
_STRETCHED_END = re.compile(r"...([aeiouy])\1$")
_DOUBLED = re.compile(r"(.)\1+")
_GREEK = re.compile("[α-ω]")
_LATIN_RUN = re.compile(r"[a-z]{3,}")
_OUTER = ".,!?'-_^&+=%`:;"
_MASKS = "*#%@$&^+?!.•●■█░▒-_~=×✱'"
_LEET = str.maketrans("013456789$@!¢€£¥§+", "oieasbtbgsaiceeyst")
_LEET_L = str.maketrans("1!", "ll")
_PUNCTUATION = frozenset("-_.'")
_SHORT_PIECE = 2
# Spellings with fewer than two letters that still stand for one word only.
_SYMBOLS = {"f*": "fuck", "@$$": "ass"}
_SHORTEST_MASKED = 3
_LONGEST_MASKED = 24


def _is_beyond_latin(chunk: str) -> bool:
    # U+0250 is where the Latin letters end that some language writes.
    return not chunk.isascii() and max(chunk) >= "\u0250"


def letters_only(chunk: str) -> str:
    """The chunk without its punctuation (`f.u-ck`), apostrophes apart: `who're` is no word."""
    return "".join(char for char in chunk if char.isalnum() or char == "'")


def unleeted(chunk: str) -> Iterator[str]:
    """What digits and symbols may stand for: `b1tch`, `a$$`, `s1ut`; or nothing: `bitch99`.

    A short word is too easily a number or a model ("A55") to be read out of digits.
    """
    core = chunk.strip("0123456789")
    if not any(char.isalpha() for char in core):
        return
    if core != chunk:
        yield core
    if not chunk.isascii():
        yield "".join(char for char in chunk if char.isalpha())
    letters = letters_only(chunk.translate(_LEET))
    if len(letters) > _SHORTEST_MASKED or not any(char.isdigit() for char in chunk):
        yield letters
        yield letters_only(chunk.translate(_LEET_L).translate(_LEET))


def squeezed(word: str) -> tuple[str, ...]:
    """A word with stretched letters (three or more) brought down to two, and to one.

    A vowel doubled at the end ("putaa") is a stretched one, too.
    """
    if _STRETCHED_END.search(word):
        return (*_shortened(word), word[:-1])
    return _shortened(word)


def _shortened(word: str) -> tuple[str, ...]:
    if _STRETCHED.search(word) is None:
        return ()
    return (
        _STRETCHED.sub(r"\1\1", word),
        _STRETCHED.sub(r"\1", word),
        _DOUBLED.sub(r"\1", word),
    )


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Letters of other scripts that stand for Latin ones, and back."""

    to_latin: dict[int, str]
    to_cyrillic: dict[int, str]
    to_greek: dict[int, str]

    @classmethod
    def load(cls) -> Self:
        tables: tuple[dict[int, str], dict[int, str], dict[int, str]] = ({}, {}, {})
        for line in plain_lines("lookalikes"):
            latin, *others = line.split()
            for other in others:
                tables[0].setdefault(ord(other), latin)
                if "а" <= other <= "і":
                    tables[1].setdefault(ord(latin), other)
                if "α" <= other <= "ω":
                    tables[2].setdefault(ord(latin), other)
        return cls(*tables)

    def readings(self, word: str) -> Iterator[str]:
        """The word in one script, when it mixes Latin letters with others."""
        if not any("a" <= char <= "z" for char in word):
            return
        yield self.latin(word)
        if any("а" <= char <= "ӿ" for char in word):
            yield word.translate(self.to_cyrillic)
        if _GREEK.search(word):
            yield word.translate(self.to_greek)

    def latin(self, word: str) -> str:
        """The word with a Latin letter for each look-alike."""
        return word.translate(self.to_latin)


@dataclass(frozen=True, slots=True)
class Masks:
    """The words that are recognised behind masks, stand-ins and doubled letters."""

    split: frozenset[str]
    by_length: dict[int, list[str]]
    by_single_letters: dict[str, str]

    @classmethod
    def load(cls) -> Self:
        lines = [folded(line) for line in plain_lines("maskable")]
        words = [line.rstrip("+") for line in lines]
        by_length: dict[int, list[str]] = {}
        for word in words:
            by_length.setdefault(len(word), []).append(word)
        split = frozenset(line.rstrip("+") for line in lines if line.endswith("+"))
        return cls(
            split,
            by_length,
            {_DOUBLED.sub(r"\1", word): word for word in split},
        )

    def unstretched(self, word: str) -> str | None:
        """`biitch`, `fuuckk`: the maskable word that doubles no more letters than `word`."""
        if _DOUBLED.search(word) is None:
            return None
        found = self.by_single_letters.get(_DOUBLED.sub(r"\1", word))
        return found if found is not None and len(found) < len(word) else None

    def unmasked(self, chunk: str) -> str | None:
        """The word of the same length that the chunk's visible letters leave, or None."""
        chunk = chunk.strip(_OUTER)
        if not _SHORTEST_MASKED <= len(chunk) <= _LONGEST_MASKED:
            return None
        visible = [
            (at, char.translate(_LEET)) for at, char in enumerate(chunk) if char not in _MASKS
        ]
        if not _shows_enough(chunk, visible):
            return None
        for word in self.by_length.get(len(chunk), ()):
            if all(word[at] == char for at, char in visible):
                return word
        return None

    def vowel_restored(self, word: str) -> str | None:
        """`fxck`, `pvssy`: an x where the maskable word has a vowel, a v where it has an u."""
        if len(word) <= _SHORTEST_MASKED:
            return None
        for stand_in, vowels in (("x", "aeiou"), ("v", "u")):
            at = word.find(stand_in, 1)
            if at < 0:
                continue
            for masked in self.by_length.get(len(word), ()):
                if masked[at] in vowels and masked[:at] + stand_in + masked[at + 1 :] == word:
                    return masked
        return None


def _shows_enough(chunk: str, visible: list[tuple[int, str]]) -> bool:
    hidden = {char for char in chunk if char in _MASKS}
    if not hidden or not visible:
        return False
    if len(visible) == 1:
        return visible[0][0] == 0 and hidden == {"*"}
    return len(chunk) > _SHORTEST_MASKED or not hidden <= _PUNCTUATION


@dataclass(frozen=True, slots=True)
class Disguises:
    """Every plain reading that a disguised spelling may have."""

    look_alikes: LookAlikes
    masks: Masks

    @classmethod
    def load(cls) -> Self:
        return cls(LookAlikes.load(), Masks.load())

    def readings(self, chunk: str) -> Iterator[str]:
        """What a casefolded chunk may stand for, other than what is written."""
        if chunk.isascii() and chunk.isalpha():
            yield from self._of_letters(chunk)
            return
        for view in self._views(chunk):
            if masked := _SYMBOLS.get(view.strip(_OUTER)) or self.masks.unmasked(view):
                yield masked
            for reading in (letters_only(view), *unleeted(view)):
                yield reading
                yield from self._of_letters(reading)
        if _is_beyond_latin(chunk):
            yield from _LATIN_RUN.findall(chunk)
            if not _GREEK.search(chunk):
                yield from {self.look_alikes.latin(chunk)} & self.masks.split

    def _views(self, chunk: str) -> Iterator[str]:
        yield chunk
        if _is_beyond_latin(chunk):
            yield from self.look_alikes.readings(chunk)

    def _of_letters(self, word: str) -> Iterator[str]:
        yield from squeezed(word)
        for guess in (self.masks.unstretched(word), self.masks.vowel_restored(word)):
            if guess is not None:
                yield guess

    def split_words(self, words: list[str]) -> Iterator[tuple[int, int, str]]:
        """Maskable words in two or three pieces ("fu ck"), one of them of at most two letters."""
        for start in range(len(words) - 1):
            for stop in (start + 2, start + 3):
                pieces = words[start:stop]
                joined = "".join(pieces)
                if joined in self.masks.split and min(map(len, pieces)) <= _SHORT_PIECE:
                    yield start, stop, joined
