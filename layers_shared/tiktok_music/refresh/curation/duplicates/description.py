"""Describes the recording of a candidate in a form that can be compared."""

import re
from dataclasses import KW_ONLY, dataclass, replace
from functools import cache

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.halves import Halves, find_halves
from tiktok_music.refresh.curation.duplicates.numbers import counted_numbers, title_words
from tiktok_music.refresh.curation.titles.artists import (
    artist_key,
    artist_keys,
    name_keys,
    plays_others_songs,
    primary_artist,
    split_artists,
)
from tiktok_music.refresh.curation.titles.folding import LONGEST, fold, squeeze
from tiktok_music.refresh.curation.titles.generic_sound import (
    judge_generic_sound,
    strip_sound_boilerplate,
)
from tiktok_music.refresh.curation.titles.parts import TitleParts, parse_title
from tiktok_music.refresh.curation.titles.tables import read_phrases
from tiktok_music.refresh.curation.titles.tags import PartKind, genres, read_part

_NOBODY: frozenset[str] = frozenset()
_ARTIST_BEFORE = re.compile(r"(?P<artist>[^:–—|]{1,80}?)(?:\s+[-–—_|]+\s+|:\s+)")
_FEATURING = re.compile(r"\s(?:feat\.?|ft\.?|featuring)\s", re.IGNORECASE)
_SPEEDS = frozenset({"sped up", "slowed", "reverb", "nightcore"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One interpretation of a title: the words of the work and its artists."""

    words: str
    artists: frozenset[str]


@dataclass(frozen=True, slots=True)
class Description:
    """The claims of a title and an author about their recording.

    `work_key` (core words and first artist) is shared by all versions of a work. `readings` are in
    order of likelihood. `people` are all names, empty if uncertain; `guests` are credited as such.
    `subtitle` is folded and contains the `numbers`. `all_words` are sorted and include those of the
    versions. `half` is the Latin half of a bilingual title, squeezed. `origins` are films,
    series and
    shows. `mask` is a pattern for a title with asterisks. A generic sound has only a `handle`.
    """

    candidate: Candidate
    _: KW_ONLY
    work_key: str
    readings: tuple[Reading, ...] = ()
    versions: frozenset[str] = frozenset()
    venue: str = ""
    subtitle: str = ""
    numbers: frozenset[str] = frozenset()
    people: frozenset[str] = _NOBODY
    guests: frozenset[str] = _NOBODY
    all_words: str = ""
    half: str = ""
    origins: frozenset[str] = frozenset()
    mask: str | None = None
    handle: str = ""

    @property
    def claims(self) -> frozenset[str]:
        """Titles and artists of all readings, squeezed."""
        titles = (squeeze(reading.words) for reading in self.readings)
        return frozenset(titles).union(*(reading.artists for reading in self.readings))


def describe(candidate: Candidate) -> Description:
    """Describes a candidate by its title and author alone."""
    if judge_generic_sound(candidate) is not None:
        handle = artist_key(candidate.author or strip_sound_boilerplate(candidate.title))
        return Description(candidate, work_key=f"|{handle}", handle=handle)
    parts = _parts(candidate)
    extra = " ".join((*parts.subtitles, *parts.tails))
    is_certain = not parts.tails
    halves = find_halves(title_words(parts.core))
    return Description(
        candidate,
        work_key=f"{title_words(parts.core)}|{primary_artist(candidate.author)}",
        readings=_readings(parts, candidate.author, halves),
        versions=parts.versions,
        venue=parts.venue,
        subtitle=title_words(extra) if extra else "",
        numbers=counted_numbers(title_words(extra)) if extra else frozenset(),
        people=_people(candidate.author, parts.credits) if is_certain else _NOBODY,
        guests=_people("", (*parts.credits, *_FEATURING.split(candidate.author)[1:])),
        all_words=_all_words(parts),
        half=squeeze(halves.latin) if halves else "",
        origins=frozenset(parts.origins),
        mask=_mask(parts.core),
    )


def _parts(candidate: Candidate) -> TitleParts:
    """The parts of the title without the artist's name."""
    known = artist_keys(candidate.author)
    parts = parse_title(_without_artist_before(candidate.title, known))
    speeds = frozenset[str]() if parts.versions else _speeds_among_names(candidate.author)
    if speeds:
        parts = replace(parts, versions=speeds)
    if not parts.tails:
        return parts
    if parts.tails and known & artist_keys(parts.core):
        return replace(parts, core=parts.tails[0], tails=parts.tails[1:])
    return replace(
        parts, tails=tuple(tail for tail in parts.tails if not known & artist_keys(tail))
    )


def _without_artist_before(title: str, known: frozenset[str]) -> str:
    """Turns "Doja Cat - Say So" by Doja Cat into "Say So"; "Weezer - Remastered" stays."""
    before = _ARTIST_BEFORE.match(title[:LONGEST])
    if before is None or not known & artist_keys(before["artist"]):
        return title
    rest = title[before.end() :]
    meaning = read_part(fold(parse_title(rest).core))
    names_something = bool(meaning.venue) or any(":" in version for version in meaning.versions)
    is_genre = bool(meaning.versions) and meaning.versions <= genres()
    is_title = meaning.kind in (PartKind.SUBTITLE, PartKind.NUMBER) or names_something or is_genre
    return rest if is_title else title


def _readings(parts: TitleParts, author: str, halves: Halves | None) -> tuple[Reading, ...]:
    core = title_words(parts.core)
    guests = (artist_keys(guest) for guest in parts.credits)
    artists = artist_keys(author).union(*guests)
    readings = [Reading(core, artists)]
    for other in (*parts.subtitles, *parts.tails):
        words = title_words(other)
        if words.isascii() != core.isascii():
            readings.append(Reading(words, artists))
    if halves:
        readings += [Reading(halves.native, artists), Reading(halves.latin, artists)]
    if len(parts.tails) == 1 and not plays_others_songs(author):
        tail = parts.tails[0]
        readings.append(Reading(title_words(tail), artist_keys(parts.core)))
        readings.append(Reading(core, artist_keys(tail)))
    return tuple(reading for reading in readings if reading.words)


def _speeds_among_names(author: str) -> frozenset[str]:
    """Speeds in the author line, where uploaders of edits sign: "Earth, Wind & Fire & sped up"."""
    names = (fold(name) for name in split_artists(author)[1:])
    tags = (read_part(name).versions for name in names if _may_name_a_speed(name))
    return frozenset[str]().union(*(versions for versions in tags if versions <= _SPEEDS))


def _may_name_a_speed(name: str) -> bool:
    """False for nearly all names, which then need not be read."""
    return not name.isascii() or not _speed_words().isdisjoint(name.split())


@cache
def _speed_words() -> frozenset[str]:
    phrases = (fold(phrase) for tag in _SPEEDS for phrase in read_phrases("versions.txt")[tag])
    return frozenset(word for phrase in phrases for word in phrase.split())


def _people(author: str, guests: tuple[str, ...]) -> frozenset[str]:
    return name_keys(author).union(*(name_keys(guest) for guest in guests))


def _all_words(parts: TitleParts) -> str:
    written = " ".join((parts.core, *parts.subtitles, *parts.tails))
    versions = " ".join(parts.versions).replace(":", " ")
    return " ".join(sorted(f"{title_words(written)} {versions} {parts.venue}".split()))


def _mask(core: str) -> str | None:
    """A pattern for the squeezed words of a title with asterisks for letters; None without any."""
    if "*" not in core.strip("* "):
        return None
    pieces = re.split(r"(\*+)", core)
    written = (
        f".{{{len(piece)}}}" if piece.startswith("*") else re.escape(squeeze(title_words(piece)))
        for piece in pieces
        if piece
    )
    return "".join(written)
