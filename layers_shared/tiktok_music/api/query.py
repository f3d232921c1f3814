"""What a caller searches for: parameters of the list in, a query or nothing out."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tiktok_music.api.folding import fold
from tiktok_music.api.parameters import Parameters
from tiktok_music.track import track_id_of

PARAMETERS = (
    "q",
    "language",
    "commerceOnly",
    "minDuration",
    "maxDuration",
    "link",
    "sort",
    "limit",
    "cursor",
    "facets",
)
SORTS = ("popular", "rising", "title")
LONGEST_Q = 80
LONGEST_CURSOR = 200
DEFAULT_LIMIT, MOST_LIMIT = 50, 100
MOST_SECONDS = 9999

_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)
# "https://www.tiktok.com/music/<slug>-<id>", whatever is appended to it, or the id alone.
# A slug has up to 100 characters; a browser writes one of them in up to twelve.
_LINK = re.compile(r"(?:[^?#]{0,1300}[-/])?([0-9]{5,20})/?(?:[?#].{0,400})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Query:
    """A search. `words` are folded; durations are whole seconds, both ends included."""

    words: frozenset[str]
    languages: frozenset[str]
    is_commerce_only: bool
    min_seconds: int
    max_seconds: int
    track_id: str | None
    sort: str
    limit: int
    cursor: str | None
    has_facets: bool

    def is_length_limited(self) -> bool:
        return self.min_seconds > 0 or self.max_seconds < MOST_SECONDS

    def digest(self) -> str:
        """Names what is searched for and in which order, not which part of it is shown."""
        parts = (
            sorted(self.words),
            sorted(self.languages),
            self.is_commerce_only,
            self.min_seconds,
            self.max_seconds,
            self.track_id,
            self.sort,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def parse_query(items: Iterable[tuple[str, str]]) -> Query | None:
    """The query of a list request, None when no parameter is one of ours; raises Invalid."""
    asked = Parameters(items)
    if not asked.has_any(PARAMETERS):
        return None
    query = Query(
        words=_words(asked),
        languages=_languages(asked),
        is_commerce_only=asked.switch("commerceOnly"),
        min_seconds=asked.whole("minDuration", 0, at_least=0, at_most=MOST_SECONDS),
        max_seconds=asked.whole("maxDuration", MOST_SECONDS, at_least=0, at_most=MOST_SECONDS),
        track_id=_linked(asked),
        sort=asked.choice("sort", SORTS),
        limit=asked.whole("limit", DEFAULT_LIMIT, at_least=1, at_most=MOST_LIMIT),
        cursor=_cursor(asked),
        has_facets=asked.switch("facets"),
    )
    if query.min_seconds > query.max_seconds:
        asked.wrong("maxDuration", "Must not be below minDuration.")
    asked.done()
    return query


def track_id_of_link(link: str) -> str | None:
    """The catalog id of a sound, from its TikTok link or id; None when `link` is neither."""
    match = _LINK.fullmatch(link)
    return track_id_of(match[1]) if match else None


def _words(asked: Parameters) -> frozenset[str]:
    text = asked.one("q") or ""
    if len(text) > LONGEST_Q:
        asked.wrong("q", f"Must have at most {LONGEST_Q} characters.")
        return frozenset()
    return frozenset(fold(text).split())


def _languages(asked: Parameters) -> frozenset[str]:
    codes = asked.several("language")
    if not all(_LANGUAGE.fullmatch(code) for code in codes):
        asked.wrong("language", "Must be an ISO 639-1 code, two lower-case letters.")
    return frozenset(codes)


def _linked(asked: Parameters) -> str | None:
    link = asked.one("link")
    if link is None:
        return None
    track_id = track_id_of_link(link)
    if track_id is None:
        asked.wrong("link", "Must be the link or the id of a TikTok sound.")
    return track_id


def _cursor(asked: Parameters) -> str | None:
    cursor = asked.one("cursor")
    if cursor is not None and not 1 <= len(cursor) <= LONGEST_CURSOR:
        asked.wrong("cursor", "Must be a nextCursor of this list.")
    return cursor
