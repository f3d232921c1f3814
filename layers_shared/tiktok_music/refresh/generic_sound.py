"""Sounds that nobody has named: "original sound - handle" in the languages of TikTok's app."""

import re
from functools import cache

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.folding import LONGEST, fold, unescape
from tiktok_music.refresh.title_tables import read_phrases
from tiktok_music.refresh.verdict import Finding, RejectionReason

_SEPARATOR = re.compile(r"[-–—‐‑−:：|•·~_/(（\[@#\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MEANS_NOTHING = re.compile(r"[\W\d_]*")
_CREATED_BY = re.compile(r"@?(?P<handle>.{1,60}?)\s*(?:创作的原声|創作的原聲)\s*")


def judge_generic_sound(candidate: Candidate) -> Finding | None:
    """A finding when the title is boilerplate and, at most, whose sound it is.

    A user's sound that has a real title is music like any other and stays.
    """
    found = _boilerplate(candidate.title)
    if found is None:
        return None
    word, rest = found
    if not _names_nobody_else(rest, candidate.author):
        return None
    detail = f'The title says only that this is a user\'s own sound ("{word}").'
    return Finding(RejectionReason.GENERIC_SOUND, detail, field="title", word=word)


def strip_sound_boilerplate(title: str) -> str:
    """The title without "original sound" and what joins it to a handle; the rest is as it was."""
    found = _boilerplate(title)
    return title if found is None else found[1].strip(" \t-–—:：|•·~_/()（）[]@#")


def _names_nobody_else(rest: str, author: str) -> bool:
    """Whether what follows the boilerplate is nothing, a number, a separator or the author."""
    return (
        _MEANS_NOTHING.fullmatch(rest) is not None
        or _SEPARATOR.match(rest.lstrip()) is not None
        or fold(rest) == fold(author)
    )


def _boilerplate(title: str) -> tuple[str, str] | None:
    """The boilerplate as it stands in the title, and the rest with its separator."""
    text = unescape(title[:LONGEST]).strip()
    created = _CREATED_BY.fullmatch(text)
    if created:
        return text[created.end("handle") :].strip(), f"- {created['handle']}"
    for match in _word_runs(text):
        if fold(match) in _phrases():
            return match, text[len(match) :]
    head, separator, tail = text.rpartition(" - ")
    if separator and fold(tail) in _phrases():
        return tail, f"- {head}"
    return None


def _word_runs(text: str) -> list[str]:
    """The beginnings of a text that end where a word ends, the longest first."""
    ends = [match.end() for match in re.finditer(r"[^\s\-–—:：|•·~_/(（\[@#]+", text[:60])]
    return [text[:end] for end in reversed(ends[:6])]


@cache
def _phrases() -> frozenset[str]:
    table = read_phrases("generic_sounds.txt")
    return frozenset(fold(phrase) for phrases in table.values() for phrase in phrases)
