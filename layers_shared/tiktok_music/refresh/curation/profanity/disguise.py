"""Reads disguised spellings: look-alike letters, leet, stretched letters, masks, split words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from tiktok_music.refresh.curation.profanity.joined import Circled, Glue
from tiktok_music.refresh.curation.profanity.lists import special_list
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
_SYMBOLS = {"f*": "fuck", "@$$": "ass", "$#!t": "shit", "s#!t": "shit", "$#it": "shit"}
_CYRILLIC_DIGITS = (
    str.maketrans("0134689@$z", "оізчбвяасз"),
    str.maketrans("0134679@$z", "оизчбгдасз"),
)
_CYRILLIC = re.compile("[а-яёіїєґ]")
_CYRILLIC_DIGIT = re.compile("[01346789@$z]")
_SHORTEST_MASKED = 3
_LONGEST_MASKED = 24


def _is_beyond_latin(chunk: str) -> bool:
    # The Latin letters that languages use end before U+0250.
    return not chunk.isascii() and max(chunk) >= "\u0250"


def letters_only(chunk: str) -> str:
    """Drops punctuation (`f.u-ck`) but keeps apostrophes: `who're` must not become a word."""
    return "".join(char for char in chunk if char.isalnum() or char == "'")


def unleeted(chunk: str) -> Iterator[str]:
    """Readings of digits and symbols as letters (`b1tch`, `a$$`, `s1ut`) or as padding (`bitch99`).

    A short word is not read out of digits: it may be a number or a model ("A55").
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
    """Shortens stretched letters (three or more) to two and to one.

    A vowel doubled at the end ("putaa") counts as stretched, too.
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
    """Letters that look alike in different scripts, by code point."""

    to_latin: dict[int, str]
    to_cyrillic: dict[int, str]
    to_greek: dict[int, str]

    @classmethod
    def load(cls) -> Self:
        rows = [line.split() for line in special_list("lookalikes")]
        pairs = [(latin, other) for latin, *others in rows for other in others]
        return cls(
            to_latin=_first_of_each((other, latin) for latin, other in pairs),
            to_cyrillic=_first_of_each(pair for pair in pairs if "а" <= pair[1] <= "і"),
            to_greek=_first_of_each(pair for pair in pairs if "α" <= pair[1] <= "ω"),
        )

    def readings(self, word: str) -> Iterator[str]:
        """Spells a word in one script if it mixes Latin letters with others."""
        if not any("a" <= char <= "z" for char in word):
            return
        yield self.latin(word)
        if any("а" <= char <= "ӿ" for char in word):
            yield word.translate(self.to_cyrillic)
        if _GREEK.search(word):
            yield word.translate(self.to_greek)

    def latin(self, word: str) -> str:
        """Replaces each look-alike by its Latin letter."""
        return word.translate(self.to_latin)


def _first_of_each(pairs: Iterable[tuple[str, str]]) -> dict[int, str]:
    table: dict[int, str] = {}
    for letter, other in pairs:
        table.setdefault(ord(letter), other)
    return table


@dataclass(frozen=True, slots=True)
class Masks:
    """Words recognised behind masks, stand-ins and doubled letters (data/maskable.txt)."""

    split: frozenset[str]
    by_length: dict[int, list[str]]
    by_single_letters: dict[str, str]

    @classmethod
    def load(cls) -> Self:
        lines = [spelling for line in special_list("maskable") for spelling in (line, folded(line))]
        words = list(dict.fromkeys(line.rstrip("+") for line in lines))
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
        """Finds the maskable word behind doubled letters: `biitch`, `fuuckk`."""
        if _DOUBLED.search(word) is None:
            return None
        found = self.by_single_letters.get(_DOUBLED.sub(r"\1", word))
        return found if found is not None and len(found) < len(word) else None

    def unmasked(self, chunk: str) -> str | None:
        """Finds the first maskable word of the same length that fits the visible letters."""
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
        """Finds the maskable word behind an x for a vowel or a v for an u: `fxck`, `pvssy`."""
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
    """All disguises together."""

    look_alikes: LookAlikes
    masks: Masks
    glue: Glue
    circled: Circled

    @classmethod
    def load(cls) -> Self:
        return cls(LookAlikes.load(), Masks.load(), Glue.load(), Circled.load())

    def masked(self, chunk: str) -> Iterator[str]:
        """Readings of an asterisk or a circle: a hidden letter shows how the word is meant."""
        if "*" in chunk:
            masked = [self.masks.unmasked(view) for view in self._views(chunk)]
            yield from (word for word in masked if word is not None)
        yield from self.circled.uncovered(chunk)

    def readings(self, chunk: str) -> Iterator[str]:
        """Readings of a casefolded chunk other than its literal one."""
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
            if _CYRILLIC.search(chunk) and _CYRILLIC_DIGIT.search(chunk):
                yield from (chunk.translate(digits) for digits in _CYRILLIC_DIGITS)

    def _of_letters(self, word: str) -> Iterator[str]:
        yield from self.glue.heads_of(word)
        yield from squeezed(word)
        for guess in (self.masks.unstretched(word), self.masks.vowel_restored(word)):
            if guess is not None:
                yield guess

    def split_words(self, words: list[str]) -> Iterator[tuple[int, int, str]]:
        """Finds maskable words in two or three pieces ("fu ck"), one of at most two letters.

        Yields start and stop among `words`, and the word.
        """
        for start in range(len(words) - 1):
            for stop in (start + 2, start + 3):
                pieces = words[start:stop]
                joined = "".join(pieces)
                if joined in self.masks.split and min(map(len, pieces)) <= _SHORT_PIECE:
                    yield start, stop, joined
