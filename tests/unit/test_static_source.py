"""Documents in our own form."""

import json

import pytest

from tiktok_music.adapters.static_source import StaticSource
from tiktok_music.errors import SourceRefused
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart

ROW = {
    "tiktokId": "7662052657323182081",
    "title": "oh yeah?",
    "author": "Steve Lacy",
    "album": "Oh yeah?",
    "duration": 60,
    "userCount": 174304,
    "language": "English",
    "isCommerceMusic": True,
    "previewUrl": "https://a.test/p",
    "coverUrl": "https://a.test/c",
}
CANDIDATE = Candidate(
    tiktok_id="7662052657323182081",
    title="oh yeah?",
    author="Steve Lacy",
    album="Oh yeah?",
    duration_seconds=60.0,
    user_count=174304,
    is_commerce_music=True,
    language_name="English",
    preview_urls=("https://a.test/p",),
    cover_urls=("https://a.test/c",),
)
BARE = Candidate(tiktok_id="13660", title="A")


def fetched(data: bytes) -> Chart:
    return StaticSource("tracks.json", lambda: data).fetch()


@pytest.mark.parametrize(
    "document",
    [
        json.dumps([ROW, {"tiktokId": "13660", "title": "A"}]),
        json.dumps({"tracks": [ROW, {"tiktokId": "13660", "title": "A"}]}),
        json.dumps(ROW) + "\n\n" + json.dumps({"tiktokId": "13660", "title": "A"}) + "\n",
        "\ufeff" + json.dumps([ROW, {"tiktokId": "13660", "title": "A"}]),
    ],
    ids=["array", "tracks", "lines", "byte order mark"],
)
def test_json_and_json_lines_are_read(document: str) -> None:
    assert fetched(document.encode()) == Chart(2, (CANDIDATE, BARE), ())


def test_one_line_is_a_document_too() -> None:
    assert fetched(json.dumps(ROW).encode()) == Chart(1, (CANDIDATE,), ())


def test_bad_rows_are_rejected_and_the_others_stay() -> None:
    lines = [
        json.dumps(ROW),
        "{broken",
        "[]",
        json.dumps({**ROW, "tiktokId": 7662052657323182081}),
        json.dumps({**ROW, "tiktokId": "abc"}),
        json.dumps({**ROW, "title": ""}),
        json.dumps({**ROW, "userCount": 1.5}),
    ]

    chart = fetched("\n".join(lines).encode())

    assert (chart.rows, chart.candidates) == (7, (CANDIDATE,))
    assert [rejection.finding.detail.split(":")[0] for rejection in chart.rejections] == [
        "the row is not a JSON object",
        "the row is not a JSON object",
        "tiktokId",
        "tiktokId is not a TikTok id",
        "the title is empty",
        "userCount",
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "neither JSON nor JSON lines"),
        (b"<html>", "neither JSON nor JSON lines"),
        (b"7", "neither a list nor lines of tracks"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
    ],
)
def test_what_is_no_document_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(SourceRefused, match=f"tracks.json.*{problem}"):
        fetched(data)


def test_an_empty_list_is_a_chart_without_tracks() -> None:
    assert fetched(b"[]") == Chart(0, (), ())
