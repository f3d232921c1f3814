"""Splits credit lines into names of artists and compares them."""

import re
from collections.abc import Set
from functools import cache, lru_cache

from rapidfuzz import fuzz

from tiktok_music.refresh.curation.titles.folding import LONGEST, fold, squeeze
from tiktok_music.refresh.curation.titles.tables import read_phrases

# Separators in credit lines. "and" and its translations are also parts of band names: a name that
# is split by mistake still matches its other spelling, which is split by the same mistake.
_BETWEEN_NAMES = re.compile(
    r"\s*[,;&/|+×、，＆；／•·]\s*"
    r"|\s+(?:x|feat\.?|ft\.?|featuring|with|vs\.?|versus|and|und|y|e|et|con|og|och|ja|ve|dan|(?-i:i)|и|та"
    r"|pres\.?|presents)\s+(?![&,;+/×]|feat|ft)"
    r"|\s*[()\[\]（）【】]\s*|\s+[-–—]\s+|:\s+",
    re.IGNORECASE,
)
_STAGE_SUFFIX = re.compile(
    r"(?<=\w\w\w)(?: ?vevo| official(?: artist)?| oficial| officiel| topic)$"
)
_HANDLE_SUFFIX = re.compile(r"(?<=\w{4})(?:music|musica|musik|oficial|official|band|tv)$")
_STAGE_PREFIX = re.compile(r"^the (?=\w)")
# A part with such a beginning names a backing band, not an artist of its own.
_BACKING_BAND = re.compile(r"(?:his|her|their|su|sus|seine|ihre|son|sa|orchestra)\b ")
# Uploaders of covers and edits of songs by other artists.
_PLAYS_OTHERS_SONGS = re.compile(
    r"(?<!\S)(?:piano\w*|karaoke\w*|covers?|tribute\w*|lullab\w*|instrumentals?|orchestra|strings?"
    r"|guitar\w*|violin\w*|viola|kids|kidz|lofi|lo fi|8 bit|8bit|music box|choir|acoustic\w*|sing"
    r"|sped|speed|slowed|nightcore|remix\w*|mashups?|dj)(?!\S)"
)
# "Fairuz فيروز" is one artist in two scripts.
_LATIN = re.compile(r"[0-9a-z\u00c0-\u024f$!.' -]+", re.IGNORECASE)
_SHORTEST_SCRIPT_NAME = 2
_SIMILAR_NAME = 85.0
_ENOUGH_SHARED_NAMES = 2
# Above the number of names on any song; bounds the time for oversized input.
_MOST_NAMES = 24


def split_artists(line: str) -> tuple[str, ...]:
    """Splits a credit line into names, in their order and spelling; also splits bands "A and B"."""
    names = (name.strip() for name in _BETWEEN_NAMES.split(" ".join(line[:LONGEST].split())))
    return tuple(name for name in names if name)[:_MOST_NAMES]


def artist_key(name: str) -> str:
    """Normalises one name for comparison: "LadyGagaVEVO" and "Lady Gaga" are "ladygaga"."""
    folded = _STAGE_SUFFIX.sub("", fold(name.strip().removeprefix("@")))
    return squeeze(_STAGE_PREFIX.sub("", folded))


@lru_cache(maxsize=8192)
def artist_keys(line: str) -> frozenset[str]:
    """Keys by which the artists of a line can be recognised; empty for "Various Artists" and alike.

    These are the whole line, the first name, and each other name but backing bands and common
    words.
    """
    keys = {artist_key(line)}
    for position, name in enumerate(split_artists(line)):
        if position == 0:
            keys.add(artist_key(name))
        if not _BACKING_BAND.match(fold(name)):
            keys.update({artist_key(name), *_script_keys(name)} - _listed("common"))
    keys |= {_HANDLE_SUFFIX.sub("", key) for key in keys if " " not in line.strip()}
    return frozenset(key for key in keys if key and key not in _listed("nobody"))


def _script_keys(name: str) -> set[str]:
    """The keys of a name's Latin and other stretches, if it has both."""
    others = _LATIN.split(name)
    latin = _LATIN.findall(name)
    if not any(other.strip() for other in others) or not any(each.strip() for each in latin):
        return set()
    keys = {artist_key(stretch) for stretch in (*others, *latin)}
    return {key for key in keys if len(key) >= _SHORTEST_SCRIPT_NAME}


def name_keys(line: str) -> frozenset[str]:
    """Keys of the single names of a line, backing bands included: the people on a recording."""
    keys = (artist_key(name) for name in split_artists(line))
    return frozenset(key for key in keys if key and key not in _listed("nobody"))


def primary_artist(line: str) -> str:
    """The key of the first artist, for keys of works; empty without names."""
    names = split_artists(line)
    return artist_key(names[0]) if names else ""


def are_other_people(some: Set[str], others: Set[str]) -> bool:
    """True if each side names a person that is missing, in any spelling, from the other.

    Guests are often left out of a list, so extra names count only if both sides have them. Two
    lists that share two names are taken for two parts of one longer list.
    """
    unknown = {name for name in some if _unknown_to(others, name)}
    has_others = any(_unknown_to(some, name) for name in others)
    return bool(unknown) and has_others and len(some - unknown) < _ENOUGH_SHARED_NAMES


def are_other_guests(
    guests: Set[str], people: Set[str], other_guests: Set[str], other_people: Set[str]
) -> bool:
    """True if both recordings have guests, and none of them is among the other's people."""
    return (
        bool(guests and other_guests)
        and all(_unknown_to(other_people, guest) for guest in guests)
        and all(_unknown_to(people, guest) for guest in other_guests)
    )


def _unknown_to(names: Set[str], name: str) -> bool:
    return bool(names) and not any(
        name in other or other in name or fuzz.ratio(name, other) >= _SIMILAR_NAME
        for other in names
    )


def plays_others_songs(line: str) -> bool:
    """True if a name mentions covers, karaoke or edits: its uploads are not the original."""
    return _PLAYS_OTHERS_SONGS.search(fold(line)) is not None


@cache
def _listed(kind: str) -> frozenset[str]:
    return frozenset(squeeze(fold(name)) for name in read_phrases("names.txt")[kind])
