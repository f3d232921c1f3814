"""The filters of a search: their names and types, and the query parameters they become."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, TypeAlias, TypedDict

Sort: TypeAlias = Literal["chart", "popular", "rising", "title"]
Include: TypeAlias = Literal["about", "media", "publish"]
PAGE_SIZE = 50
# An older API ignores them, and answers with its only chart.
CHART_FILTERS = ("chart", "country", "genre", "period", "kind")


class Filters(TypedDict, total=False):
    """Filters of a search; durations in seconds, languages as ISO 639-1.

    `q` are words of title, author or album. Punctuation is ignored; if nothing matches, so is one
    slip in a longer word. The best matches come first, equal ones in the order of `sort`.
    `include` adds members to each row, which is then a `SearchTrack`. `chart` is an id of `charts`,
    or a chart is chosen by `country`, `genre`, `period` in days, and `kind`.
    """

    q: str
    languages: str | Collection[str]
    commerce_only: bool
    publishable_only: bool
    include: Include | Collection[Include]
    min_duration: int
    max_duration: int
    sort: Sort
    limit: int
    facets: bool
    chart: str
    country: str
    genre: str
    period: int
    kind: Literal["popular", "surging"]


_SPELLINGS = {"language": "languages", "query": "q", "page_size": "limit", "includes": "include"}


def checked(filters: Filters) -> Filters:
    """Returns the filters; raises TypeError for an unknown name, or a flag that is no bool.

    The API ignores unknown parameters, so that a misspelt one would return unfiltered tracks.
    """
    for name in filters:
        if name not in Filters.__annotations__:
            raise TypeError(f"unknown filter {name!r}{_suggestion(name)}")
    for flag in ("commerce_only", "publishable_only", "facets"):
        if not isinstance(filters.get(flag, False), bool | None):
            raise TypeError(f"{flag} must be True or False")
    return filters


def parameters_of(filters: Filters, cursor: str | None) -> Mapping[str, str | list[str]]:
    """Returns the query; always with a limit, because a bare request returns the whole list."""
    values: dict[str, Any] = {
        "q": filters.get("q"),
        "language": _several(filters.get("languages")),
        "commerceOnly": "true" if filters.get("commerce_only") else None,
        "publishable": "true" if filters.get("publishable_only") else None,
        "include": _several(filters.get("include")),
        "minDuration": filters.get("min_duration"),
        "maxDuration": filters.get("max_duration"),
        "sort": filters.get("sort"),
        **{name: filters.get(name) for name in CHART_FILTERS},
        "limit": filters.get("limit", PAGE_SIZE),
        "facets": "true" if filters.get("facets") else None,
        "cursor": cursor,
    }
    return {
        name: value if isinstance(value, list) else str(value)
        for name, value in values.items()
        if value not in (None, "", [])
    }


def _several(names: str | Iterable[str] | None) -> list[str]:
    return [names] if isinstance(names, str) else list(names or ())


def _suggestion(name: str) -> str:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    near = _SPELLINGS.get(snake) or next(
        iter(difflib.get_close_matches(snake, Filters.__annotations__, n=1)), None
    )
    return f"; did you mean {near!r}?" if near else ""
