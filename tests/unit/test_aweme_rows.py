"""Chart rows as upstream writes them, and as it should not."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tiktok_music.about import About
from tiktok_music.adapters.aweme_rows import parse_chart_row
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason

GOOD: dict[str, Any] = {
    "id": 7662052657323182000,
    "id_str": "7662052657323182081",
    "mid": "7662052657323182081",
    "title": "  oh yeah?  ",
    "author": "Steve Lacy",
    "album": "Oh yeah?",
    "duration": 60,
    "play_url": {"uri": "https://a.test/uri", "url_list": ["https://a.test/1", "https://a.test/2"]},
    "cover_large": {"uri": "tos-alisg/abc", "url_list": ["https://a.test/large"]},
    "cover_medium": {"uri": "tos-alisg/abc", "url_list": ["https://a.test/medium"]},
    "user_count": 174304,
    "is_commerce_music": True,
    "language": "English",
    "same_group_id_v3": 7655790678126888996,
    "status": 1,
    "a_new_field": {"nobody": "knows"},
    "extra": '{"loudness_lufs": -9.0, "is_batch_take_down_music": false}',
}


def row(**changes: Any) -> dict[str, Any]:
    info = {name: value for name, value in {**GOOD, **changes}.items() if value is not ...}
    return {"id": 7245341979050396417, "trend": 4, "music_info": info}


def parsed(**changes: Any) -> Candidate:
    candidate = parse_chart_row(row(**changes))
    assert isinstance(candidate, Candidate)
    return candidate


def test_facts_about_the_song_are_read() -> None:
    candidate = parsed(
        preview_start_time=31.04,
        matched_song={"chorus_info": {"start_ms": 45_000, "duration_ms": 15_000}},
        music_release_info={"group_release_date": 1784246400, "is_new_release_song": False},
        theme_tags=["Summer", "Road Trip", "Summer", "R&B/Soul", "夏"],
        tt_to_dsp_song_infos=[
            {"platform": 1, "song_id": "1109018226"},
            {"platform": 3, "song_id": "4uLU6hMCjMI75M1A2tKUQC"},
        ],
        extra='{"apple_song_id": 1109018226}',
    )

    assert (candidate.excerpt_start_ms, candidate.chorus_start_ms) == (31_040, 45_000)
    assert candidate.about == About(
        themes=("r-b-soul", "road-trip", "summer"),
        released_on="2026-07-17",
        apple_music_id="1109018226",
        spotify_id="4uLU6hMCjMI75M1A2tKUQC",
    )
    assert candidate.about.links() == {
        "appleMusic": "https://music.apple.com/song/1109018226",
        "spotify": "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"preview_start_time": -1},
        {"preview_start_time": "soon"},
        {"matched_song": {"chorus_info": [1]}},
        {"matched_song": {"chorus_info": {"start_ms": -5}}},
        {"matched_song": None},
        {"music_release_info": {"group_release_date": 0}},
        {"music_release_info": {"group_release_date": 10**15}},
        {"theme_tags": {"a": 1}},
        {"theme_tags": [1, None, "", "x" * 61, "\ud800"]},
        {"tt_to_dsp_song_infos": [{"platform": 3, "song_id": "../../x"}, None, 7]},
        {"extra": '{"apple_song_id": "12<script>"}'},
        {"extra": '{"apple_song_id": 1e300}'},
    ],
)
def test_unreadable_facts_about_the_song_are_left_out(changes: dict[str, Any]) -> None:
    candidate = parsed(**changes)

    assert (candidate.excerpt_start_ms, candidate.chorus_start_ms) == (None, None)
    assert candidate.about == About()


def test_a_row_becomes_a_candidate() -> None:
    assert parse_chart_row(row()) == Candidate(
        tiktok_id="7662052657323182081",
        title="oh yeah?",
        author="Steve Lacy",
        album="Oh yeah?",
        duration_seconds=60.0,
        user_count=174304,
        is_commerce_music=True,
        language_name="English",
        preview_urls=("https://a.test/1", "https://a.test/2", "https://a.test/uri"),
        cover_urls=("https://a.test/large", "https://a.test/medium"),
        group_ids=("7655790678126888996",),
        is_original_sound=False,
        takedown=None,
    )


def test_the_rounded_number_is_never_the_id() -> None:
    assert parsed(id_str=..., mid="7662052657323182081").tiktok_id == "7662052657323182081"
    assert parsed(id_str="", mid="13660").tiktok_id == "13660"


def test_everything_optional_may_be_missing() -> None:
    bare = {"id_str": "13660", "title": "A"}

    assert parse_chart_row({"music_info": bare}) == Candidate(tiktok_id="13660", title="A")


def test_everything_optional_may_be_null() -> None:
    nulls = dict.fromkeys(GOOD, None) | {"id_str": "13660", "title": "A"}

    assert parse_chart_row({"music_info": nulls}) == Candidate(tiktok_id="13660", title="A")


def test_an_empty_address_list_falls_back_to_the_uri() -> None:
    assert parsed(play_url={"uri": "http://a.test/x", "url_list": []}).preview_urls == (
        "http://a.test/x",
    )
    assert parsed(play_url={"uri": "", "url_list": []}).preview_urls == ()


def test_the_strict_commerce_flag_is_believed_before_the_lax_one() -> None:
    assert parsed(is_commerce_music_strict=False).is_commerce_music is False
    assert parsed(is_commerce_music=False, is_commerce_music_strict=True).is_commerce_music is True


@pytest.mark.parametrize(
    ("changes", "sign"),
    [
        ({"status": 0}, "status is not 1"),
        ({"offline_desc": "This sound isn't available."}, "offline_desc"),
        ({"author_deleted": True}, "author_deleted"),
        ({"can_not_reuse": True}, "can_not_reuse"),
        ({"mute_share": True}, "mute_share"),
        ({"extra": '{"is_batch_take_down_music": true}'}, "is_batch_take_down_music"),
        ({"extra": "not json"}, None),
        ({"extra": "[]"}, None),
    ],
)
def test_upstreams_own_signs_of_a_takedown_are_kept(
    changes: dict[str, Any], sign: str | None
) -> None:
    assert parsed(**changes).takedown == sign


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id_str": ..., "mid": ...}, "neither id_str nor mid is a TikTok id"),
        ({"id_str": "7.6e18", "mid": "abc"}, "neither id_str nor mid is a TikTok id"),
        ({"title": "   "}, "the title is empty"),
        ({"title": "\u200e\ud83d"}, "the title is empty"),
        ({"title": ...}, "title: Field required"),
        ({"title": 7}, "title: Input should be a valid string"),
    ],
)
def test_a_bad_row_is_a_rejection_that_says_what_is_bad(
    changes: dict[str, Any], problem: str
) -> None:
    rejection = parse_chart_row(row(**changes))

    assert isinstance(rejection, Rejection)
    assert rejection.finding.reason is RejectionReason.INVALID_ROW
    assert rejection.finding.detail.startswith(problem)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"user_count": "1.2M"}, {"user_count": 0}),
        ({"user_count": -1}, {"user_count": 0}),
        ({"user_count": 2**53}, {"user_count": 0}),
        ({"user_count": float("inf")}, {"user_count": 0}),
        ({"user_count": "9" * 5_000}, {"user_count": 0}),
        ({"duration": -1}, {"duration_seconds": 0.0}),
        ({"duration": float("nan")}, {"duration_seconds": 0.0}),
        ({"duration": 1e300}, {"duration_seconds": 0.0}),
        ({"author": 7}, {"author": ""}),
        ({"album": ["a"]}, {"album": ""}),
        ({"language": {}}, {"language_name": None}),
        ({"is_commerce_music": "perhaps"}, {"is_commerce_music": None}),
        ({"same_group_id_v3": "9" * 41}, {"group_ids": ()}),
        ({"same_group_id_v3": []}, {"group_ids": ()}),
        ({"play_url": "https://a.test/1"}, {"preview_urls": ()}),
        ({"cover_large": 7}, {"cover_urls": ("https://a.test/medium",)}),
        ({"mid": 7662052657323182081}, {}),
        ({"status": "on"}, {}),
        ({"extra": {}}, {}),
        ({"extra": "not json"}, {}),
        ({"extra": "[" * 15_000}, {}),
        ({"extra": "7"}, {}),
    ],
)
def test_a_field_that_is_not_needed_never_costs_the_row(
    changes: dict[str, Any], missing: dict[str, Any]
) -> None:
    unreadable: Counter[str] = Counter()

    candidate = parse_chart_row(row(**changes), unreadable)

    assert candidate == replace(parsed(), **missing)
    assert unreadable == dict.fromkeys(changes, 1)


def test_an_unreadable_address_does_not_cost_the_others() -> None:
    unreadable: Counter[str] = Counter()
    play_url = {"uri": {}, "url_list": [7, "https://a.test/2"]}

    candidate = parse_chart_row(row(play_url=play_url), unreadable)

    assert candidate == replace(parsed(), preview_urls=("https://a.test/2",))
    assert unreadable == {"uri": 1, "url_list": 1}


def test_only_the_first_addresses_of_a_long_list_are_read() -> None:
    urls = [f"https://a.test/{number}" for number in range(10_000)]

    assert parsed(play_url={"url_list": urls}).preview_urls == tuple(urls[:20])


def test_an_extra_object_marks_a_takedown_though_it_should_be_text() -> None:
    assert parsed(extra={"is_batch_take_down_music": True}).takedown == "is_batch_take_down_music"


@pytest.mark.parametrize("group_id", [0, "0", "", None])
def test_no_group_is_no_group(group_id: Any) -> None:
    assert parsed(same_group_id_v3=group_id).group_ids == ()


@pytest.mark.parametrize("junk", [None, 7, "row", [], {}, {"music_info": None}, {"music_info": []}])
def test_what_is_no_row_is_a_rejection(junk: Any) -> None:
    assert parse_chart_row(junk) == Rejection(
        None, "", "", Finding(RejectionReason.INVALID_ROW, "the row has no music_info object")
    )
