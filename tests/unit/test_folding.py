"""Folding of titles and names for comparison."""

import pytest

from tiktok_music.refresh.curation.titles.folding import (
    fold,
    romanise,
    sound_alike,
    squeeze,
    unescape,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Déjà   VU! ", "deja vu"),
        ("Don’t Stop", "dont stop"),
        ("Rock & Roll + Soul", "rock and roll and soul"),
        ("ＫＩＮＧ ﾄﾞﾗｲﾌﾗﾜｰ", "king どらいふらわー"),
        ("𝗠𝗼𝗻𝘁𝗮𝗴𝗲𝗺", "montagem"),
        ("İstanbul IŞIK ışık", "istanbul isik isik"),
        ("Øneheart Đen Łódź Straße", "oneheart den lodz strasse"),
        ("Ёлка Йод", "елка иод"),
        ("أنا إلى", "انا الي"),
        ("說好不哭", "说好不哭"),
        ("मूल ध्वनि", "मूल ध्वनि"),
        ("Say\u200bSo\ufe0f", "sayso"),
        ("Ke$ha P!nk $ave Hey!", "kesha pink save hey"),
        ("Ma\\u00f1ana", "manana"),
        ("???", "???"),
        ("🖤 🔥", "🖤🔥"),
        ("", ""),
    ],
)
def test_text_is_folded_for_comparison(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_an_oversized_text_is_cut() -> None:
    assert len(fold("a" * 10_000)) == 300


def test_accents_are_dropped_and_vowel_signs_of_indic_scripts_stay() -> None:
    accents = "\u0300\u036f\u0591\u05c7\u0610\u061a\u064b\u065f\u0670\ufe00\ufe0f"
    neighbours = "\u02ff\u0370\u093e\u0671"

    assert fold("".join(f"a{accent}" for accent in accents)) == "a" * len(accents)
    assert fold("".join(f"a{other}" for other in neighbours)) == "a aͱaाaٱ"


def test_escapes_are_read_and_lone_surrogates_are_replaced() -> None:
    assert unescape(r"a\ud83d\ude00b\ud83dc" + "\udc00") == "a😀b\ufffdc\ufffd"


@pytest.mark.parametrize(
    ("folded", "latin"),
    [
        ("плакала", "plakala"),
        ("うっせえわ", "useewa"),
        ("しゃしん", "shashin"),
        ("사건의 지평선", "sageonui jipyeongseon"),
        ("δωσε", "dose"),
        ("plain", None),
        ("夜に駆ける", None),
    ],
)
def test_letters_of_other_scripts_are_spelt_in_latin(folded: str, latin: str | None) -> None:
    assert romanise(folded) == latin


def test_spellings_of_one_sound_are_alike() -> None:
    assert sound_alike("tōkyō kakhov yya".replace("ō", "ou")) == sound_alike("tokyo kahov ja")


def test_squeezing_joins_words() -> None:
    assert squeeze("smoke show") == "smokeshow"
