"""Searches one index: query in, a page of rows out. Pure, and linear in the number of tracks."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tiktok_music.api.index import Index, Row
from tiktok_music.api.matching import matches
from tiktok_music.api.query import Query


@dataclass(frozen=True, slots=True)
class Page:
    """One page of matches; `total` counts all; the last page has no `next_offset`."""

    rows: list[Row]
    total: int
    next_offset: int | None
    facets: Mapping[str, Mapping[str, int]] | None


def search(
    index: Index,
    query: Query,
    positions: Sequence[int],
    offset: int,
    publishable: Collection[str] | None = None,
) -> Page:
    """The page of matches from `offset` on; `positions` are all rows in the order of the query.

    The words of the query are matched among all rows; the other filters narrow these matches.
    `publishable` are the tracks that are honoured on direct publish; None leaves their facet out.
    """
    found = _filtered(index, query, matches(index, query.words, positions))
    if query.is_publishable_only:
        rows, wanted = index.rows, publishable or ()
        found = [position for position in found if rows[position]["id"] in wanted]
    end = offset + query.limit
    return Page(
        rows=[index.rows[position] for position in found[offset:end]],
        total=len(found),
        next_offset=end if end < len(found) else None,
        facets=_facets(index, found, publishable) if query.has_facets else None,
    )


def _filtered(index: Index, query: Query, positions: Sequence[int]) -> Sequence[int]:
    rows = index.rows
    if query.track_id is not None:
        positions = [position for position in positions if rows[position]["id"] == query.track_id]
    if query.languages:
        positions = [
            position for position in positions if rows[position]["language"] in query.languages
        ]
    if query.is_commerce_only:
        positions = [position for position in positions if rows[position]["isCommerceMusic"]]
    if query.is_length_limited():
        low, high = query.min_seconds, query.max_seconds
        positions = [
            position for position in positions if low <= rows[position]["duration"] <= high
        ]
    return positions


def _facets(
    index: Index, positions: Sequence[int], publishable: Collection[str] | None
) -> dict[str, dict[str, int]]:
    languages = Counter(index.rows[position]["language"] for position in positions)
    commerce = Counter(index.rows[position]["isCommerceMusic"] for position in positions)
    facets = {
        "language": dict(sorted(languages.items(), key=lambda entry: (-entry[1], entry[0]))),
        "isCommerceMusic": {"true": commerce[True], "false": commerce[False]},
    }
    if publishable is not None:
        found = sum(index.rows[position]["id"] in publishable for position in positions)
        facets["publishable"] = {"true": found, "false": len(positions) - found}
    return facets
