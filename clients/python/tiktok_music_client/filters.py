"""The filters of a search: their names and types, and the query parameters they become."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, TypeAlias, TypedDict

Sort: TypeAlias = Literal["popular", "rising", "title"]
PAGE_SIZE = 50


class Filters(TypedDict, total=False):
    """Filters of a search; durations in seconds, languages as ISO 639-1."""

    q: str
    languages: str | Collection[str]
    commerce_only: bool
    publishable_only: bool
    include_publish: bool
    min_duration: int
    max_duration: int
    sort: Sort
    limit: int
    facets: bool


_SPELLINGS = {"language": "languages", "query": "q", "page_size": "limit"}


def checked(filters: Filters) -> Filters:
    """Returns the filters; raises TypeError for an unknown name, or a flag that is no bool.

    The API ignores unknown parameters, so that a misspelt one would return unfiltered tracks.
    """
    for name in filters:
        if name not in Filters.__annotations__:
            raise TypeError(f"unknown filter {name!r}{_suggestion(name)}")
    for flag in ("commerce_only", "publishable_only", "include_publish", "facets"):
        if not isinstance(filters.get(flag, False), bool | None):
            raise TypeError(f"{flag} must be True or False")
    return filters


def parameters_of(filters: Filters, cursor: str | None) -> Mapping[str, str | list[str]]:
    """Returns the query; always with a limit, because a bare request returns the whole list."""
    languages: str | Iterable[str] = filters.get("languages") or ()
    values: dict[str, Any] = {
        "q": filters.get("q"),
        "language": [languages] if isinstance(languages, str) else list(languages),
        "commerceOnly": "true" if filters.get("commerce_only") else None,
        "publishable": "true" if filters.get("publishable_only") else None,
        "include": "publish" if filters.get("include_publish") else None,
        "minDuration": filters.get("min_duration"),
        "maxDuration": filters.get("max_duration"),
        "sort": filters.get("sort"),
        "limit": filters.get("limit", PAGE_SIZE),
        "facets": "true" if filters.get("facets") else None,
        "cursor": cursor,
    }
    return {
        name: value if isinstance(value, list) else str(value)
        for name, value in values.items()
        if value not in (None, "", [])
    }


def _suggestion(name: str) -> str:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    near = _SPELLINGS.get(snake) or next(
        iter(difflib.get_close_matches(snake, Filters.__annotations__, n=1)), None
    )
    return f"; did you mean {near!r}?" if near else ""
