"""Parses the parameters of the list into a search query."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tiktok_music.api.charts.choice import ChartChoice, parse_choice
from tiktok_music.api.folding import fold
from tiktok_music.api.links import issue_of_link, track_id_of_link
from tiktok_music.api.parameter_names import search_parameters
from tiktok_music.api.parameters import Parameters
from tiktok_music.publish_policy import SWITCHED_OFF, PublishPolicy

INCLUDES = ("about", "media")
PUBLISH_INCLUDE = "publish"
SORTS = ("popular", "chart", "rising", "title")
# Of a chosen chart: upstream's order first.
CHART_SORTS = ("chart", "popular", "rising", "title")
LONGEST_Q = 80
DEFAULT_LIMIT, MOST_LIMIT = 50, 100
MOST_SECONDS = 9999

_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search. `words` are folded; durations are whole seconds, inclusive.

    `chart` is None where the request says nothing of charts.
    """

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
    is_publishable_only: bool = False
    includes: frozenset[str] = frozenset()
    chart: ChartChoice | None = None

    def is_length_limited(self) -> bool:
        return self.min_seconds > 0 or self.max_seconds < MOST_SECONDS

    def digest(self, chart_id: str | None = None) -> str:
        """Identifies the matches and their order, independent of the page."""
        parts: tuple[object, ...] = (
            sorted(self.words),
            sorted(self.languages),
            self.is_commerce_only,
            self.min_seconds,
            self.max_seconds,
            self.track_id,
            self.sort,
        )
        parts += (True,) if self.is_publishable_only else ()
        parts += (chart_id,) if chart_id else ()
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def parse_query(
    items: Iterable[tuple[str, str]], policy: PublishPolicy = SWITCHED_OFF
) -> Query | None:
    """Parses a query; returns None if there is no known parameter; raises Invalid."""
    parameters = Parameters(items)
    if not parameters.has_any(search_parameters(policy.is_on)):
        return None
    chart = parse_choice(parameters)
    query = Query(
        words=_words(parameters),
        languages=_languages(parameters),
        is_commerce_only=parameters.switch("commerceOnly"),
        min_seconds=parameters.whole("minDuration", 0, at_least=0, at_most=MOST_SECONDS),
        max_seconds=parameters.whole("maxDuration", MOST_SECONDS, at_least=0, at_most=MOST_SECONDS),
        track_id=_linked_track(parameters),
        sort=parameters.choice("sort", CHART_SORTS if chart else SORTS),
        limit=parameters.whole("limit", DEFAULT_LIMIT, at_least=1, at_most=MOST_LIMIT),
        cursor=parameters.cursor(),
        has_facets=parameters.switch("facets"),
        is_publishable_only=policy.is_on and parameters.switch("publishable"),
        includes=_includes(parameters, policy),
        chart=chart,
    )
    if query.min_seconds > query.max_seconds:
        parameters.add_issue("maxDuration", "Must not be below minDuration.")
    parameters.done()
    return query


def _includes(parameters: Parameters, policy: PublishPolicy) -> frozenset[str]:
    """The named members; that of direct publish is ignored while the setting is off."""
    names = frozenset(parameters.several("include"))
    known = (*INCLUDES, PUBLISH_INCLUDE) if policy.is_on else INCLUDES
    if not names <= {*INCLUDES, PUBLISH_INCLUDE}:
        parameters.add_issue("include", f"Must be one of {', '.join(known)}.")
    return names.intersection(known)


def _words(parameters: Parameters) -> frozenset[str]:
    text = parameters.one("q") or ""
    if len(text) > LONGEST_Q:
        parameters.add_issue("q", f"Must have at most {LONGEST_Q} characters.")
        return frozenset()
    return frozenset(fold(text).split())


def _languages(parameters: Parameters) -> frozenset[str]:
    codes = parameters.several("language")
    if not all(_LANGUAGE.fullmatch(code) for code in codes):
        parameters.add_issue("language", "Must be an ISO 639-1 code, two lower-case letters.")
    return frozenset(codes)


def _linked_track(parameters: Parameters) -> str | None:
    link = parameters.one("link")
    if link is None:
        return None
    track_id = track_id_of_link(link)
    if track_id is None:
        parameters.add_issue("link", issue_of_link(link))
    return track_id
