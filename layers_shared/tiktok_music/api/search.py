"""Searches one index: query in, a page of rows out. Pure, and linear in the number of tracks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiktok_music.api.index import Index, Row
from tiktok_music.api.query import Query


@dataclass(frozen=True, slots=True)
class Page:
    """`total` counts all matches; `next_offset` is None on the last page."""

    rows: list[Row]
    total: int
    next_offset: int | None
    facets: Mapping[str, Mapping[str, int]] | None


def search(index: Index, query: Query, places: Sequence[int], offset: int) -> Page:
    """The page of matches that starts at `offset`; `places` are all rows in the query's order."""
    matches = _matches(index, query, places)
    end = offset + query.limit
    return Page(
        rows=[index.rows[place] for place in matches[offset:end]],
        total=len(matches),
        next_offset=end if end < len(matches) else None,
        facets=_facets(index, matches) if query.has_facets else None,
    )


def _matches(index: Index, query: Query, places: Sequence[int]) -> Sequence[int]:
    rows = index.rows
    if query.track_id is not None:
        places = [place for place in places if rows[place]["id"] == query.track_id]
    # Long words first: they leave the least for the next.
    for word in sorted(query.words, key=len, reverse=True):
        texts = index.texts
        places = [place for place in places if word in texts[place]]
    if query.languages:
        places = [place for place in places if rows[place]["language"] in query.languages]
    if query.is_commerce_only:
        places = [place for place in places if rows[place]["isCommerceMusic"]]
    if query.is_length_limited():
        low, high = query.min_seconds, query.max_seconds
        places = [place for place in places if low <= rows[place]["duration"] <= high]
    return places


def _facets(index: Index, matches: Sequence[int]) -> dict[str, dict[str, int]]:
    languages = Counter(index.rows[place]["language"] for place in matches)
    commerce = Counter(index.rows[place]["isCommerceMusic"] for place in matches)
    return {
        "language": dict(sorted(languages.items(), key=lambda entry: (-entry[1], entry[0]))),
        "isCommerceMusic": {"true": commerce[True], "false": commerce[False]},
    }
