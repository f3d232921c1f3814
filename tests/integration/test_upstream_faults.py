"""A misbehaving upstream: the last snapshot stays, and the report gives the reason."""

import gzip
import json
import socket
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_candidate
from tests.peer import Exchange, running_peer
from tests.refresh_world import World
from tiktok_music.adapters.aweme_source import AwemeSource
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.upstream import Upstream
from tiktok_music.refresh.report import Outcome, RefreshReport

MEGABYTE = 1024 * 1024


def row(number: int, **changes: Any) -> dict[str, Any]:
    url = f"http://cdn.test/{number}"
    info = {
        "id_str": str(10_000 + number),
        "title": f"Lantern Street {number}",
        "author": f"Mira {number}",
        "user_count": number,
        "language": "English",
        "play_url": {"url_list": [f"{url}/audio"]},
        "cover_large": {"url_list": [f"{url}/cover"]},
    }
    return {"music_info": {**info, **changes}}


def page(rows: list[Any], **changes: Any) -> bytes:
    document = {"status_code": 0, "cursor": len(rows), "has_more": 0, "music_list": rows}
    return json.dumps({**document, **changes}).encode()


GOOD = page([row(number) for number in range(10)])


def refreshed(base_url: str) -> tuple[World, RefreshReport, list[dict[str, Any]]]:
    """Refreshes a catalog of ten tracks from the upstream at `base_url`."""
    world = World()
    world.refresh(*(a_candidate(number) for number in range(10)))
    served = world.served()
    http = SafeHttp(allow_private=True)
    upstream = Upstream(http, base_url, lambda: {"Authorization": "Bearer k"}, lambda _: None)
    world.source = AwemeSource(upstream, (0,))  # type: ignore[assignment]  # the real one
    world.now += timedelta(hours=12)
    return world, world.refresh(), served


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.reply(status, body, **headers)


def cut(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", str(len(GOOD)))
    exchange.end_headers()
    exchange.wfile.write(GOOD[: len(GOOD) // 2])


def reset(exchange: Exchange) -> None:
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0] * 2))
    exchange.connection.close()


FAILS = {
    "400": says(b"{}", 400),
    "401": says(b"{}", 401),
    "403": says(b"", 403),
    "404": says(b"", 404),
    "429": says(b"", 429),
    "429, absurd wait": says(b"", 429, Retry_After="999999999999999999999"),
    "500": says(b"oops", 500),
    "503": says(b"", 503, Retry_After="-5"),
    "400 around a 503": says(b'{"error": "service_unavailable", "errorStatus": 503}', 400),
    "redirect to a file": says(b"", 302, Location="file:///etc/passwd"),
    "redirect loop": says(b"", 302, Location="/again"),
    "cut off": cut,
    "reset": reset,
    "HTML": says(b"<!doctype html><title>Just a moment</title>"),
    "nothing": says(b""),
    "a list": says(b"[]"),
    "an object": says(b"{}"),
    "null": says(b"null"),
    "a number": says(b"1e999"),
    "rows of the wrong kind": says(b'{"music_list": {"0": {}}}'),
    "no rows": says(b'{"music_list": null}'),
    "a code inside": says(b'{"code": 200, "data": {"code": 10101, "msg": "off"}}'),
    "broken UTF-8": says(b'{"music_list": ["\xff\xfe"]}'),
    "gzip, unasked": says(gzip.compress(GOOD), Content_Encoding="gzip"),
    "gzip, unsaid": says(gzip.compress(GOOD)),
    "17 MB": says(page([row(1, title="x" * (17 * MEGABYTE))])),
    "a stuck cursor": says(page([row(1)], has_more=1, cursor=0)),
}


@pytest.mark.parametrize("behaviour", FAILS.values(), ids=FAILS.keys())
def test_a_failing_upstream_keeps_the_last_snapshot(behaviour: Any) -> None:
    with running_peer(behaviour) as peer:
        world, report, served = refreshed(peer.base_url)

    assert report.outcome is Outcome.SOURCE_FAILED
    assert report.reason
    assert world.served() == served
    assert len(peer.requests) <= 3
    assert world.reports.get_report(world.now) == report.to_dict()


