"""Recognition of default titles of users' sounds."""

import pytest

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.titles.generic_sound import (
    judge_generic_sound,
    strip_sound_boilerplate,
)
from tiktok_music.refresh.rejection import Finding, RejectionReason

BOILERPLATE = (
    "original sound", "sonido original", "som original", "son original", "Originalton",
    "suono originale", "origineel geluid", "oorspronkelijk geluid", "dźwięk oryginalny",
    "oryginalny dźwięk", "původní zvuk", "sunet original", "eredeti hang", "originalljud",
    "original lyd", "alkuperäinen ääni", "orijinal ses", "suara asli", "bunyi asal",
    "orihinal na tunog", "nhạc nền", "âm thanh gốc", "оригинальный звук", "оригінальний звук",
    "оригинален звук", "αρχικός ήχος", "πρωτότυπος ήχος", "オリジナル楽曲", "오리지널 사운드",
    "原声", "原聲", "เสียงต้นฉบับ", "الصوت الأصلي", "صوت أصلي", "צליל מקורי", "मूल ध्वनि",
    "মূল সাউন্ড", "اصل آواز", "அசல் ஒலி",
)  # fmt: skip


@pytest.mark.parametrize("word", BOILERPLATE)
@pytest.mark.parametrize("pattern", ["{}", "{} - Some One", "{}: someone", "{} 2", "{} @someone"])
def test_boilerplate_is_found_in_the_languages_of_the_app(word: str, pattern: str) -> None:
    finding = judge_generic_sound(Candidate("12345", pattern.format(word), "someone"))

    assert finding == Finding(
        RejectionReason.GENERIC_SOUND,
        f'The title is only the default name of a user\'s sound ("{word}").',
        field="title",
        word=word,
    )


@pytest.mark.parametrize(
    "title",
    [
        "ORIGINAL  SOUND  –  Someone",
        "original sound someone",
        "Someone - original sound",
        "@小明创作的原声",
        "原聲 - 小明",
    ],
)
def test_boilerplate_is_found_however_it_is_written(title: str) -> None:
    assert judge_generic_sound(Candidate("12345", title, "someone")) is not None


@pytest.mark.parametrize(
    "title",
    [
        "KILL BILL (FAST)",
        "The Original Sound of Sheffield",
        "Original Soundtrack",
        "nhạc nền chill",
        "Say So - original sound",
        "original sound (Say So)",
        "Song Original",
        "Asli",
        "",
        "🖤",
        "\ud83d",
        "original " * 2_000,
    ],
)
def test_a_users_sound_with_a_real_title_stays(title: str) -> None:
    assert judge_generic_sound(Candidate("12345", title, "someone", is_original_sound=True)) is None


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("som original - Lari Dance", "Lari Dance"),
        ("original sound", ""),
        ("nhạc nền chill", "nhạc nền chill"),
        ("Say So (Remix)", "Say So (Remix)"),
    ],
)
def test_stripping_leaves_the_handle_and_real_titles(title: str, rest: str) -> None:
    assert strip_sound_boilerplate(title) == rest
