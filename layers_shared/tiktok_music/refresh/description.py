"""What a candidate says of its recording, in the form in which two candidates are compared."""

import re
from dataclasses import dataclass

from tiktok_music.refresh.artists import (
    artist_key,
    artist_keys,
    name_keys,
    plays_others_songs,
    primary_artist,
)
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.folding import fold, squeeze
from tiktok_music.refresh.generic_sound import judge_generic_sound, strip_sound_boilerplate
from tiktok_music.refresh.title_parts import TitleParts, parse_title

_NOBODY: frozenset[str] = frozenset()
_MARKER = frozenset("pt part parte partie teil vol volume no nr number ep часть 第".split())
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_AFTER_MARKER = _ROMAN | {
    "i": "1", "v": "5", "x": "10", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "uno": "1", "una": "1", "dos": "2", "tres": "3", "deux": "2", "zwei": "2",
}  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d")
_SPOKEN_ING = re.compile(r"(?<=[a-z]{3}in)g\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a title: the words of the work and whose it is."""

    words: str
    artists: frozenset[str]


@dataclass(frozen=True, slots=True)
class Description:
    """`readings` are in order of likelihood; `people` are everybody named, empty if in doubt.

    `subtitle` and `all_words` are folded; `numbers` stand in the subtitle; `mask` is a pattern for
    a title written with asterisks. A generic sound has a `handle` and nothing else.
    """

    candidate: Candidate
    readings: tuple[Reading, ...] = ()
    versions: frozenset[str] = frozenset()
    venue: str = ""
    subtitle: str = ""
    numbers: frozenset[str] = frozenset()
    people: frozenset[str] = _NOBODY
    all_words: str = ""
    mask: str | None = None
    handle: str = ""


def describe(candidate: Candidate) -> Description:
    """The description of a candidate, from its title and author alone."""
    if judge_generic_sound(candidate) is not None:
        handle = candidate.author or strip_sound_boilerplate(candidate.title)
        return Description(candidate, handle=artist_key(handle))
    parts = _without_artist(parse_title(candidate.title), candidate.author)
    extra = " ".join((*parts.subtitles, *parts.tails))
    is_certain = not parts.tails
    return Description(
        candidate,
        readings=_readings(parts, candidate.author),
        versions=parts.versions,
        venue=parts.venue,
        subtitle=title_words(extra) if extra else "",
        numbers=_numbers(title_words(extra)) if extra else frozenset(),
        people=_people(candidate.author, parts.credits) if is_certain else _NOBODY,
        all_words=" ".join(sorted(title_words(f"{parts.core} {extra}").split())) if extra else "",
        mask=_mask(parts.core),
    )


def work_key(candidate: Candidate) -> str:
    """The key that every version of one work shares: core words and the first artist."""
    parts = _without_artist(parse_title(candidate.title), candidate.author)
    return f"{title_words(parts.core)}|{primary_artist(candidate.author)}"


def title_words(text: str) -> str:
    """Folded words with numbers in digits: "Song, Part II" and "song pt. 2" are "song 2"."""
    words = fold(text).split()
    written: list[str] = []
    for position, word in enumerate(words):
        is_marked = bool(written) and written[-1] in _MARKER
        digits = (_AFTER_MARKER if is_marked else _ROMAN).get(word, word)
        if is_marked and digits.isdigit() and len(written) > 1:
            written.pop()
        written.append(digits if position else word)
    return _SPOKEN_ING.sub("", " ".join(written))


def numbers_in(words: str) -> list[str]:
    """The numbers among words, in their order."""
    return [word for word in words.split() if word.isdigit()]


def _numbers(words: str) -> frozenset[str]:
    """The numbers of a subtitle; a year beside other words tells when, not which."""
    has_company = " " in words
    return frozenset(
        word for word in numbers_in(words) if not (has_company and _YEAR.fullmatch(word))
    )


def _without_artist(parts: TitleParts, author: str) -> TitleParts:
    """The parts when the artist's own name is taken for what it is: "Doja Cat - Say So"."""
    known = artist_keys(author)
    before, colon, after = parts.core.partition(": ")
    if colon and after and known & artist_keys(before):
        return _with(parts, after, parts.tails)
    if parts.tails and known & artist_keys(parts.core):
        return _with(parts, parts.tails[0], parts.tails[1:])
    others = tuple(tail for tail in parts.tails if not known & artist_keys(tail))
    return _with(parts, parts.core, others)


def _with(parts: TitleParts, core: str, tails: tuple[str, ...]) -> TitleParts:
    return TitleParts(core, parts.subtitles, tails, parts.versions, parts.venue, parts.credits)


def _readings(parts: TitleParts, author: str) -> tuple[Reading, ...]:
    core = title_words(parts.core)
    guests = (artist_keys(guest) for guest in parts.credits)
    artists = artist_keys(author).union(*guests)
    readings = [Reading(core, artists)]
    for other in (*parts.subtitles, *parts.tails):
        words = title_words(other)
        if words.isascii() != core.isascii():
            readings.append(Reading(words, artists))
    if len(parts.tails) == 1 and not plays_others_songs(author):
        tail = parts.tails[0]
        readings.append(Reading(title_words(tail), artist_keys(parts.core)))
        readings.append(Reading(core, artist_keys(tail)))
    return tuple(reading for reading in readings if reading.words)


def _people(author: str, guests: tuple[str, ...]) -> frozenset[str]:
    return name_keys(author).union(*(name_keys(guest) for guest in guests))


def _mask(core: str) -> str | None:
    """A pattern for the squeezed words of a title in which asterisks stand for letters."""
    if "*" not in core.strip("* "):
        return None
    pieces = re.split(r"(\*+)", core)
    written = (
        f".{{{len(piece)}}}" if piece.startswith("*") else re.escape(squeeze(title_words(piece)))
        for piece in pieces
        if piece
    )
    return "".join(written)
