"""Recognises unnamed sounds: "original sound - handle" in the languages of TikTok's app."""

import re
from functools import cache

from tiktok_music.characters import BIDI_CONTROLS
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.titles.folding import LONGEST, fold, unescape
from tiktok_music.refresh.curation.titles.tables import read_phrases
from tiktok_music.refresh.rejection import Finding, RejectionReason

_SEPARATOR = re.compile(rf"\s*[-–—‐‑−:：|•·~_/@{BIDI_CONTROLS}]+\s*@?")
_MEANS_NOTHING = re.compile(r"[\W\d_]*")
_CREATED_BY = re.compile(r"@?(?P<handle>.{1,60}?)\s*(?:创作的原声|創作的原聲)")
_RUN_OF_LETTERS = re.compile(r"[^\s\-–—:：|•·~_/(（\[@#]+")
_LONGEST_BOILERPLATE = 60
_MOST_WORDS = 6


def judge_generic_sound(candidate: Candidate) -> Finding | None:
    """Rejects a title that is boilerplate and, at most, a user's name.

    A user's sound with a real title stays.
    """
    found = _boilerplate(candidate.title, candidate.author)
    if found is None:
        return None
    word, _ = found
    detail = f'The title is only the default name of a user\'s sound ("{word}").'
    return Finding(RejectionReason.GENERIC_SOUND, detail, field="title", word=word)


def strip_sound_boilerplate(title: str) -> str:
    """Removes "original sound" and its separator from a title; other text stays unchanged."""
    found = _boilerplate(title, author="")
    return title if found is None else found[1]


def _boilerplate(title: str, author: str) -> tuple[str, str] | None:
    """The boilerplate as spelt in the title, and the handle; None if there is other text."""
    text = unescape(title[:LONGEST]).strip()
    created = _CREATED_BY.fullmatch(text)
    if created:
        return text[created.end("handle") :].strip(), created["handle"]
    first = _RUN_OF_LETTERS.match(text)
    words = fold(first[0]).split() if first else []
    if words and words[0] not in _first_words():
        return None if " - " not in text else _after_handle(text, author)
    for start in _word_runs(text):
        rest = text[len(start) :]
        if fold(start) in _phrases():
            separator = _SEPARATOR.match(rest)
            if separator or _MEANS_NOTHING.fullmatch(rest) or fold(rest) == fold(author):
                return start, rest[separator.end() if separator else 0 :].strip()
    return _after_handle(text, author)


def _after_handle(text: str, author: str) -> tuple[str, str] | None:
    """The boilerplate behind the author's name, and the name."""
    handle, _, end = text.rpartition(" - ")
    if handle and fold(end) in _phrases() and fold(handle) == fold(author):
        return end, handle
    return None


def _word_runs(text: str) -> list[str]:
    """Prefixes of a text that end at the end of a word, the longest first."""
    words = _RUN_OF_LETTERS.finditer(text[:_LONGEST_BOILERPLATE])
    ends = [word.end() for word in words][:_MOST_WORDS]
    return [text[:end] for end in reversed(ends)]


@cache
def _phrases() -> frozenset[str]:
    table = read_phrases("generic_sounds.txt")
    return frozenset(fold(phrase) for phrases in table.values() for phrase in phrases)


@cache
def _first_words() -> frozenset[str]:
    return frozenset(phrase.split()[0] for phrase in _phrases())
