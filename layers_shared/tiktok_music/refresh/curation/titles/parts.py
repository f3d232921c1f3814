"""Splits a title into core, subtitles, guests, versions and remarks without meaning."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from tiktok_music.refresh.curation.titles.credits import without_bracket_credits, without_credits
from tiktok_music.refresh.curation.titles.folding import fold
from tiktok_music.refresh.curation.titles.generic_sound import strip_sound_boilerplate
from tiktok_music.refresh.curation.titles.readable import readable
from tiktok_music.refresh.curation.titles.tags import (
    PartKind,
    PartMeaning,
    endings_of_titles,
    last_words,
    noise_endings,
    read_part,
)

_OPENERS = "([{（［｛【〔「『《〈"
_OPENING_LETTERS = frozenset(_OPENERS)
_CLOSERS = ")]}）］｝】〕」』》〉"
# East Asian titles often quote the title itself, after the artist.
_QUOTES = "「『《〈【"
_DASH = re.compile(r"\s+[-–—‐−_~|｜•·]+\s+|\s*(?:\|\||//|｜|\|)\s*|\s+[-–—](?=\w[^-–—]*[-–—]?\s*$)")

_NOT_SPOKEN = (PartKind.NOISE, PartKind.VERSION)
_WORD = re.compile(r"\S+")
_HEAD = re.compile(r" (?:version|ver|audio)$")
_TRAILING_MARKS = re.compile(r"[^\w.!?…)\]）】'’\"”]+$")
_TRAILING_HASHTAGS = re.compile(r"(?<=\w)(?:\s+#[^\W\d]\w*)+\s*$")
_MOST_WORDS_OF_AN_ENDING = 5
# "Ночь live": beside another script, even an everyday English word names a version.
_NATIVE_WITH_LATIN_END = re.compile(
    r"(?P<title>[^a-z\u00c0-\u024f]*[^\W\d_a-z\u00c0-\u024f])\s+(?P<end>[ -~]*[a-z][ -~]*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleParts:
    """The parts of a title, in their original spelling except for `versions` and `venue`.

    `subtitles` are brackets without a known meaning, `tails` the same after a dash: a tail may be a
    subtitle, the title or the artist. `credits` are guests. `versions` are tags ("sped up",
    "remix:imanbek"); `venue` is the place or year of a live version. `origins` are the films
    and series of remarks such as 'From "Nadi"', folded.
    """

    core: str
    subtitles: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    versions: frozenset[str] = frozenset()
    venue: str = ""
    credits: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """The parts found so far; `cuts` are spans that are not part of the spoken title."""

    cores: list[str] = field(default_factory=list)
    subtitles: list[str] = field(default_factory=list)
    tails: list[str] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    venues: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    cuts: list[tuple[int, int]] = field(default_factory=list)

    def take(self, meaning: PartMeaning) -> None:
        self.versions |= meaning.versions
        if meaning.venue:
            self.venues.append(meaning.venue)
        if meaning.origin:
            self.origins.append(meaning.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A stretch of a title: in brackets, after a dash, or plain; the span includes its marks."""

    text: str
    start: int
    end: int
    is_bracket: bool
    is_tail: bool


def parse_title(title: str) -> TitleParts:
    """Splits any title into parts; the core is empty only if the title is."""
    text = readable(title)
    reading = _read(text)
    core = " ".join(reading.cores).strip() or _first(reading.subtitles, reading.tails) or text
    return TitleParts(
        core=core,
        subtitles=tuple(part for part in reading.subtitles if part != core),
        tails=tuple(part for part in reading.tails if part != core),
        versions=frozenset(reading.versions),
        venue=" ".join(reading.venues),
        credits=tuple(reading.credits),
        origins=tuple(reading.origins),
    )


def spoken_title(title: str) -> str:
    """Removes guests, versions, remarks and "original sound", for language detection.

    The rest stays in its original spelling; if nothing is left, only "original sound" is removed.
    """
    text = readable(strip_sound_boilerplate(title))
    spoken_parts, end = [], 0
    for cut_start, cut_end in sorted(_read(text).cuts):
        spoken_parts.append(text[end : max(end, cut_start)])
        end = max(end, cut_end)
    spoken = " ".join(" ".join([*spoken_parts, text[end:]]).split())
    return spoken.strip(" -–—|~•/") or text


def _first(*lists: list[str]) -> str:
    return next((part for parts in lists for part in parts), "")


@lru_cache(maxsize=16_384)
def _read(text: str) -> _Reading:
    """Reads a title, once for duplicates and language; nothing changes the result later."""
    reading = _Reading()
    for piece in _pieces(text):
        if not reading.cores and not piece.is_bracket:
            _read_core(piece, reading)
        elif piece.is_bracket or piece.is_tail or _explains(piece.text):
            _read_part(piece, reading)
        else:
            reading.cores.append(piece.text.strip())
    return reading


