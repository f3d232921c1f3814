"""Splits credit lines into names of artists and compares them."""

import re
from collections.abc import Set
from functools import cache, lru_cache

from rapidfuzz import fuzz

from tiktok_music.refresh.curation.titles.folding import (
    LONGEST,
    fold,
    romanise,
    sound_alike,
    squeeze,
)
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
# Acts that play the songs of others, in keys of names.
_COVER_ACT = re.compile(
    r"tributes?(?:band|act|to|show|players)?$|tribute(?:to|band)|^tribute|karaoke|lullab(?:y|ies)"
    r"|rockababy|rockabyebaby|coverband|coversband|covergirl|(?:^|the)covers$|караоке|カラオケ|노래방|伴奏"
    r"|hommagea|omaggioa|homenajea|madefamous|hitcrew|kidzbop|tributeorchestra|mashupband"
)
_ACT_WORD = (
    "tribute|tributes|karaoke|lullaby|lullabies|kids|kidz|kid|for|fur|pour|para|of|the|covers?|coverband"
    "|band|to|a|piano|string|strings|quartet|orchestra|players|crew|allstars|stars|singers|revival"
    "|hommage|homenaje|omaggio|fanclub|fan|club|fans|baby|babies|toddlers?|children|nightcore"
    "|sped|up|slowed|8bit|8|bit|bits|chiptune|lofi|lo|fi|musicbox|music|box|remix|remixes|mashups?"
    "|experience|sings?|workout|fitness|gym|yoga|sleep|meditation|ukulele|saxophone|sax|violin|cello|flute"
    "|harp|marimba|guitar|symphony|philharmonic|salute|musical|made|popular|by|hits|party"
    "|acoustic|instrumentals?|version|rendition|renditions|show|choir|ai|cover|parody|parodies"
)
# One of these alone is a part of the artist's own name ("Ida Vang Band").
_OWN_WORD = (
    "band|to|a|of|the|for|para|pour|fur|stars?|crew|show|choir|orchestra|music|singers|players"
    "|quartet|box|up|bits?|8|kid|string|strings|fans?|fi|lo|by|made|hits|party|symphony|philharmonic"
)
_PLAYS_ONE_ARTIST = re.compile(rf"(?!(?:{_OWN_WORD})*$)(?:{_ACT_WORD})+")
# "Fairuz فيروز" is one artist in two scripts.
_LATIN = re.compile(r"[0-9a-z\u00c0-\u024f$!.' -]+", re.IGNORECASE)
_SHORTEST_SCRIPT_NAME = 2
_SIMILAR_NAME = 85.0
_ENOUGH_SHARED_NAMES = 2
# Above the number of names on any song; bounds the time for oversized input.
_MOST_NAMES = 24


@lru_cache(maxsize=8192)
def split_artists(line: str) -> tuple[str, ...]:
    """Splits a credit line into names, in their order and spelling; also splits bands "A and B"."""
    names = (name.strip() for name in _BETWEEN_NAMES.split(" ".join(line[:LONGEST].split())))
    return tuple(name for name in names if name)[:_MOST_NAMES]


@lru_cache(maxsize=8192)
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
    keys |= {squeeze(romanise(fold(name)) or "") for name in (line, *split_artists(line)[:1])}
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
    if are_cover_act_and_artist(some, others):
        return True
    unknown = {name for name in some if is_unknown(name, others)}
    has_others = any(is_unknown(name, some) for name in others)
    return bool(unknown) and has_others and len(some - unknown) < _ENOUGH_SHARED_NAMES


def are_other_guests(
    guests: Set[str], people: Set[str], other_guests: Set[str], other_people: Set[str]
) -> bool:
    """True if both recordings have guests, and none of them is among the other's people."""
    return (
        bool(guests and other_guests)
        and all(is_unknown(guest, other_people) for guest in guests)
        and all(is_unknown(guest, people) for guest in other_guests)
    )


def is_unknown(name: str, names: Set[str]) -> bool:
    """True if a key is missing, in any spelling and script, from keys; False without keys."""
    return bool(names) and not any(_may_be_one(name, other) for other in names)


def _may_be_one(name: str, other: str) -> bool:
    if name.isascii() != other.isascii():
        name, other = spoken(name), spoken(other)
    if name in other or other in name:
        fewer, more = sorted((name, other), key=len)
        return not _PLAYS_ONE_ARTIST.fullmatch(more.replace(fewer, "", 1))
    return fuzz.ratio(name, other) >= _SIMILAR_NAME


@lru_cache(maxsize=8192)
def spoken(key: str) -> str:
    """Spells a key by its sound in Latin letters, where known: "джамала" is "jamala"."""
    latin = (romanise(key) or key).replace("dzh", "j").replace("ks", "x")
    return sound_alike(latin)


def are_cover_act_and_artist(some: Set[str], others: Set[str]) -> bool:
    """True if one side has a tribute band, karaoke or lullabies, and the other none."""
    return bool(some and others) and _has_cover_act(some) != _has_cover_act(others)


def _has_cover_act(names: Set[str]) -> bool:
    return any(_COVER_ACT.search(name) for name in names)


def plays_one_artist(name: str, other: str) -> bool:
    """True if one folded name adds only the words of a cover act to the other."""
    fewer, more = sorted((set(name.split()), set(other.split())), key=len)
    return _PLAYS_ONE_ARTIST.fullmatch("".join(sorted(more - fewer))) is not None


def plays_others_songs(line: str) -> bool:
    """True if a name mentions covers, karaoke or edits: its uploads are not the original."""
    return _PLAYS_OTHERS_SONGS.search(fold(line)) is not None


@cache
def _listed(kind: str) -> frozenset[str]:
    return frozenset(squeeze(fold(name)) for name in read_phrases("names.txt")[kind])
