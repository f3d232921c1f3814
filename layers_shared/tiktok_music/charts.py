"""Charts: their coordinates and ids, and the entries of the setting `CHARTS`.

An id is `<source>.<country>.<genre>.<period>[.<kind>]`, such as `cml.gb.k-pop.30d`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tiktok_music.about import words_of

MOST_CHARTS = 50
ALL_GENRES = "all"
POPULAR, SURGING = "popular", "surging"
KINDS = (POPULAR, SURGING)
PERIODS = (1, 7, 30, 90, 120)
FORM = "<source>:<country>:<genre>:<period>[:<kind>], such as cml:GB:K-POP:30DAY"

# ISO 3166-1 alpha-2.
_COUNTRY_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW
"""
COUNTRIES = frozenset(_COUNTRY_CODES.split())
# From the Business API's page on the trending list, in TikTok's spelling.
_UPSTREAM_GENRES = """
    ALL ROCK POP LATIN METAL ELECTRONIC HIP_HOP/RAP ALTERNATIVE/INDIE FOLK R&B/SOUL COUNTRY
    CLASSICAL JAZZ REGGAE CHILDHOOD BLUES EASY_LISTENING NEW_AGE WORLD_MUSIC EXPERIMENTAL
    DEVOTIONAL CHINESE_TRADITION 8_BIT A_CAPPELLA AFRO-POP ALTERNATIVE_HIP_HOP ALTERNATIVE_ROCK
    AMBIENT ARABIC_POP BASS_HOUSE BGM BOOMBAP BOSSA_NOVA BRAZILIAN_FUNK_STYLE BUDDHIST_MUSIC
    CANTOPOP CELTIC_POP CHAMBER_MUSIC CHILL_BEATS CHILLOUT CHINESE_FOLK CHINESE_OPERA
    CHINESE_POP CHINESE_STYLE CHINOISERIE_ELECTRONIC CHINOISERIE_RAP CHRISTIAN_MUSIC
    CONTEMPORARY_R&B COUNTRY_POP DANCE_POP DISCO DJ DRUM&BASS DUBSTEP EDM EDM_TRAP ELECTRO_POP
    EPIC FOLK_POP FUNK FUTURE_BASS GOSPEL GUFENG_MUSIC HARD_ROCK HIP_HOUSE HOLIDAY_MUSIC HOUSE
    INDIAN_POP INDIE_FOLK INDIE_POP INDIE_ROCK INSTRUMENTAL_HIP_HOP INSTRUMENTAL_ROCK IRISH_FOLK
    J_ROCK JAPANESE_TRADITIONAL_MUSIC JAZZ_FUSION JAZZ_HIP_HOP JAZZ_POP J-POP K-POP LATIN_POP
    LO-FI MC NOISE OLD_SCHOOL OTHERS POP_RAP POP_ROCK POP_SOUL PSYCHEDELIC_ROCK PUNK R&B_RAP
    REGGAETON RUSSIAN_POP SERTANEJO SON_CUBANO SOUL SOUNDTRACK SYMPHONY SYNTH_POP TANGO TECHNO
    TEEN_POP TRADITIONAL_CHINESE_FOLK TRANCE TRAP_RAP TRIP_HOP TROPICAL_HOUSE TURKISH_POP
"""


def genre_of(name: str) -> str:
    """A genre in our spelling: lower case, a hyphen for every run of other characters."""
    return next(iter(words_of((name,))), "")


