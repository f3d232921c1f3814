"""Mapping of upstream's names to ISO 639-1."""

from pathlib import Path

import pytest

from tiktok_music.refresh.curation.languages import names as language_names
from tiktok_music.refresh.curation.languages.names import is_unknown_name, iso_639_1

# ISO 639-1 without "sh" and "bh", which were withdrawn.
CODES = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da
    de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy
    hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg
    li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nd ne ng nl no nr nv ny oc oj om or os pa
    pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg
    th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""


@pytest.mark.parametrize("code", CODES.split())
def test_every_code_stands_for_itself(code: str) -> None:
    assert iso_639_1(code) == code
    assert iso_639_1(code.upper()) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("English", "en"),
        (" english ", "en"),
        ("SPANISH", "es"),
        ("Chinese (Simplified)", "zh"),
        ("Chinese, Mandarin", "zh"),
        ("Mandarin", "zh"),
        ("Cantonese", "zh"),
        ("Portuguese (Brazil)", "pt"),
        ("Portuguese - Brazil", "pt"),
        ("Spanish, Latin America", "es"),
        ("Filipino", "tl"),
        ("Tagalog", "tl"),
        ("Norwegian Bokmål", "no"),
        ("Norwegian (Nynorsk)", "no"),
        ("nb", "no"),
        ("nn-NO", "no"),
        ("Farsi", "fa"),
        ("Bangla", "bn"),
        ("Burmese", "my"),
        ("Myanmar (Burmese)", "my"),
        ("Burmese/Myanmar", "my"),
        ("Hebrew (iw)", "he"),
        ("iw", "he"),
        ("Haitian Creole", "ht"),
        ("Kurdish (Kurmanji)", "ku"),
        ("Serbian (Latin)", "sr"),
        ("Serbo-Croatian", "sr"),
        ("Greek, Modern", "el"),
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("en-US", "en"),
        ("en-IN", "en"),
        ("pt_BR", "pt"),
        ("zh-Hant", "zh"),
        ("zh-Hant-TW", "zh"),
        ("es-419", "es"),
        ("日本語", "ja"),
        ("Español", "es"),
    ],
)
def test_variants_of_a_name_have_one_code(name: str, code: str) -> None:
    assert iso_639_1(name) == code
    assert not is_unknown_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "  ", "Instrumental", "No language", "unknown", "Other", "N/A", "und", "zxx", "mul", "-"],
)
def test_a_name_for_no_language_has_no_code_and_is_not_reported(name: str) -> None:
    assert iso_639_1(name) is None
    assert not is_unknown_name(name)


@pytest.mark.parametrize(
    "name",
    ["Klingon", "Englishh", "Non-English", "English/Spanish", "xx", "12", "x" * 5_000, "\ud800a"],
)
def test_a_name_that_is_not_known_is_reported_not_guessed(name: str) -> None:
    assert iso_639_1(name) is None
    assert is_unknown_name(name)


def test_no_name_is_not_an_unknown_name() -> None:
    assert not is_unknown_name(None)


def test_no_name_stands_for_two_languages() -> None:
    folder = Path(language_names.__file__).parent / "data"
    rows = [
        line.split("\t")
        for line in (folder / "names.tsv").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    names = [
        name.lower()
        for code, others, spelled in rows
        for name in {code, *others.split(), *spelled.lower().split(";")}
    ]

    assert sorted(names) == sorted(set(names))
    assert all(len(row) == 3 for row in rows)
