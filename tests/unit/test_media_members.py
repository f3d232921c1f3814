"""The members `media` and `about` of rows and of details."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from tests.api_world import LIST, World
from tests.builders import MEDIA, a_media, a_record, a_snapshot, a_track
from tiktok_music.about import About
from tiktok_music.archive import DrawnFacts, TrackRecord, record_from, record_to
from tiktok_music.errors import StoreUnavailable

DRAWN = DrawnFacts(
    cover_sides=(96,),
    thumb_hash="3OcRJYB4d3h/iIeHeEh3eIhw+j2w",
    color="#1f6f8b",
    on_color="#ffffff",
    peaks_sha256="c" * 64,
    offset_ms=310,
    start_ms=12_400,
)
ABOUT = About(themes=("dance", "summer"), genres=("pop",), released_on="2026-05-08", spotify_id="x")
NOTHING_DRAWN = {
    "cover": {"96": None, "320": None},
    "coverHash": None,
    "coverColor": None,
    "onCoverColor": None,
    "peaksUrl": None,
    "suggestedStartMs": None,
    "previewOffsetMs": None,
}


@pytest.fixture
def world() -> World:
    """A track with everything, one of an older release, and one whose record is unreadable."""
    world = World()
    world.snapshots.publish(a_snapshot(a_track(1), a_track(2), a_track(3)))
    world.archive.save_many(
        [
            a_record(1, media=a_media(drawn=DRAWN), about=ABOUT),
            a_record(2, media=a_media(drawn=None)),
        ]
    )
    return world


def rows(world: World, query: str) -> list[dict[str, Any]]:
    answer = world.get(f"{LIST}?{query}")
    assert answer.status == 200
    tracks: list[dict[str, Any]] = json.loads(answer.body)["tracks"]
    return tracks


def address(number: int, name: str) -> str:
    return f"{MEDIA}/music/{a_record(number).track_id}/{name}"


def test_rows_carry_what_a_player_draws(world: World) -> None:
    plain = rows(world, "limit=3")

    complete, older, unreadable = rows(world, "limit=3&include=media")

    assert complete == {
        **plain[0],
        "media": {
            "cover": {
                "96": address(1, "cover-96.jpg"),
                "320": None,
                "720": address(1, "cover.jpg"),
            },
            "coverHash": "3OcRJYB4d3h/iIeHeEh3eIhw+j2w",
            "coverColor": "#1f6f8b",
            "onCoverColor": "#ffffff",
            "peaksUrl": address(1, "peaks.json"),
            "suggestedStartMs": 12_400,
            "previewOffsetMs": 310,
        },
    }
    cover = {**NOTHING_DRAWN["cover"], "720": address(2, "cover.jpg")}  # type: ignore[dict-item]
    assert older == {**plain[1], "media": {**NOTHING_DRAWN, "cover": cover}}
    assert unreadable == {**plain[2], "media": None}


def test_rows_carry_what_is_known_of_the_song(world: World) -> None:
    known, unknown, unreadable = (row["about"] for row in rows(world, "limit=3&include=about"))

    assert known == {
        "themes": ["dance", "summer"],
        "genres": ["pop"],
        "releasedOn": "2026-05-08",
        "links": {"appleMusic": None, "spotify": "https://open.spotify.com/track/x"},
    }
    assert unknown == {
        "themes": [],
        "genres": [],
        "releasedOn": None,
        "links": {"appleMusic": None, "spotify": None},
    }
    assert unreadable is None


def test_several_members_are_included_in_either_spelling(world: World) -> None:
    both = rows(world, "limit=3&include=media&include=about")

    assert both == rows(world, "limit=3&include=about&include=media")
    assert list(both[0])[-2:] == ["media", "about"]


def test_a_record_is_read_once_per_version(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    read = world.archive.get_many

    def get_many(track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        asked.append(list(track_ids))
        return read(asked[-1])

    monkeypatch.setattr(world.archive, "get_many", get_many)

    first = rows(world, "limit=2&include=media&include=about")
    rows(world, "limit=3&include=media")

    assert rows(world, "limit=2&include=media&include=about") == first
    assert asked == [[a_record(1).track_id, a_record(2).track_id], [a_record(3).track_id]]


def test_without_the_archive_the_list_has_no_media_and_is_not_cached(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(_: object) -> dict[str, TrackRecord]:
        raise StoreUnavailable("the archive is down")

    with monkeypatch.context() as patch:
        patch.setattr(world.archive, "get_many", unavailable)
        answer = world.get(f"{LIST}?limit=1&include=media&include=about")

    [row] = json.loads(answer.body)["tracks"]
    assert (answer.status, row["media"], row["about"]) == (200, None, None)
    assert answer.headers["cache-control"] == "no-store"
    assert rows(world, "limit=1&include=media")[0]["media"] is not None


@pytest.mark.parametrize("stored", [None, [], "x", {"themes": None, "released_on": 5}])
def test_unreadable_facts_of_a_song_cost_themselves_alone(stored: object) -> None:
    record = record_to(a_record(1, about=ABOUT)) | {"about": stored}

    assert record_from(record) == a_record(1)


def test_facts_of_a_song_are_read_as_they_were_written() -> None:
    record = a_record(1, about=ABOUT)

    assert record_from(json.loads(json.dumps(record_to(record)))) == record


def test_the_plain_list_has_ten_members(world: World) -> None:
    listed = json.loads(world.get(LIST).body)["tracks"]

    assert {len(row) for row in listed} == {10}


def test_an_unknown_member_is_invalid(world: World) -> None:
    answer = world.get(f"{LIST}?include=lyrics")

    assert answer.status == 422
    issue = {"path": "include", "message": "Must be one of about, media."}
    assert json.loads(answer.body)["error"]["details"]["issues"] == [issue]


def test_that_of_direct_publish_is_ignored_while_the_setting_is_off(world: World) -> None:
    assert rows(world, "limit=3&include=publish") == rows(world, "limit=3")
