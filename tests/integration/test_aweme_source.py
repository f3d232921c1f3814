"""The Aweme chart over real HTTP: envelopes, paging, retries, failures."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.peer import Exchange, running_peer
from tiktok_music.adapters.aweme_rows import parse_chart_row
from tiktok_music.adapters.aweme_source import AwemeSource
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.upstream import Upstream
from tiktok_music.errors import SourceRefused, SourceUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules, curate, language_of

RECORDING = Path(__file__).parents[2] / "../shared/recordings/aweme_music_chart_2026-09-01.json"


def a_row(number: int) -> dict[str, Any]:
    return {"id": 1, "music_info": {"id_str": str(10_000 + number), "title": f"Song {number}"}}


def a_page(rows: list[Any], cursor: int, has_more: int) -> dict[str, Any]:
    return {"status_code": 0, "cursor": cursor, "has_more": has_more, "music_list": rows}


def plain(page: Any) -> Any:
    return page


def wrapped(page: Any) -> Any:
    return {"code": 200, "message": "Request successful.", "data": page}


def wrapped_twice(page: Any) -> Any:
    return {"code": 200, "data": {"code": 0, "msg": "OK", "data": page}}


def fetch(base_url: str, waits: list[float] | None = None, scenes: tuple[int, ...] = (0,)) -> Chart:
    http = SafeHttp(allow_private=True)
    sleep = (waits if waits is not None else []).append
    upstream = Upstream(http, base_url, lambda: {"Authorization": "Bearer the-key"}, sleep)
    return AwemeSource(upstream, scenes).fetch()


def answering(status: int, body: Any, **headers: str) -> Callable[[Exchange], None]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda exchange: exchange.reply(status, data, **headers)


@pytest.mark.parametrize("envelope", [plain, wrapped, wrapped_twice])
def test_every_page_of_every_scene_is_fetched(envelope: Callable[[Any], Any]) -> None:
    pages = {
        ("0", "0"): a_page([a_row(1), a_row(2)], cursor=2, has_more=1),
        ("0", "2"): a_page([a_row(3)], cursor=3, has_more=0),
        ("1", "0"): a_page([a_row(4)], cursor=1, has_more=0),
    }

    def upstream(exchange: Exchange) -> None:
        query = parse_qs(urlsplit(exchange.path).query)
        page = pages[query["scene"][0], query["cursor"][0]]
        exchange.reply(200, json.dumps(envelope(page)).encode())

    with running_peer(upstream) as peer:
        chart = fetch(peer.base_url, scenes=(0, 1))

    assert chart.rows == 4
    assert [candidate.tiktok_id for candidate in chart.candidates] == [
        "10001",
        "10002",
        "10003",
        "10004",
    ]
    path = "/api/v1/tiktok/app/v3/fetch_music_chart_list"
    assert [asked for asked, _ in peer.requests] == [
        f"{path}?scene=0&cursor=0&count=50",
        f"{path}?scene=0&cursor=2&count=50",
        f"{path}?scene=1&cursor=0&count=50",
    ]
    assert {headers["Authorization"] for _, headers in peer.requests} == {"Bearer the-key"}


def test_a_bad_row_does_not_end_the_page() -> None:
    page = a_page([a_row(1), {"music_info": 7}, a_row(2)], cursor=3, has_more=0)

    with running_peer(answering(200, page)) as peer:
        chart = fetch(peer.base_url)

    assert (chart.rows, len(chart.candidates), len(chart.rejections)) == (3, 2, 1)


def test_new_fields_are_reported() -> None:
    row = a_row(1)
    row["music_info"] |= {"zzz_new": 1, "is_ai_generated": True, "status": 1}

    with running_peer(answering(200, a_page([row, 7], cursor=2, has_more=0))) as peer:
        chart = fetch(peer.base_url)

    assert chart.new_fields == ("is_ai_generated", "zzz_new")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_transient_fault_is_retried(status: int) -> None:
    answers = [(status, b"later"), (status, b"later")]

    def upstream(exchange: Exchange) -> None:
        if answers:
            exchange.reply(*answers.pop(), Retry_After="7")
        else:
            exchange.reply(200, json.dumps(a_page([a_row(1)], 1, 0)).encode())

    waits: list[float] = []
    with running_peer(upstream) as peer:
        chart = fetch(peer.base_url, waits)

    assert (chart.rows, waits) == (1, [7.0, 7.0])


PASSING = [
    (200, b""),
    (200, b" \r\n"),
    (520, b"error code: 520"),
    (524, b""),
    (200, b'{"code": 50000, "message": "internal error"}'),
    (200, b'{"code": "40100", "message": "too many requests", "data": {}}'),
    (200, b'{"code": 200, "data": {"code": 503, "music_list": []}}'),
]


@pytest.mark.parametrize("bad", PASSING)
def test_one_passing_bad_answer_does_not_cost_the_chart(bad: tuple[int, bytes]) -> None:
    answers = [(200, json.dumps(a_page([a_row(1)], 1, 0)).encode()), bad]

    with running_peer(lambda exchange: exchange.reply(*answers.pop())) as peer:
        chart = fetch(peer.base_url)

    assert (chart.rows, answers) == (1, [])


@pytest.mark.parametrize("bad", PASSING)
def test_a_bad_answer_that_stays_is_a_failure(bad: tuple[int, bytes]) -> None:
    waits: list[float] = []
    with (
        running_peer(answering(*bad)) as peer,
        pytest.raises(SourceUnavailable, match="upstream failed 3 times, the last time: "),
    ):
        fetch(peer.base_url, waits)

    assert waits == [2.0, 4.0]


def test_cursors_codes_and_flags_may_be_text() -> None:
    pages = [
        {"code": "200", "data": {**a_page([a_row(3)], 3, 0), "has_more": "0", "status_code": "0"}},
        {"code": "200", "data": {**a_page([a_row(1), a_row(2)], 2, 1), "cursor": "2"}},
    ]

    with running_peer(
        lambda exchange: exchange.reply(200, json.dumps(pages.pop()).encode())
    ) as peer:
        chart = fetch(peer.base_url)

    assert (chart.rows, pages) == (3, [])


def test_a_scene_that_became_empty_is_reported() -> None:
    def upstream(exchange: Exchange) -> None:
        rows = [a_row(1)] if "scene=0" in exchange.path else []
        exchange.reply(200, json.dumps(a_page(rows, 1, 0)).encode())

    with running_peer(upstream) as peer:
        chart = fetch(peer.base_url, scenes=(0, 1))

    assert (chart.rows, chart.empty_parts) == (1, ("scene 1",))


def test_a_candidate_without_a_rank_has_the_place_of_its_row() -> None:
    with running_peer(answering(200, a_page([a_row(9), 7, a_row(5)], 3, 0))) as peer:
        chart = fetch(peer.base_url)

    assert [(each.tiktok_id, each.place) for each in chart.candidates] == [
        ("10009", 1),
        ("10005", 3),
    ]


@pytest.mark.parametrize("retry_after", ["", "-1", "soon", "99999999999", "Sun, 22 Nov 2026"])
def test_a_requested_wait_is_bounded(retry_after: str) -> None:
    waits: list[float] = []
    with (
        running_peer(answering(429, b"", Retry_After=retry_after)) as peer,
        pytest.raises(SourceUnavailable, match="failed 3 times, the last time: HTTP 429"),
    ):
        fetch(peer.base_url, waits)

    assert waits == [2.0, 4.0]


def test_a_long_wait_ends_at_the_deadline() -> None:
    waits: list[float] = []
    with (
        running_peer(answering(503, b"", Retry_After="3600")) as peer,
        pytest.raises(SourceUnavailable),
    ):
        fetch(peer.base_url, waits)

    assert waits == [20.0, 20.0]


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (401, {"code": 401}, r"HTTP 401 \(is the key in its secret right\?\)"),
        (403, b"", r"HTTP 403 \(is the key"),
        (404, b"", "HTTP 404$"),
        (200, b"<html>hello</html>", "not JSON; it starts '<html>hello</html>'"),
        (200, b'{"music_list": [', "not JSON"),
        (200, b"[" * 100_000, "not JSON"),
        (200, [], "no music_list"),
        (200, {}, "no music_list"),
        (200, None, "no music_list"),
        (200, {"data": {"data": {}}}, "no music_list"),
        (200, {"music_list": None}, "music_list is not a list"),
        (200, {"music_list": [{}] * 5_001}, "has 5001 rows, over 5000"),
        (200, {"music_list": [], "has_more": 1, "cursor": 50}, "no rows, but announces more"),
        (200, {"music_list": [], "has_more": "true"}, "no rows, but announces more"),
        (200, {"statusCode": 10000, "type": "verify", "music_list": []}, "statusCode 10000: $"),
        (200, {"StatusCode": 7, "music_list": []}, "StatusCode 7"),
        (200, {"status-code": "7", "music_list": []}, "status-code 7"),
        (200, {"error_code": "gone\x1b[2J", "music_list": []}, r"error_code gone \[2J: $"),
        (200, {"errno": [[]], "music_list": []}, "errno a list"),
        (200, {"code": 40101, "msg": "no permission"}, "code 40101: no permission"),
        (200, {"code": 200, "data": {"code": 3, "msg": "off"}}, "code 3: off"),
        (200, {"status_code": 8, "status_msg": "x", "music_list": []}, "status_code 8: x"),
        (
            200,
            {"music_list": [{}], "has_more": 1, "cursor": 0},
            "cursor does not advance from 0: 0",
        ),
        (200, {"music_list": [{}], "has_more": 1}, "cursor does not advance from 0: None"),
        (200, {"music_list": [{}], "has_more": "1", "cursor": "-1"}, "advance from 0: -1"),
        (200, {"music_list": [{}], "has_more": 1, "cursor": [[[]]]}, "advance from 0: a list"),
    ],
)
def test_an_invalid_chart_is_refused(status: int, body: Any, problem: str) -> None:
    with running_peer(answering(status, body)) as peer, pytest.raises(SourceRefused, match=problem):
        fetch(peer.base_url)

    assert len(peer.requests) == 1


def test_an_endless_cursor_is_bounded() -> None:
    def upstream(exchange: Exchange) -> None:
        cursor = int(parse_qs(urlsplit(exchange.path).query)["cursor"][0])
        exchange.reply(200, json.dumps(a_page([a_row(cursor)], cursor + 1, 1)).encode())

    with running_peer(upstream) as peer, pytest.raises(SourceRefused, match="more than 40 pages"):
        fetch(peer.base_url)

    assert len(peer.requests) == 40


def test_a_missing_server_is_unavailable() -> None:
    with running_peer(answering(200, {})) as peer:
        gone = peer.base_url

    with pytest.raises(SourceUnavailable, match="failed 3 times"):
        fetch(gone)


@pytest.mark.skipif(not RECORDING.exists(), reason="the recorded chart is not on this machine")
def test_the_recorded_chart_is_parsed_completely() -> None:
    document = {**json.loads(RECORDING.read_text()), "has_more": 0}

    with running_peer(answering(200, document)) as peer:
        chart = fetch(peer.base_url)

    assert (chart.rejections, chart.new_fields) == ((), ())
    assert [
        (candidate.tiktok_id, candidate.user_count, candidate.language_name)
        for candidate in chart.candidates
    ] == [
        ("7662052657323182081", 174304, "English"),
        ("7675366858590144513", 251, "English"),
        ("6928441550634043394", 19074, "English"),
        ("6696830962245830657", 69590, "English"),
        ("7672900218210142224", 1914, "English"),
        ("7673480507100121104", 189103, "English"),
        ("6715582739854133249", 118842, "English"),
        ("6740853118495361025", 1971948, "English"),
        ("7423838082359379984", 25740, "English"),
        ("7646775660023974664", 2378488, "English"),
    ]
    assert all(candidate.preview_urls and candidate.cover_urls for candidate in chart.candidates)
    assert [c.tiktok_id for c in chart.candidates if not c.is_commerce_music] == [
        "7423838082359379984"
    ]


@pytest.mark.skipif(not RECORDING.exists(), reason="the recorded chart is not on this machine")
def test_the_rules_reject_nothing_of_the_recorded_chart() -> None:
    rows = json.loads(RECORDING.read_text())["music_list"]
    candidates = [row for row in map(parse_chart_row, rows) if isinstance(row, Candidate)]

    rules = TextRules.load(RuleSettings())
    curation = curate(candidates, rules)

    assert (curation.rejections(), curation.unknown_languages) == ((), ())
    assert [group.members for group in curation.groups] == [(each,) for each in candidates]
    assert {language_of(each, rules).code for each in candidates} == {"en"}