def test_a_missing_upstream_keeps_the_last_snapshot() -> None:
    with running_peer(says(GOOD)) as peer:
        gone = peer.base_url

    for base_url in (gone, gone.replace("http:", "https:"), "http://nowhere.invalid"):
        world, report, served = refreshed(base_url)
        assert (report.outcome, world.served()) == (Outcome.SOURCE_FAILED, served)


def test_an_upstream_without_the_required_tls_is_a_failure() -> None:
    with running_peer(says(GOOD)) as peer:
        _, report, _ = refreshed(peer.base_url.replace("http:", "https:"))

    assert report.outcome is Outcome.SOURCE_FAILED


EMPTY_OR_WRONG = {
    "no tracks": page([]),
    "only junk": page([None, 7, "x", [], {}] * 4),
    "one track of ten": page([row(1)]),
    "thirty times as many": page([row(number) for number in range(40)]),
    "all rows alike": page([row(1)] * 50),
    "deep nesting": b'{"music_list":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
}


@pytest.mark.parametrize("body", EMPTY_OR_WRONG.values(), ids=EMPTY_OR_WRONG.keys())
def test_an_implausible_chart_is_refused(body: bytes) -> None:
    with running_peer(says(body)) as peer:
        world, report, served = refreshed(peer.base_url)

    assert report.outcome is Outcome.REFUSED
    assert world.served() == served


def own(*changes: dict[str, Any]) -> bytes:
    """The ten current tracks, with invalid rows among them."""
    rows = [
        row(0, id_str=candidate.tiktok_id, title=candidate.title, author=candidate.author)
        for candidate in (a_candidate(number) for number in range(10))
    ]
    return page([*rows, *(row(50 + place, **change) for place, change in enumerate(changes))])


BAD_COUNTS: list[dict[str, Any]] = [{"user_count": -1}, {"user_count": "1.2M"}] * 5
ODD_BUT_FINE = {
    "a byte order mark": (b"\xef\xbb\xbf" + own(), 10),
    "UTF-16": (own().decode().encode("utf-16"), 10),
    "doubled keys": (own().replace(b'"status_code": 0', b'"status_code": 9, "status_code": 0'), 10),
    "NaN and infinity": (own({"duration": float("nan")}, {"duration": float("inf")}), 12),
    "a huge number": (own().replace(b'"cursor": 10', b'"cursor": ' + b"9" * 400), 10),
    "half a character": (own({"title": "half \ud83d"}), 11),
    "controls": (own({"title": "bell\x07\x00 \u202eevil"}), 11),
    "emoji": (own({"title": "🔥💃"}), 11),
    "right to left": (own({"title": "نسيم الليل"}), 11),
    "a title of a megabyte": (own({"title": "la " * 350_000}), 11),
    "wrong kinds": (own({"title": 7}, {"user_count": []}, {"play_url": "x"}), 11),
    "five unreadable counts": (own(*BAD_COUNTS), 20),
    "a row nested too deep": (
        own({"title": "deep"}).replace(b'"deep"', b"[" * 50_000 + b"]" * 50_000),
        10,
    ),
    "an extra nested too deep": (own({"extra": "[" * 15_000}), 11),
    "millions of digits": (own().replace(b'"user_count": 0', b'"user_count": ' + b"9" * 9_999), 10),
}


@pytest.mark.parametrize(("body", "accepted"), ODD_BUT_FINE.values(), ids=ODD_BUT_FINE.keys())
def test_invalid_rows_are_rejected_alone(body: bytes, accepted: int) -> None:
    with running_peer(says(body)) as peer:
        _, report, _ = refreshed(peer.base_url)

    assert (report.outcome, report.accepted) == (Outcome.PUBLISHED, accepted)


def test_a_hundredfold_response_takes_bounded_memory() -> None:
    body = page([row(number, title="x" * 7_700) for number in range(2_000)])
    assert 15 * MEGABYTE < len(body) < 16 * MEGABYTE
    tracemalloc.start()

    with running_peer(says(body)) as peer:
        world, report, served = refreshed(peer.base_url)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (report.outcome, world.served()) == (Outcome.REFUSED, served)
    assert peak < 400 * MEGABYTE
