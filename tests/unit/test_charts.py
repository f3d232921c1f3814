"""The coordinates of charts, and the setting that names them."""

import pytest

from tests.unit.test_settings import REFRESH
from tiktok_music.api.charts.sized_cache import SizedCache
from tiktok_music.charts import COUNTRIES, GENRES, Coordinates, default_chart, parse_charts
from tiktok_music.errors import SettingsError
from tiktok_music.refresh.settings import RefreshSettings

DEFAULT = default_chart("aweme", "US", 7)


def test_genres_and_countries_are_complete_and_distinct() -> None:
    assert (len(GENRES), len(COUNTRIES)) == (110, 249)
    spellings = ("HIP_HOP/RAP", "R&B/SOUL", "DRUM&BASS", "8_BIT", "K-POP")
    ours = ("hip-hop-rap", "r-b-soul", "drum-bass", "8-bit", "k-pop")
    assert tuple(GENRES[each] for each in ours) == spellings


def test_charts_have_the_ids_of_their_coordinates() -> None:
    text = (
        "cml:GB:ALL:7DAY, cml:US:K-POP:30, creative_center:BR::7:surging,aweme:DE,cml:FR:R&B/SOUL:1"
    )

    charts = parse_charts(text, DEFAULT)

    assert [each.chart_id for each in charts] == [
        "cml.gb.all.7d",
        "cml.us.k-pop.30d",
        "cc.br.all.7d.surging",
        "app.de.all.now",
        "cml.fr.r-b-soul.1d",
    ]
    assert charts[2] == Coordinates(source="cc", country="BR", period=7, kind="surging")
    assert parse_charts("", DEFAULT) == ()


def test_the_default_chart_is_that_of_the_first_source() -> None:
    sources = ("aweme", "cml", "creative_center", "static")

    ids = [default_chart(source, "GB", 30).chart_id for source in sources]

    assert ids == ["app.gb.all.now", "cml.gb.all.30d", "cc.gb.all.30d", "static.gb.all.now"]


WRONG = {
    "cml": "'cml': it must be <source>:<country>:<genre>:<period>[:<kind>], such as "
    "cml:GB:K-POP:30DAY",
    "cml:GB:ALL:7DAY:popular:x": "it must be <source>",
    "napster:GB:ALL:7DAY": "the source must be one of aweme, cml, creative_center",
    "cml:gb:ALL:7DAY": "the country must be an ISO 3166-1 code in capitals, such as GB",
    "cml:UK:ALL:7DAY": "the country must be",
    "cml:GB:ROK:7DAY": "the genre must be one of TikTok's Commercial Music Library",
    "cml:GB:ALL:8DAY": "the period of cml must be one of 1, 1DAY, 7, 7DAY, 30, 30DAY, 90, 90DAY",
    "cml:GB:ALL": "the period of cml must be one of",
    "cml:GB:ALL:7DAY:surging": "the kind of cml must be one of popular",
    "creative_center:BR:POP:7": "creative_center has no charts of genres",
    "creative_center:BR::90": "the period of creative_center must be one of 7",
    "aweme:DE::7": "aweme has the chart of now only",
    "aweme:US": "it is the default chart",
    "cml:GB:ALL:7DAY,cml:GB::7": "'cml:GB::7': it is there twice",
    "cml:GB:ALL:7DAY,": "'': it must be <source>",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_entry_is_refused_by_name_at_the_start(text: str) -> None:
    environ = {**REFRESH, "CML_SECRET": "cml", "CHARTS": text}

    with pytest.raises(SettingsError) as refused:
        RefreshSettings.from_env(environ)

    wrong = text.split(",")[-1]
    assert str(refused.value).startswith(f"settings: CHARTS has {wrong!r}: ")
    assert WRONG[text] in str(refused.value)


def test_all_wrong_entries_are_named_together_and_fifty_are_the_most() -> None:
    with pytest.raises(ValueError, match=r"'x': .*; 'cml:GB:ALL:9': "):
        parse_charts("x,cml:GB:ALL:9", DEFAULT)
    codes = sorted(COUNTRIES)[:51]
    with pytest.raises(ValueError, match="51 entries, more than 50"):
        parse_charts(",".join(f"cml:{code}:ALL:7" for code in codes), DEFAULT)


def test_charts_of_a_source_need_its_secret() -> None:
    only_static = {**REFRESH, "SOURCE": "static", "SOURCE_LOCATION": "x.json"}
    charts = {"CHARTS": "cml:GB:ALL:7DAY,creative_center:BR::7"}

    with pytest.raises(SettingsError) as refused:
        RefreshSettings.from_env({**only_static, **charts, "SOURCE_SECRET": ""})

    assert str(refused.value) == "settings: CML_SECRET is not set; SOURCE_SECRET is not set"


def test_a_cache_is_bounded_by_bytes() -> None:
    cache = SizedCache[str](100)
    for name in ("a", "b", "c"):
        cache.save(name, name.upper(), 40)
    cache.get("b")
    cache.save("d", "D", 10)
    cache.save("e", "E", 30)

    assert [cache.get(name) for name in "abcde"] == [None, "B", None, "D", "E"]
    cache.save("f", "F", 1_000)
    assert (len(cache), cache.get("f")) == (1, "F")
