"""Finds the rows with all words of `q`, the best matches first. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from operator import add

from tiktok_music.api.folding import without_punctuation
from tiktok_music.api.index import Index

# Shorter words are written together by chance too often, and are one letter from too many others.
SHORTEST_JOINED = 4
SHORTEST_WITH_SLIP = 5


def matches(index: Index, words: Collection[str], positions: Sequence[int]) -> Sequence[int]:
    """Returns the positions of rows that have all `words`, which are folded.

    Rows that have them as they are come first, then those that have them without punctuation, or
    together where they are apart. If there is none, those in which longer words have one slip each,
    the fewest slips first. Apart from that, the order is that of `positions`.
    """
    plain = {without_punctuation(word).replace(" ", "") for word in words} - {""}
    # Long words first: they match the fewest rows.
    longest_first = sorted(plain, key=len, reverse=True)
    found = positions
    for word in longest_first:
        found = _perhaps_having(index, word, found)
    exact = found
    for word in words:
        texts = index.texts
        exact = [position for position in exact if word in texts[position]]
    if not plain or len(exact) == len(found) > 0:
        return exact
    known = set(exact)
    others: Sequence[int] = [position for position in found if position not in known]
    for word in longest_first:
        others = [position for position in others if _has_word(index.plain[position], word)]
    return [*exact, *others] or _with_slips(index, longest_first, positions)


def _perhaps_having(index: Index, word: str, positions: Sequence[int]) -> Sequence[int]:
    """All positions with a word, and others, in which its letters are next to each other."""
    texts = index.plain if len(word) < SHORTEST_JOINED else index.joined
    return [position for position in positions if word in texts[position]]


def _has_word(text: str, word: str) -> bool:
    """True if the word is in the text, or is whole words of it that are written together."""
    return word in text or (
        len(word) >= SHORTEST_JOINED
        and re.search(rf"(?<![^ \n]){' ?'.join(word)}(?![^ \n])", text) is not None
    )


def _with_slips(index: Index, words: Sequence[str], positions: Sequence[int]) -> Sequence[int]:
    slips = Counter[int]()
    if all(_letters(word) < SHORTEST_WITH_SLIP for word in words):
        return ()
    for word in words:
        perhaps = _perhaps_having(index, word, positions)
        found = {position for position in perhaps if _has_word(index.plain[position], word)}
        if _letters(word) >= SHORTEST_WITH_SLIP:
            rest = [position for position in positions if position not in found]
            slipped = _slipped(index, word, rest)
            slips.update(slipped)
            found.update(slipped)
        positions = [position for position in positions if position in found]
    return sorted(positions, key=slips.__getitem__)


def _letters(word: str) -> int:
    return sum(map(str.isalpha, word))


def _slipped(index: Index, word: str, positions: Sequence[int]) -> list[int]:
    """The positions of rows in which something begins with a word but for one slip.

    One slip leaves the first or the second half as it is, unless it swaps the letters between them.
    """
    middle = len(word) // 2
    head, tail = word[:middle], word[middle:]
    swapped = f"{head[:-1]}{tail[0]}{head[-1]}{tail[1:]}"
    plain, joined = index.plain, index.joined
    found = [
        position
        for position in positions
        if head in (text := joined[position]) or tail in text or swapped in text
    ]
    return [
        position
        for position in found
        if any(
            begins_with_slip(word, start)
            for start in _starts(plain[position], len(word) + 1)
            if start.startswith((head, swapped)) or tail in start
        )
    ]


def _starts(text: str, length: int) -> list[str]:
    """The text from wherever a match can begin: at a word, or at two of a field written together.

    In scripts without case at any letter, `length` letters: some are written without spaces, or
    with prefixes.
    """
    # A control character, which no text has any more, between the fields: no match runs over it.
    words = text.replace("\n", " \0 ").split()
    starts = [*words, *map(add, words, words[1:])]
    for word in words:
        if not word.isascii() and unicodedata.category(word[0]) == "Lo":
            starts += [word[at : at + length] for at in range(1, len(word))]
    return starts


def begins_with_slip(word: str, text: str) -> bool:
    """True if `text` begins with `word`, but for one letter extra, wrong, missing or swapped."""
    at = 0
    while at < len(word) and word[at] == text[at : at + 1]:
        at += 1
    rest, other = word[at:], text[at:]
    return (
        other.startswith(rest[1:])
        or other[1:].startswith((rest[1:], rest))
        or (other[:2] == rest[1::-1] and other[2:].startswith(rest[2:]))
    )
