"""Documents in our own form."""

import json
from dataclasses import replace

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
    place=1,
)
BARE = Candidate(tiktok_id="13660", title="A", place=2)


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
        "[" * 15_000,
    ]

    chart = fetched("\n".join(lines).encode())

    counted = replace(CANDIDATE, user_count=0, place=7)
    assert (chart.rows, chart.candidates) == (8, (CANDIDATE, counted))
    assert chart.unreadable_fields == {"userCount": 1}
    assert [rejection.finding.detail.split(":")[0] for rejection in chart.rejections] == [
        "the row is not a JSON object",
        "the row is not a JSON object",
        "tiktokId",
        "tiktokId is not a TikTok id",
        "the title is empty",
        "the row is not a JSON object",
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
    assert fetched(b"[]") == Chart(0, (), (), empty_parts=("document",))


def test_a_row_nested_too_deep_costs_itself_alone() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    bare = f'{{"tiktokId": "13660", "title": {deep}}}'
    document = f"[{json.dumps(ROW)}, {deep}, {bare}]"

    chart = fetched(document.encode())

    assert chart.candidates == (CANDIDATE,)
    assert len(chart.rejections) == 2


def test_a_line_separator_in_a_title_does_not_end_the_line() -> None:
    title = "a\u2028b\x85c"
    lines = [json.dumps({**ROW, "title": title}, ensure_ascii=False), json.dumps(ROW)]

    chart = fetched("\r\n".join(lines).encode())

    assert (chart.rows, chart.rejections) == (2, ())


def test_a_document_without_end_is_refused() -> None:
    with pytest.raises(SourceRefused, match="larger than 67108864 bytes"):
        fetched(b" " * (64 * 1024 * 1024 + 1))
    with pytest.raises(SourceRefused, match="100001 rows, more than 100000"):
        fetched(b"[" + b"{}," * 100_000 + b"{}]")
