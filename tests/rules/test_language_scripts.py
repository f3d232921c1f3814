"""Scripts and languages by letters alone."""

import pytest

from tiktok_music.refresh.curation.languages.scripts import Reading, reading_of


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("사랑했지만", "ko"),
        ("さくら", "ja"),
        ("カタカナ", "ja"),
        ("ー", "ja"),
        ("夜の海", "ja"),
        ("様々", "ja"),
        ("俺", "ja"),
        ("爱情转移", "zh"),
        ("我的愛", "zh"),
        ("説謊", "ja"),
        ("รักแรก", "th"),
        ("שיר לאהבה", "he"),
        ("בײַ מיר", "yi"),
        ("Σ' αγαπώ", "el"),
        ("আমার সোনার", "bn"),
        ("মৰম", "as"),
        ("கண்ணான", "ta"),
        ("నాటు నాటు", "te"),
        ("ગોરી રાધા", "gu"),
        ("ਸੋਹਣਿਆ", "pa"),
        ("ಬೊಂಬೆ", "kn"),
        ("മലരേ", "ml"),
        ("ආදරෙයි", "si"),
        ("ស្នេហ៍", "km"),
        ("ຮັກເຈົ້າ", "lo"),
        ("အချစ်", "my"),
        ("სულიკო", "ka"),
        ("Սիրելիս", "hy"),
        ("ፍቅር", "am"),
        ("Їжак", "uk"),
        ("Мой, ў", "be"),
        ("Ћутим", "sr"),
        ("Ќе те чекам", "mk"),
        ("Ұмыт", "kk"),
        ("ٹھیک ہے", "ur"),
        ("زړه مې", "ps"),
        ("ئەوێی", "ku"),
        ("हज़ार", "hi"),
    ],
)
def test_a_script_or_its_letters_name_one_language(title: str, code: str) -> None:
    reading = reading_of(title)

    assert reading is not None
    assert reading.codes == (code,)


@pytest.mark.parametrize(
    ("title", "reading"),
    [
        ("Love me", Reading("latin", ())),
        ("Ты и я", Reading("cyrillic", ("ru", "be", "kk", "ky", "mn", "tt"))),
        ("Ночь", Reading("cyrillic", ("ru", "uk", "bg", "be", "kk", "ky", "mn", "tg", "tt"))),
        ("قلبي", Reading("arabic", ("ar", "ps", "sd", "ug"))),
        ("दिल", Reading("devanagari", ("hi", "mr", "ne"))),
        ("小幸", Reading("han", ("zh", "ja"))),
        ("気分", Reading("han", ("ja",))),
    ],
)
def test_shared_letters_leave_the_languages_that_use_them(title: str, reading: Reading) -> None:
    found = reading_of(title)

    assert found is not None
    assert found.script == reading.script
    assert set(found.codes) == set(reading.codes)


def test_letters_that_contradict_each_other_rule_nothing_out() -> None:
    reading = reading_of("їћ")

    assert reading is not None
    assert len(reading.codes) == 11


@pytest.mark.parametrize(
    ("title", "script"),
    [
        ("첫 눈 (The First Snow)", "hangul"),
        ("Love 사", "hangul"),
        ("Love in Tokyo (東京)", "han"),
        ("Мaybe", "latin"),
        ("Ωmega", "latin"),
        ("Ω", "greek"),
        ("A very long English title with two signs 愛 in it", "latin"),
    ],
)
def test_latin_letters_give_way_to_words_in_another_script(title: str, script: str) -> None:
    reading = reading_of(title)

    assert reading is not None
    assert reading.script == script


@pytest.mark.parametrize("title", ["", "1965", "🔥", "!?", "\ud800"])
def test_without_letters_there_is_no_reading(title: str) -> None:
    assert reading_of(title) is None
