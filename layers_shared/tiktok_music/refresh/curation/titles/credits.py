"""Separates a title from its credits: guests and producers."""

import re
from functools import cache

from tiktok_music.refresh.curation.titles.artists import split_artists
from tiktok_music.refresh.curation.titles.folding import fold
from tiktok_music.refresh.curation.titles.tables import read_phrases
from tiktok_music.refresh.curation.titles.tags import PartKind, read_part

# Portuguese "part. Anitta" is a guest, English "part. 2" is not.
_PART = r"part\.(?=\s+[^\W\d]\w)(?!\s+[ivx]+\b)"


def without_bracket_credits(text: str) -> tuple[str, list[str]]:
    """Splits off credits as `without_credits` does; "with", "con" or "&" may open one, too."""
    opener = _bracket_opener().match(text)
    if opener and _can_be_guest(text[opener.end() :]):
        named, more = without_credits(text[opener.end() :])
        return "", [*split_artists(named), *more]
    return without_credits(text)


def without_credits(text: str) -> tuple[str, list[str]]:
    """Splits a text into the words before its first credit and the guests; drops producers."""
    words, *credits_ = _opener().split(text)
    guests: list[str] = []
    for opener, named in zip(credits_[::2], credits_[1::2], strict=True):
        if fold(opener) not in _words("producer"):
            guests.extend(split_artists(named.strip(" .:")))
    return words, guests


def _can_be_guest(named: str) -> bool:
    folded = fold(named)
    is_number = read_part(folded).kind is PartKind.NUMBER
    return bool(folded) and not is_number and folded.split()[0] not in _words("not a guest")


@cache
def _words(credit: str) -> frozenset[str]:
    return frozenset(fold(word) for word in read_phrases("credits.txt")[credit])


@cache
def _opener() -> re.Pattern[str]:
    """Matches a word that opens a credit; the word is the only group."""
    openers = _alternatives("guest", "producer")
    return re.compile(
        rf"(?:^|[\s(\[（;,/-])({openers}|{_PART})(?:[.:]+\s*|\s+)(?=\S)", re.IGNORECASE
    )


@cache
def _bracket_opener() -> re.Pattern[str]:
    openers = _alternatives("bracket guest")
    return re.compile(rf"\s*(?:(?:{openers})(?:[./]+\s*|\s+)|&\s*)(?=\S)", re.IGNORECASE)


def _alternatives(*credits_: str) -> str:
    words = [word for credit in credits_ for word in read_phrases("credits.txt")[credit]]
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
