"""The form in which titles and names are compared."""

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
def test_text_is_folded_to_what_people_would_call_the_same(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_flood_is_cut() -> None:
    assert len(fold("a" * 10_000)) == 300


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
