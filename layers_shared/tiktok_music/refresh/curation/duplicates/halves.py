"""Finds the two halves of a bilingual title such as "좋은 날 Good Day"."""

import re
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz import fuzz

from tiktok_music.refresh.curation.titles.folding import romanise, sound_alike
from tiktok_music.refresh.curation.titles.tags import PartKind, read_part

# Titles in these alphabets borrow Latin words ("Чёрный BMW"): only a half that spells the other
# one ("Плакала Plakala") repeats it.
_BORROWING = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_SIMILAR_SOUND = 85.0
_SHORTEST_NATIVE = 2
_SHORTEST_LATIN_WORD = 6


@dataclass(frozen=True, slots=True)
class Halves:
    """Both halves, folded: each is the whole title to somebody."""

    native: str
    latin: str


def find_halves(words: str) -> Halves | None:
    """Returns the halves of folded words, or None if both belong to one title."""
    runs = [
        (is_latin, " ".join(run))
        for is_latin, run in groupby(words.split(), key=lambda word: word.isascii())
    ]
    if len(runs) != 2:
        return None
    by_script = dict(runs)
    native, latin = by_script[False], by_script[True]
    is_title = (
        len(native) >= _SHORTEST_NATIVE
        and re.search(r"\d", latin) is None
        and read_part(latin).kind is PartKind.SUBTITLE
    )
    return Halves(native, latin) if is_title and _repeats(native, latin) else None


def _repeats(native: str, latin: str) -> bool:
    if _BORROWING.search(native):
        spelt = romanise(native)
        if not spelt:
            return False
        return fuzz.ratio(sound_alike(spelt), sound_alike(latin)) >= _SIMILAR_SOUND
    return " " in latin or len(latin) >= _SHORTEST_LATIN_WORD