def _explains(text: str) -> bool:
    return read_part(fold(text)).kind in _NOT_SPOKEN


def _read_core(piece: _Piece, reading: _Reading) -> None:
    words, guests = without_credits(piece.text)
    reading.credits.extend(guests)
    core, endings = _without_endings(words, endings_of_titles())
    native = _NATIVE_WITH_LATIN_END.fullmatch(core.strip())
    if native and read_part(fold(native["end"])).kind is PartKind.VERSION:
        core, endings = native["title"], [*endings, fold(native["end"])]
    for ending in endings:
        reading.take(read_part(ending))
    reading.cores.append(core.strip())
    reading.cuts.append((piece.end - len(piece.text) + len(core), piece.end))


def _read_part(piece: _Piece, reading: _Reading) -> None:
    words, guests = without_bracket_credits(piece.text)
    reading.credits.extend(guests)
    if piece.is_tail and not piece.is_bracket and not _explains(words):
        words, _ = _without_endings(words, noise_endings())
    meanings = [(part, read_part(fold(part))) for part in _split_at_slashes(words)]
    for part, meaning in meanings:
        reading.take(meaning)
        if meaning.kind is PartKind.NUMBER:
            reading.cores.append(part.strip())
        elif meaning.kind is PartKind.SUBTITLE:
            (reading.subtitles if piece.is_bracket else reading.tails).append(part.strip())
    if all(meaning.kind in _NOT_SPOKEN for _, meaning in meanings):
        reading.cuts.append((piece.start, piece.end))


def _split_at_slashes(text: str) -> list[str]:
    """Splits "Sea Shanty / Someone's Remix"; "Whip / Nae Nae" stays one part."""
    parts = text.split(" / ")
    return parts if any(_explains(part) for part in parts) else [text]


def _without_endings(text: str, endings: frozenset[str]) -> tuple[str, list[str]]:
    """Cuts descriptive endings such as "sped up" off; also returns them, folded."""
    text, found = _TRAILING_HASHTAGS.sub("", text), []
    while (ending := _ending(text, endings)) is not None:
        start, folded = ending
        text = _TRAILING_MARKS.sub("", text[:start])
        found.append(folded)
    return text, found


def _ending(text: str, endings: frozenset[str]) -> tuple[int, str] | None:
    starts = [word.start() for word in _WORD.finditer(text)]
    last = fold(text[starts[-1] :]).split() if len(starts) > 1 else []
    if not last or last[-1] not in last_words(endings):
        return None
    for start in starts[-_MOST_WORDS_OF_AN_ENDING:]:
        folded = fold(text[start:])
        if start > starts[0] and _HEAD.sub("", folded) in endings:
            return start, folded
    return None


def _pieces(text: str) -> Iterator[_Piece]:
    """Splits a title into outermost brackets and the plain stretches between, at dashes, too."""
    if _OPENING_LETTERS.isdisjoint(text):
        yield from _split_at_dashes(text, 0, len(text), is_tail=False)
        return
    depth, start, is_tail = 0, 0, False
    for position, letter in enumerate(text + ")"):
        at_end = position == len(text)
        if letter in _OPENERS and not at_end:
            if depth == 0:
                yield from _split_at_dashes(text, start, position, is_tail)
                is_tail, start = is_tail or _has_dash(text, start, position), position
            depth += 1
        elif (letter in _CLOSERS and depth == 1) or (at_end and depth):
            depth, end = 0, position if at_end else position + 1
            is_quote = text[start] in _QUOTES
            yield _Piece(
                text=text[start + 1 : position],
                start=start,
                end=end,
                is_bracket=not is_quote,
                is_tail=is_quote or is_tail,
            )
            start = end
        elif letter in _CLOSERS and depth:
            depth -= 1
    yield from _split_at_dashes(text, start, len(text), is_tail)


def _has_dash(text: str, start: int, end: int) -> bool:
    return _DASH.search(text[start:end]) is not None


def _split_at_dashes(text: str, start: int, end: int, is_tail: bool) -> Iterator[_Piece]:
    stretch, mark, inner = text[start:end], 0, 0
    for dash in [*_DASH.finditer(stretch), None]:
        stop = dash.start() if dash else len(stretch)
        words = stretch[inner:stop]
        if words.strip():
            yield _Piece(
                text=words,
                start=start + mark,
                end=start + stop,
                is_bracket=False,
                is_tail=is_tail or mark > 0 or inner > 0,
            )
        if dash:
            mark, inner = dash.start(), dash.end()
