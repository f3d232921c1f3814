"""Permanent ids, TikTok links, and stored records."""

import uuid
from dataclasses import replace

import pytest

from tests.builders import a_record
from tiktok_music.archive import record_from, record_to
from tiktok_music.track import is_tiktok_id, tiktok_music_link, track_id_of


def test_an_id_is_a_deterministic_version_5_uuid() -> None:
    track_id = track_id_of("7662052657323182081")

    assert track_id == "ca0c7aff-3856-5265-8474-3a897bc5cfe6"
    assert uuid.UUID(track_id).version == 5


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("oh yeah?", "oh-yeah"),
        ("Mañana en la Playa", "Mañana-en-la-Playa"),
        ("夜の散歩", "夜の散歩"),
        ("???", "sound"),
        ("a/b?c#d&e", "a-b-c-d-e"),
        ("x" * 400, "x" * 100),
    ],
)
def test_a_link_has_a_slug_of_the_title_and_the_id(title: str, slug: str) -> None:
    link = tiktok_music_link(title, "7662052657323182081")

    assert link == f"https://www.tiktok.com/music/{slug}-7662052657323182081"


@pytest.mark.parametrize("text", ["7662052657323182081", "13660", "12345678901234567890"])
def test_five_to_twenty_digits_are_an_id(text: str) -> None:
    assert is_tiktok_id(text)


@pytest.mark.parametrize(
    "text", ["", "1234", "76620526573231820811234", "7.6e18", "７６６２０", "1_000"]
)
def test_any_other_text_is_not_an_id(text: str) -> None:
    assert not is_tiktok_id(text)


def test_a_record_of_a_newer_release_is_readable() -> None:
    record = a_record(1)
    stored = record_to(record)
    stored["mood"] = "sunny"
    stored["media"]["key"] = "C"

    assert record_from(stored) == replace(record, newer_fields={"mood": "sunny"})