# Genre in our spelling -> in TikTok's.
GENRES: Mapping[str, str] = {genre_of(name): name for name in _UPSTREAM_GENRES.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCharts:
    """A source that gives several charts: its name in ids, and the coordinates that it has.

    Without `periods`, its only chart is that of now; without `has_genres`, that of all genres.
    """

    name: str
    periods: tuple[int, ...] = ()
    kinds: tuple[str, ...] = (POPULAR,)
    has_genres: bool = False


# Source of the setting -> its charts.
SOURCES: Mapping[str, SourceCharts] = {
    "aweme": SourceCharts(name="app"),
    "cml": SourceCharts(name="cml", periods=(1, 7, 30, 90), has_genres=True),
    "creative_center": SourceCharts(name="cc", periods=(7, 30, 120), kinds=KINDS),
}
STATIC = "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """The coordinates of a chart: source as in ids, country in capitals, genre in our spelling.

    `period` is in days, None for a chart of now.
    """

    source: str
    country: str
    genre: str = ALL_GENRES
    period: int | None = None
    kind: str = POPULAR

    @property
    def chart_id(self) -> str:
        period = "now" if self.period is None else f"{self.period}d"
        parts = (self.source, self.country.lower(), self.genre, period)
        return ".".join(parts if self.kind == POPULAR else (*parts, self.kind))


def default_chart(source: str, country: str, period_days: int) -> Coordinates:
    """The coordinates of the plain list, whose first source is `source`."""
    if source not in SOURCES:
        return Coordinates(source=source, country=country)
    known = SOURCES[source]
    period = period_days if known.periods else None
    return Coordinates(source=known.name, country=country, period=period)


def parse_chart(entry: str) -> Coordinates:
    """The coordinates of an entry of `CHARTS`; raises ValueError with what is wrong with it."""
    parts = [part.strip() for part in entry.split(":")]
    if not 2 <= len(parts) <= 5:
        raise ValueError(f"it must be {FORM}")
    source_name, country, genre, period, kind = [*parts, "", "", ""][:5]
    if source_name not in SOURCES:
        raise ValueError(f"the source must be one of {', '.join(SOURCES)}")
    source = SOURCES[source_name]
    if country not in COUNTRIES:
        raise ValueError("the country must be an ISO 3166-1 code in capitals, such as GB")
    return Coordinates(
        source=source.name,
        country=country,
        genre=_genre(genre, source_name, source),
        period=_period(period, source_name, source),
        kind=_kind(kind, source_name, source),
    )


def _genre(text: str, name: str, source: SourceCharts) -> str:
    genre = genre_of(text) if text else ALL_GENRES
    if genre not in GENRES:
        raise ValueError("the genre must be one of TikTok's Commercial Music Library")
    if genre != ALL_GENRES and not source.has_genres:
        raise ValueError(f"{name} has no charts of genres: the genre must be empty")
    return genre


def _period(text: str, name: str, source: SourceCharts) -> int | None:
    if not source.periods:
        if text not in ("", "now"):
            raise ValueError(f"{name} has the chart of now only: the period must be empty")
        return None
    days = {form: each for each in source.periods for form in (str(each), f"{each}DAY")}
    if text not in days:
        raise ValueError(f"the period of {name} must be one of {', '.join(map(str, days))}")
    return days[text]


def _kind(text: str, name: str, source: SourceCharts) -> str:
    kind = text or POPULAR
    if kind not in source.kinds:
        raise ValueError(f"the kind of {name} must be one of {', '.join(source.kinds)}")
    return kind


def parse_charts(text: str, default: Coordinates) -> tuple[Coordinates, ...]:
    """The charts of the setting `CHARTS`, in its order; () if it is empty.

    Raises ValueError, which quotes each wrong entry.
    """
    entries = [each.strip() for each in text.split(",")] if text.strip() else []
    problems = []
    charts: dict[str, Coordinates] = {}
    for entry in entries:
        try:
            chart = parse_chart(entry)
        except ValueError as exc:
            problems.append(f"{entry!r}: {exc}")
            continue
        if chart.chart_id == default.chart_id:
            problems.append(f"{entry!r}: it is the default chart")
        elif chart.chart_id in charts:
            problems.append(f"{entry!r}: it is there twice")
        charts[chart.chart_id] = chart
    if len(entries) > MOST_CHARTS:
        problems.append(f"{len(entries)} entries, more than {MOST_CHARTS}")
    if problems:
        raise ValueError("; ".join(problems))
    return tuple(charts.values())
