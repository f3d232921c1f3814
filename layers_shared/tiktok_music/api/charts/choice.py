"""Chooses a published chart by its id or by coordinates. Pure; never another chart in silence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tiktok_music.api.parameters import Parameters
from tiktok_music.charts import COUNTRIES, GENRES, KINDS, PERIODS, POPULAR, Coordinates, genre_of
from tiktok_music.errors import Invalid

COORDINATES = ("country", "genre", "period", "kind")
PARAMETERS = ("chart", *COORDINATES)
CHARTS_PATH = "/v1/tiktok-music/charts"
NOT_PUBLISHED = f"No chart is published with it; {CHARTS_PATH} lists all charts."
SEVERAL = f"Several charts have it; name one of {CHARTS_PATH} with chart."
EITHER = f"Must not be given together with {', '.join(COORDINATES)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartChoice:
    """The chart parameters of a request; an omitted coordinate is None.

    `chart_id` comes without coordinates. `given` are the parameters of the request, in order.
    """

    chart_id: str | None = None
    country: str | None = None
    genre: str | None = None
    period: int | None = None
    kind: str | None = None
    given: tuple[str, ...] = ()


def parse_choice(parameters: Parameters) -> ChartChoice | None:
    """Reads the parameters of a chart, None without one; adds their issues."""
    given = tuple(name for name in PARAMETERS if parameters.has_any((name,)))
    if not given:
        return None
    if "chart" in given and len(given) > 1:
        parameters.add_issue("chart", EITHER)
    return ChartChoice(
        chart_id=parameters.one("chart"),
        country=_country(parameters),
        genre=_genre(parameters),
        period=_period(parameters),
        kind=_kind(parameters),
        given=given,
    )


def _country(parameters: Parameters) -> str | None:
    code = parameters.one("country")
    if code is None:
        return None
    if code.upper() not in COUNTRIES:
        parameters.add_issue("country", "Must be an ISO 3166-1 code, two letters.")
    return code.upper()


def _genre(parameters: Parameters) -> str | None:
    name = parameters.one("genre")
    if name is None:
        return None
    genre = genre_of(name)
    if genre not in GENRES:
        parameters.add_issue(
            "genre", "Must be a genre of TikTok's Commercial Music Library, or all."
        )
    return genre


def _period(parameters: Parameters) -> int | None:
    text = parameters.one("period")
    if text is None:
        return None
    days = {str(each): each for each in PERIODS}
    if text not in days:
        parameters.add_issue("period", f"Must be one of {', '.join(days)}, in days.")
    return days.get(text)


def _kind(parameters: Parameters) -> str | None:
    kind = parameters.one("kind")
    if kind is not None and kind not in KINDS:
        parameters.add_issue("kind", f"Must be one of {', '.join(KINDS)}.")
    return kind


def choose(
    choice: ChartChoice, published: Sequence[Coordinates], default: Coordinates
) -> Coordinates:
    """The chart that a request means; `published` are all charts, the default one among them.

    It agrees with everything that the request says. A coordinate left out is that of the default
    chart where such a chart exists. Raises Invalid, which names the parameter, if there is no such
    chart, or if several are left.
    """
    if choice.chart_id is not None:
        found = next((each for each in published if each.chart_id == choice.chart_id), None)
        if found is None:
            raise Invalid((("chart", NOT_PUBLISHED),))
        return found
    left = _agreeing(choice, published)
    for name in ("country", "genre", "period", "source"):
        if getattr(choice, name, None) is None:
            usual = [each for each in left if getattr(each, name) == getattr(default, name)]
            left = usual or left
    if len(left) > 1:
        raise Invalid(((choice.given[0], SEVERAL),))
    return left[0]


def _agreeing(choice: ChartChoice, published: Sequence[Coordinates]) -> list[Coordinates]:
    """The charts that agree with every given coordinate; without a kind, the popular ones."""
    left = list(published)
    claims: tuple[tuple[str, Callable[[Coordinates], bool]], ...] = (
        ("country", lambda each: choice.country in (None, each.country)),
        ("genre", lambda each: choice.genre in (None, each.genre)),
        ("period", lambda each: choice.period in (None, each.period)),
        ("kind", lambda each: each.kind == (choice.kind or POPULAR)),
    )
    for name, agrees in claims:
        left = [each for each in left if agrees(each)]
        if not left:
            path = name if name in choice.given else choice.given[0]
            raise Invalid(((path, NOT_PUBLISHED),))
    return left
