"""Splitting and comparison of credit lines."""

import pytest

from tiktok_music.refresh.curation.titles.artists import (
    are_other_guests,
    are_other_people,
    artist_key,
    artist_keys,
    name_keys,
    plays_others_songs,
    primary_artist,
    split_artists,
)


@pytest.mark.parametrize(
    "line",
    ["A One, B Two", "A One & B Two", "A One x B Two", "A One feat. B Two", "A One ft B Two",
     "A One with B Two", "A One vs. B Two", "A One and B Two", "A One und B Two", "A One y B Two",
     "A One + B Two", "A One / B Two", "A One、B Two", "A One (B Two)"],
)  # fmt: skip
def test_names_are_split_at_whatever_joins_them(line: str) -> None:
    assert split_artists(line) == ("A One", "B Two")


def test_names_with_joining_letters_inside_stay_whole() -> None:
    assert split_artists("Lil Nas X & Malcolm Y") == ("Lil Nas X", "Malcolm Y")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Lady Gaga", "ladygaga"),
        ("LadyGagaVEVO", "ladygaga"),
        ("@ladygaga", "ladygaga"),
        ("Coldplay Official", "coldplay"),
        ("The Neighbourhood", "neighbourhood"),
        ("A$AP Rocky", "asaprocky"),
        ("P!nk", "pink"),
        ("Beyoncé", "beyonce"),
        ("Øneheart", "oneheart"),
        ("鄧紫棋", "邓紫棋"),
    ],
)
def test_spellings_of_one_name_have_one_key(name: str, key: str) -> None:
    assert artist_key(name) == key


@pytest.mark.parametrize(
    ("some", "others"),
    [
        ("Tyler, The Creator", "Tyler The Creator"),
        ("Simon & Garfunkel", "Simon and Garfunkel"),
        ("Earth, Wind & Fire", "Earth Wind and Fire"),
        ("Florence + The Machine", "Florence and the Machine"),
        ("BTS (방탄소년단)", "방탄소년단"),
        ("BTS (방탄소년단)", "BTS"),
        ("Fairuz فيروز", "فيروز"),
        ("Queen & David Bowie", "Queen"),
        ("The Weeknd, Daft Punk", "The Weeknd"),
        ("NEFFEX", "neffexmusic"),
    ],
)
def test_two_spellings_of_a_line_share_a_key(some: str, others: str) -> None:
    assert artist_keys(some) & artist_keys(others)


@pytest.mark.parametrize(
    ("some", "others"),
    [
        ("Earth, Wind & Fire", "Water & Fire"),
        ("Tom & the Machine", "Ann & the Machine"),
        ("Tom y su Banda", "Ann y su Banda"),
        ("Various Artists", "Various Artists"),
        ("", ""),
    ],
)
def test_common_words_and_placeholders_join_nothing(some: str, others: str) -> None:
    assert not artist_keys(some) & artist_keys(others)


@pytest.mark.parametrize(
    ("some", "others", "are_other"),
    [
        ("Ozuna & Feid", "Ozuna & Saiko", True),
        ("Ozuna & Feid", "Ozuna", False),
        ("Ozuna & Feid", "Feid, Ozuna & Saiko", False),
        ("Tyler, The Creator", "Tyler The Creator", False),
        ("A One, B Two, C Three", "A One, B Two, D Four", False),
        ("Megan Thee Stallion & Nas", "Megan Thee Stallon & Nas", False),
    ],
)
def test_people_differ_only_when_both_lines_name_someone_else(
    some: str, others: str, are_other: bool
) -> None:
    assert are_other_people(name_keys(some), name_keys(others)) is are_other


def test_guests_differ_when_neither_is_among_the_others_people() -> None:
    roddy, savage = frozenset({"roddyricch"}), frozenset({"21savage"})

    differ = are_other_guests(roddy, roddy | {"dababy"}, savage, savage | {"dababy"})
    same = are_other_guests(roddy, roddy | {"dababy"}, savage, savage | {"roddyricch"})

    assert (differ, same) == (True, False)


def test_the_primary_artist_is_the_first_name() -> None:
    assert [primary_artist(line) for line in ("SAINt JHN & Imanbek", "")] == ["saintjhn", ""]


def test_uploaders_of_covers_are_recognised_by_their_names() -> None:
    names = ("Piano Vibes", "Karaoke Universe", "Rockabye Lullaby", "Doja Cat")

    assert [plays_others_songs(name) for name in names] == [True, True, True, False]


@pytest.mark.parametrize("line", ["\ud83d", "🖤", "," * 10_000, " " * 10_000, "x " * 5_000])
def test_any_line_can_be_split(line: str) -> None:
    assert isinstance(split_artists(line), tuple)
    assert isinstance(artist_keys(line), frozenset)
