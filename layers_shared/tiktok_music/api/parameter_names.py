"""The query parameters of each route; others are ignored, and named in a header."""

from collections.abc import Collection, Iterable
from urllib.parse import quote

SEARCH = (
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
    "include",
    "chart",
    "country",
    "genre",
    "period",
    "kind",
)
# Parameters of the list while the setting of direct publish is not off.
PUBLISH_SEARCH = ("publishable",)
BATCH = ("ids", "link")
CHANGES = ("since", "limit", "cursor", "chart")
# A header has room for a few names.
MOST_NAMES, LONGEST_NAME = 10, 40


def search_parameters(honors_on_publish: bool) -> tuple[str, ...]:
    """The known parameters of the list."""
    return (*SEARCH, *PUBLISH_SEARCH) if honors_on_publish else SEARCH


def ignored_parameters(names: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """The header `X-Ignored-Parameters`, if there are any: names, percent-encoded and cut."""
    ignored = [name for name in dict.fromkeys(names) if name and name not in known]
    listed = [quote(name, safe="", errors="replace") for name in ignored[:MOST_NAMES]]
    return {"X-Ignored-Parameters": ", ".join(n[:LONGEST_NAME] for n in listed)} if listed else {}
