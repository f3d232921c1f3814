"""Blocking: finds candidates that may be duplicates without comparing all pairs."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice, pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from tiktok_music.refresh.candidate import SONG_GROUP
from tiktok_music.refresh.curation.duplicates.description import Description, Reading
from tiktok_music.refresh.curation.duplicates.numbers import numbers_in
from tiktok_music.refresh.curation.titles.artists import (
    plays_one_artist,
    split_artists,
    spoken,
)
from tiktok_music.refresh.curation.titles.folding import fold, romanise, sound_alike, squeeze

# Below this ratio, two titles of one artist are more often two songs than a misspelling.
SIMILAR_TITLE = 92.0
_SHORTEST_SIMILAR_TITLE = 8
_SIMILAR_WORD = 70.0
_SIMILAR_SOUND = 85.0
_SHORTEST_SOUND = 5
_SIMILAR_ARTIST = 88.0
_SHORTEST_SIMILAR_ARTIST = 7
# Compared neighbours in alphabetical order: misspelt titles sort next to each other.
_WINDOW = 8
# Words that careless copies of a title drop or add.
_LITTLE_WORDS = re.compile(r"the|an?|i|and|n|la|el|le|los|de|to|of|my|in|y|e")


class Trust(Enum):
    """The strength of evidence, by what can still keep two members of a block apart."""

    IDENTITY = "nothing"
    RECORDING = "different versions in the titles"
    SAME_WORDS = "different people or lengths"
    CLAIM = "any difference in titles or lengths"


@dataclass(frozen=True, slots=True)
class Block:
    """Positions of candidates that share one piece of evidence."""

    members: tuple[int, ...]
    evidence: str
    trust: Trust = Trust.CLAIM


_Entry = tuple[int, Reading]
_Named = tuple[str, int]


def find_blocks(descriptions: Sequence[Description]) -> Iterator[Block]:
    """Yields blocks from the strongest evidence to the weakest; each has two members or more."""
    yield from _same_ids(descriptions)
    yield from _same_upstream_groups(descriptions)
    yield from _same_sounds(descriptions)
    yield from _same_titles(descriptions)
    yield from _same_words(descriptions)
    shelves = _shelves(descriptions)
    for shelf in shelves:
        yield from _masked_titles(descriptions, shelf)
        yield from _other_scripts(shelf)
    for shelf in shelves:
        yield from _similar_titles(shelf)
    yield from _similar_artists(descriptions)


def _gather(
    keys: Iterable[tuple[Hashable, int]], evidence: Callable[[Hashable], str], trust: Trust
) -> Iterator[Block]:
    members: dict[Hashable, dict[int, None]] = defaultdict(dict)
    for key, position in keys:
        members[key][position] = None
    for key, positions in members.items():
        if len(positions) > 1:
            yield Block(tuple(positions), evidence(key), trust)


def _same_ids(descriptions: Sequence[Description]) -> Iterator[Block]:
    keys = ((each.candidate.tiktok_id, position) for position, each in enumerate(descriptions))
    return _gather(keys, lambda _: "same TikTok id", Trust.IDENTITY)


def _same_upstream_groups(descriptions: Sequence[Description]) -> Iterator[Block]:
    keys = [
        (group_id, position)
        for position, each in enumerate(descriptions)
        for group_id in each.candidate.group_ids
    ]
    songs = [key for key in keys if key[0].startswith(SONG_GROUP)]
    others = [key for key in keys if not key[0].startswith(SONG_GROUP)]
    yield from _gather(songs, lambda _: "same song of the commercial library", Trust.IDENTITY)
    yield from _gather(others, lambda key: f"same upstream group {key}", Trust.RECORDING)


def _same_sounds(descriptions: Sequence[Description]) -> Iterator[Block]:
    keys = (
        ((each.handle, round(each.candidate.duration_seconds)), position)
        for position, each in enumerate(descriptions)
        if each.handle
    )
    return _gather(keys, lambda _: "same user's sound of the same length", Trust.RECORDING)


def _same_titles(descriptions: Sequence[Description]) -> Iterator[Block]:
    keys = (
        ((squeeze(reading.words), artist, each.versions), position)
        for position, each in enumerate(descriptions)
        for reading in each.readings
        for artist in sorted(reading.artists)
    )
    return _gather(keys, lambda _: "same title and artist", Trust.CLAIM)


def _same_words(descriptions: Sequence[Description]) -> Iterator[Block]:
    """Joins the same words in other brackets or another order: "Bananza (Belly Dancer)"."""
    keys = (
        ((each.all_words, artist), position)
        for position, each in enumerate(descriptions)
        if each.readings
        for artist in sorted(each.readings[0].artists)
    )
    return _gather(keys, lambda _: "same words in the title and same artist", Trust.SAME_WORDS)


def _shelves(descriptions: Sequence[Description]) -> list[list[_Entry]]:
    """Titles by artist and version; only those with two entries or more."""
    shelves: dict[Hashable, list[_Entry]] = defaultdict(list)
    for position, each in enumerate(descriptions):
        for reading in each.readings:
            for artist in sorted(reading.artists):
                shelves[artist, each.versions].append((position, reading))
    return [shelf for shelf in shelves.values() if len(shelf) > 1]


def _masked_titles(descriptions: Sequence[Description], shelf: list[_Entry]) -> Iterator[Block]:
    for position, _ in islice(shelf, _WINDOW):
        mask = descriptions[position].mask
        for other, reading in shelf if mask else ():
            if mask and position != other and re.fullmatch(mask, squeeze(reading.words)):
                yield Block((position, other), "same title with masked letters and same artist")


def _other_scripts(shelf: list[_Entry]) -> Iterator[Block]:
    spelt = [(position, reading.words, romanise(reading.words)) for position, reading in shelf]
    native = [(position, sound_alike(latin)) for position, _, latin in spelt if latin]
    latin = [(position, sound_alike(words)) for position, words, _ in spelt if words.isascii()]
    for position, sound in native[:_WINDOW]:
        for other, other_sound in latin:
            if min(len(sound), len(other_sound)) < _SHORTEST_SOUND or position == other:
                continue
            if fuzz.ratio(sound, other_sound) >= _SIMILAR_SOUND:
                yield Block((position, other), "same title in another script and same artist")


def _similar_titles(shelf: list[_Entry]) -> Iterator[Block]:
    for is_reversed in (False, True):
        shelf.sort(key=lambda entry: entry[1].words[:: -1 if is_reversed else 1])
        for first, second in _neighbours(shelf):
            ratio = _similarity(first[1].words, second[1].words)
            if ratio and first[0] != second[0]:
                evidence = f"similar title (ratio {ratio:.0f}) and same artist"
                yield Block((first[0], second[0]), evidence)


def _neighbours(shelf: list[_Entry]) -> Iterator[tuple[_Entry, _Entry]]:
    for start, entry in enumerate(shelf):
        for other in shelf[start + 1 : start + 1 + _WINDOW]:
            yield entry, other


def _similarity(words: str, others: str) -> float | None:
    """The ratio of two titles if one may misspell the other, else None."""
    if min(len(words), len(others)) < _SHORTEST_SIMILAR_TITLE or words == others:
        return None
    ratio = fuzz.ratio(words, others)
    is_close = ratio >= SIMILAR_TITLE or _has_swapped_letters(words, others)
    return ratio if is_close and _is_misspelling(words.split(), others.split()) else None


def _has_swapped_letters(words: str, others: str) -> bool:
    is_near = len(words) == len(others) and OSA.distance(words, others, score_cutoff=1) == 1
    return is_near and sorted(words) == sorted(others)


def _is_misspelling(words: list[str], others: list[str]) -> bool:
    if numbers_in(" ".join(words)) != numbers_in(" ".join(others)):
        return False
    if len(words) != len(others):
        more, fewer = sorted((words, others), key=len, reverse=True)
        extra = [word for word in more if word not in fewer]
        return all(_LITTLE_WORDS.fullmatch(word) for word in extra)
    return all(
        word == other or (word[0] == other[0] and fuzz.ratio(word, other) >= _SIMILAR_WORD)
        for word, other in zip(words, others, strict=True)
    )


def _similar_artists(descriptions: Sequence[Description]) -> Iterator[Block]:
    """Joins one title under similar names: "Beyonce Knowles" and "Beyoncé", or misspelt ones."""
    works: dict[Hashable, list[_Named]] = defaultdict(list)
    for position, each in enumerate(descriptions):
        names = split_artists(each.candidate.author)
        if each.readings and names:
            work = (squeeze(each.readings[0].words), each.versions)
            works[work].append((fold(names[0]), position))
    for named in works.values():
        named.sort()
        by_last_word = sorted(named, key=lambda entry: entry[0].split()[::-1])
        pairs = [*pairwise(named), *pairwise(by_last_word), *_in_other_scripts(named)]
        for (name, position), (other, second) in pairs:
            if name != other and _are_one_artist(name, other):
                yield Block((position, second), "same title and similar artist")


def _in_other_scripts(named: list[_Named]) -> Iterator[tuple[_Named, _Named]]:
    native = [entry for entry in named if not entry[0].isascii()]
    for entry in native[:_WINDOW]:
        yield from ((entry, other) for other in named if other[0].isascii())


def _are_one_artist(name: str, other: str) -> bool:
    fewer, more = sorted((name, other), key=len)
    if name.isascii() != other.isascii():
        return fuzz.ratio(spoken(squeeze(name)), spoken(squeeze(other))) >= _SIMILAR_SOUND
    if len(fewer) < _SHORTEST_SIMILAR_ARTIST or _digits(name) != _digits(other):
        return False
    if plays_one_artist(name, other):
        return False
    return set(fewer.split()) < set(more.split()) or fuzz.ratio(name, other) >= _SIMILAR_ARTIST


def _digits(name: str) -> list[str]:
    return re.findall(r"\d", name)
