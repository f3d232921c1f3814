"""The calls of the Python client: options, deadlines, keys, hooks, splitting, paging."""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

import httpx2
import pytest

import tiktok_music_client
from tests.clients.python_peer import ID, KEY, LIST, ROW, TRACK, Peer, error_response, ok, page
from tests.peer import Exchange as PeerExchange
from tests.peer import running_peer
from tiktok_music_client import (
    Answer,
    AsyncCatalogClient,
    BadAnswer,
    CatalogClient,
    CatalogError,
    Changes,
    DeadlineExceeded,
    Exchange,
    Internal,
    Issue,
    NotFound,
    RateLimit,
    RateLimited,
    Removal,
    Resolved,
    Target,
    Unauthenticated,
    Unreachable,
    Unresolved,
    ValidationFailed,
)

HEALTHY = {"status": "ok", "snapshot": None, "nextRefreshDueAt": None}
LIMITS = {
    "X-RateLimit-Limit": "120",
    "X-RateLimit-Remaining": "7",
    "X-RateLimit-Reset": "1700000040",
    "X-RateLimit-Endpoint-Class": "read-light",
}


# Unknown names


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"commerceOnly": True}, "unknown filter 'commerceOnly'; did you mean 'commerce_only'?"),
        ({"langauges": ["de"]}, "unknown filter 'langauges'; did you mean 'languages'?"),
        ({"language": "de"}, "unknown filter 'language'; did you mean 'languages'?"),
        ({"zzz": 1}, "unknown filter 'zzz'"),
        ({"commerce_only": "false"}, "commerce_only must be True or False"),
    ],
)
def test_an_unknown_filter_is_a_type_error_before_any_request(
    given: dict[str, Any], message: str
) -> None:
    peer = Peer(page(ROW))
    catalog, asynchronous = peer.client(), peer.async_client()

    for method in (
        *(catalog.search, catalog.pages, catalog.tracks),
        *(asynchronous.pages, asynchronous.tracks),
    ):
        with pytest.raises(TypeError) as caught:
            method(**given)
        assert str(caught.value) == message
    with pytest.raises(TypeError):
        asyncio.run(asynchronous.search(**given))
    assert peer.requests == []


def test_an_unknown_option_or_a_single_string_of_ids_is_a_type_error() -> None:
    catalog: Any = Peer(ok(LIST)).client()

    with pytest.raises(TypeError, match="time_out"):
        catalog.with_options(time_out=1)
    with pytest.raises(TypeError, match="several strings"):
        catalog.batch(ID)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"music": "manual"}, "manual music needs a track_id"),
        ({"music": "none", "track_id": ID}, "a target with the music 'none' has no track_id"),
        ({"music": "auto", "track_id": ID}, "a target with the music 'auto' has no track_id"),
    ],
)
def test_a_target_whose_music_contradicts_its_track_is_refused(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        Target("managed", **arguments)


# Paging


def test_paging_goes_on_after_an_error_and_from_a_cursor() -> None:
    peer = Peer(
        page(ROW, cursor="c1"),
        error_response(500, "INTERNAL"),
        page({**ROW, "title": "Second"}, cursor="c2"),
        page({**ROW, "title": "Third"}),
    )

    with peer.client(retries=0) as catalog:
        tracks = catalog.tracks()
        first = next(tracks)
        with pytest.raises(Internal):
            next(tracks)
        second = next(tracks)
        (resumed,) = catalog.pages(cursor="c2")

    assert first == TRACK
    assert (second.title, resumed.tracks[0].title) == ("Second", "Third")
    cursors = [request.url.params.get("cursor") for request in peer.requests]
    assert cursors == [None, "c1", "c1", "c2"]


def test_an_empty_page_is_the_last_one() -> None:
    peer = Peer(page(ROW, cursor="c1"), page(cursor="c2"))

    async def sizes() -> list[int]:
        return [len(found.tracks) async for found in Peer(*responses()).async_client().pages()]

    def responses() -> list[httpx2.Response]:
        return [page(ROW, cursor="c1"), page(cursor="c2")]

    with peer.client() as catalog:
        assert [len(found.tracks) for found in catalog.pages()] == [1, 0]
    assert asyncio.run(sizes()) == [1, 0]


def changes_page(cursor: str | None, *removed: str) -> httpx2.Response:
    gone = [{"id": each, "previousRank": 1, "reason": None, "mergedInto": None} for each in removed]
    lists = {"added": [], "removed": gone, "moved": [], "updated": []}
    return ok({"since": "v1", "version": "v2", **lists, "nextCursor": cursor})


def test_changes_are_fetched_in_pages_and_joined() -> None:
    def peer() -> Peer:
        return Peer(changes_page("c1", "a"), changes_page("c2"), changes_page(None, "b", "c"))

    async def asynchronously(peer: Peer) -> Changes:
        async with peer.async_client() as catalog:
            return await catalog.changes("v1")

    first, second = peer(), peer()
    with first.client() as catalog:
        found = catalog.changes("v1")

    removed = [Removal(id=each, previous_rank=1, reason=None) for each in "abc"]
    assert found == Changes(
        since="v1", version="v2", added=(), removed=tuple(removed), moved=(), updated=()
    )
    assert asyncio.run(asynchronously(second)) == found
    pages = [
        {"since": "v1", "limit": "1000", **({"cursor": c} if c else {})} for c in ("", "c1", "c2")
    ]
    assert [dict(request.url.params) for request in first.requests] == pages
    assert [dict(request.url.params) for request in second.requests] == pages


def test_changes_whose_cursor_leads_back_are_a_bad_answer() -> None:
    with Peer(changes_page("c1")).client() as catalog, pytest.raises(BadAnswer, match="earlier"):
        catalog.changes("v1")


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "a"]])
def test_a_cursor_that_leads_back_is_a_bad_answer(cursors: list[str]) -> None:
    def responses() -> list[httpx2.Response]:
        return [page(ROW, cursor=cursor) for cursor in cursors]

    async def asynchronously() -> None:
        async with Peer(*responses()).async_client() as catalog:
            tracks = catalog.tracks()
            for _ in range(len(cursors) - 1):
                await anext(tracks)
            with pytest.raises(BadAnswer, match="cursor"):
                await anext(tracks)

    with Peer(*responses()).client() as catalog:
        tracks = catalog.tracks()
        assert len(list(islice(tracks, len(cursors) - 1))) == len(cursors) - 1
        with pytest.raises(BadAnswer, match="cursor"):
            next(tracks)
    asyncio.run(asynchronously())


# Resolving many


def test_the_policy_for_retired_tracks_is_sent() -> None:
    peer = Peer(ok({"targets": [{"mode": "managed", "payload": {}, "warnings": []}]}))

    with peer.client() as catalog:
        catalog.resolve([Target("managed", ID)], on_retired="fail")
        catalog.resolve_each([Target("managed", ID)], on_retired="auto")

    target = {"mode": "managed", "tiktokMusic": {"mode": "manual", "trackId": ID}}
    assert [json.loads(request.content) for request in peer.requests] == [
        {"targets": [target], "onRetired": "fail"},
        {"targets": [target], "onRetired": "auto", "onError": "report"},
    ]


def test_each_target_has_its_payload_or_its_issues() -> None:
    transport = httpx2.MockTransport(reported)
    targets = [Target("managed", music="none" if n in (3, 60) else "auto") for n in range(100)]

    async def asynchronously() -> tuple[Resolved | Unresolved, ...]:
        async with AsyncCatalogClient("http://x", KEY, transport=transport) as catalog:
            return await catalog.resolve_each(targets)

    with CatalogClient("http://x", KEY, transport=transport) as catalog:
        results = catalog.resolve_each(targets)
        with pytest.raises(BadAnswer, match="all or none"):
            catalog.resolve(targets)

    assert results == asyncio.run(asynchronously())
    assert len(results) == 100
    assert {index: result for index, result in enumerate(results) if index in (2, 3, 60)} == {
        2: Resolved(mode="managed", payload={}, warnings=()),
        3: unresolved(3),
        60: unresolved(60),
    }


def unresolved(index: int) -> Unresolved:
    issue = Issue(path=f"targets[{index}].tiktokMusic", message="No.")
    return Unresolved(index=index, issues=(issue,))


def reported(request: httpx2.Request) -> httpx2.Response:
    """Answers each target: with issues if it is without music, else with a payload."""
    rows: list[dict[str, Any]] = []
    for index, target in enumerate(json.loads(request.content)["targets"]):
        issue = {"path": f"targets[{index}].tiktokMusic", "message": "No.", "index": index}
        if target["tiktokMusic"]["mode"] == "none":
            rows.append({"index": index, "issues": [issue]})
        else:
            rows.append({"mode": target["mode"], "payload": {}, "warnings": []})
    return ok({"targets": rows})


def resolved(request: httpx2.Request) -> httpx2.Response:
    """Rejects the targets without music, and resolves the others."""
    targets = json.loads(request.content)["targets"]
    issues = [
        {"index": index, "path": f"targets[{index}].tiktokMusic", "message": "No."}
        for index, target in enumerate(targets)
        if target["tiktokMusic"]["mode"] == "none"
    ]
    if issues:
        error = {"code": "VALIDATION", "message": "Wrong.", "requestId": "req_1"}
        return httpx2.Response(422, json={"error": {**error, "details": {"issues": issues}}})
    row: dict[str, Any] = {"payload": {}, "warnings": []}
    return ok({"targets": [{"mode": target["mode"], **row} for target in targets]})


def test_more_than_fifty_targets_are_several_requests() -> None:
    sizes: list[int] = []

    def counted(request: httpx2.Request) -> httpx2.Response:
        sizes.append(len(json.loads(request.content)["targets"]))
        return resolved(request)

    with CatalogClient("http://x", KEY, transport=httpx2.MockTransport(counted)) as catalog:
        results = catalog.resolve([Target("managed")] * 101 + [Target("publish")])
        nothing = catalog.resolve([])

    row = Resolved(mode="managed", payload={}, warnings=())
    assert results == (*[row] * 101, Resolved(mode="publish", payload={}, warnings=()))
    assert (nothing, sizes) == ((), [50, 50, 2])


def test_the_issues_of_all_requests_are_one_error_with_the_indexes_of_the_call() -> None:
    transport = httpx2.MockTransport(resolved)
    targets = [Target("managed", music="none" if n in (3, 60, 149) else "auto") for n in range(150)]

    async def asynchronously() -> None:
        async with AsyncCatalogClient("http://x", KEY, transport=transport) as catalog:
            await catalog.resolve(targets)

    def synchronously() -> None:
        with CatalogClient("http://x", KEY, transport=transport) as catalog:
            catalog.resolve(targets)

    for attempt in (synchronously, lambda: asyncio.run(asynchronously())):
        with pytest.raises(ValidationFailed) as caught:
            attempt()
        assert caught.value.details["issues"] == [
            {"index": index, "path": f"targets[{index}].tiktokMusic", "message": "No."}
            for index in (3, 60, 149)
        ]


# Options, deadlines


def test_options_of_one_call_leave_the_client_as_it_was() -> None:
    peer = Peer(error_response(500, "INTERNAL"))

    with peer.client(retries=1) as catalog:
        with pytest.raises(Internal):
            catalog.with_options(retries=0).list()
        assert len(peer.requests) == 1
        with pytest.raises(Internal):
            catalog.list()

    assert len(peer.requests) == 3


def test_a_client_with_options_shares_the_cached_list() -> None:
    peer = Peer(ok(LIST, ETag='"a"'), httpx2.Response(304))

    with peer.client() as catalog:
        assert catalog.list() is catalog.with_options(retries=0).list()


def test_no_retry_waits_beyond_the_deadline() -> None:
    peer = Peer(error_response(429, "RATE_LIMITED", {"Retry-After": "30"}))

    with peer.client() as catalog, pytest.raises(RateLimited):
        catalog.with_options(deadline=40.0).list()

    assert (peer.waits, len(peer.requests)) == ([30.5], 2)


def test_the_deadline_covers_all_requests_of_a_call() -> None:
    limited = error_response(429, "RATE_LIMITED", {"Retry-After": "30"})
    found = ok({"tracks": [], "aliases": {}, "unknown": []})
    peer = Peer(limited, found, limited, found)

    with peer.client() as catalog, pytest.raises(RateLimited):
        catalog.with_options(deadline=40.0).batch(f"id-{number}" for number in range(51))

    assert len(peer.requests) == 3


def drip(exchange: PeerExchange) -> None:
    """Sends a body so slowly that no read times out."""
    exchange.send_response(200)
    exchange.send_header("Content-Length", "4000")
    exchange.send_header("X-Request-Id", "req_3")
    exchange.end_headers()
    try:
        for _ in range(4000):
            exchange.wfile.write(b" ")
            exchange.wfile.flush()
            time.sleep(0.02)
    except OSError:
        return


def test_a_body_that_never_ends_is_ended_by_the_deadline() -> None:
    async def asynchronously(base_url: str) -> None:
        async with AsyncCatalogClient(base_url, KEY, deadline=0.2) as catalog:
            await catalog.health()

    def synchronously(base_url: str) -> None:
        with CatalogClient(base_url, KEY, deadline=0.2) as catalog:
            catalog.health()

    for call in (synchronously, lambda base_url: asyncio.run(asynchronously(base_url))):
        with running_peer(drip) as peer:
            started_at = time.monotonic()
            with pytest.raises(DeadlineExceeded, match=r"the deadline of 0\.2 s passed") as caught:
                call(peer.base_url)
            assert time.monotonic() - started_at < 2
        assert (caught.value.request_id, len(peer.requests)) == ("req_3", 1)


def test_a_truncated_response_is_unreachable_and_has_the_request_id() -> None:
    def truncated(exchange: PeerExchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", "500")
        exchange.send_header("X-Request-Id", "req_4")
        exchange.end_headers()
        exchange.wfile.write(b'{"st')
        exchange.close_connection = True

    with (
        running_peer(truncated) as peer,
        CatalogClient(peer.base_url, KEY, retries=0) as catalog,
        pytest.raises(Unreachable, match=r"RemoteProtocolError\) \(req_4\)") as caught,
    ):
        catalog.health()

    assert caught.value.request_id == "req_4"


# Keys


def test_a_key_may_come_from_a_function_before_every_attempt() -> None:
    keys = iter(["lp_live_a", "lp_live_b", "lp_live_c"])
    peer = Peer(error_response(500, "INTERNAL"), ok(LIST))

    with peer.client(key=lambda: next(keys)) as catalog:
        catalog.list()
        catalog.list()

    sent = [request.headers["Authorization"] for request in peer.requests]
    assert sent == ["Bearer lp_live_a", "Bearer lp_live_b", "Bearer lp_live_c"]


class Vault:
    """Returns the first key once, and the second from then on."""

    def __init__(self) -> None:
        self.keys = ["lp_live_old", "lp_live_new"]

    def key(self) -> str:
        return self.keys.pop(0) if len(self.keys) > 1 else self.keys[0]

    async def async_key(self) -> str:
        return self.key()


def test_a_rotated_key_is_tried_at_once() -> None:
    peer, async_peer = (Peer(error_response(401, "UNAUTHENTICATED"), ok(LIST)) for _ in range(2))

    async def asynchronously(key: Callable[[], str | Awaitable[str]]) -> None:
        async with async_peer.async_client(key=key) as catalog:
            await catalog.list()

    with peer.client(key=Vault().key) as catalog:
        catalog.list()
    asyncio.run(asynchronously(Vault().async_key))

    for each in (peer, async_peer):
        sent = [request.headers["Authorization"] for request in each.requests]
        assert sent == ["Bearer lp_live_old", "Bearer lp_live_new"]
        assert each.waits == [0.0]


def test_a_key_that_stays_is_not_tried_again() -> None:
    peer = Peer(error_response(401, "UNAUTHENTICATED"))

    with peer.client(key=lambda: KEY) as catalog, pytest.raises(Unauthenticated):
        catalog.list()

    assert len(peer.requests) == 1


def test_a_function_that_returns_no_key_is_refused_without_showing_it() -> None:
    catalog = Peer(ok(LIST)).client(key=lambda: "lp live secret")

    with catalog, pytest.raises(ValueError, match="api_key must be printable ASCII") as caught:
        catalog.list()

    assert "secret" not in str(caught.value)


# What happened


def test_the_hook_receives_every_attempt() -> None:
    peer = Peer(httpx2.ConnectError("refused"), error_response(404, "NOT_FOUND"))
    exchanges: list[Exchange] = []

    with peer.client() as catalog, pytest.raises(NotFound) as caught:
        catalog.with_options(on_exchange=exchanges.append).by_link("https://x/ä-1")

    first, second = exchanges
    assert (first.method, first.target) == (
        *("GET",),
        "/v1/tiktok-music/batch?link=https%3A%2F%2Fx%2F%C3%A4-1",
    )
    assert (first.attempt, first.answer, first.retry_in_seconds) == (1, None, 0.1875)
    assert isinstance(first.error, Unreachable)
    assert (second.attempt, second.error, second.retry_in_seconds) == (2, caught.value, None)
    assert second.answer is not None
    assert (second.answer.status, second.answer.request_id) == (404, "req_1")


def test_the_raw_answer_and_the_rate_limit_are_at_hand() -> None:
    peer = Peer(httpx2.Response(200, json=HEALTHY, headers={**LIMITS, "X-Later": "1"}))
    exchanges: list[Exchange] = []

    with peer.client() as catalog:
        catalog.with_options(on_exchange=exchanges.append).health()
        limits = catalog.rate_limits

    limit = RateLimit(limit=120, remaining=7, reset_at=1_700_000_040, endpoint_class="read-light")
    assert limits == {"read-light": limit}
    (exchange,) = exchanges
    assert exchange.answer is not None
    assert exchange.answer.rate_limit == limit
    assert (json.loads(exchange.answer.body), exchange.answer.headers["x-later"]) == (HEALTHY, "1")


@pytest.mark.parametrize("value", ["", "-1", "٣", "9" * 5_000])
def test_a_rate_limit_that_is_no_number_is_none(value: str) -> None:
    headers = {**LIMITS, "X-RateLimit-Remaining": value}

    assert Answer(status=200, headers=headers, body=b"").rate_limit is None


def test_retries_are_logged_and_no_log_shows_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "tiktok_music_client")

    with Peer(error_response(500, "INTERNAL"), ok(HEALTHY)).client() as catalog:
        catalog.health()

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("DEBUG", "GET /v1/health: 500 in 0.000 s, attempt 1, req_1"),
        ("WARNING", "INTERNAL: No. (500, req_1); retry in 0.19 s"),
        ("DEBUG", "GET /v1/health: 200 in 0.000 s, attempt 2, req_2"),
    ]
    assert "a-secret" not in caplog.text


def test_requests_name_the_client_and_its_version() -> None:
    peer = Peer(ok(HEALTHY))

    with peer.client() as catalog:
        catalog.health()

    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    version = tiktok_music_client.__version__
    assert peer.requests[0].headers["User-Agent"] == (
        f"tiktok-music-client/{version} python/{python} httpx2/{httpx2.__version__}"
    )


@pytest.mark.parametrize("body", [[], {}, {**HEALTHY, "status": 7}])
def test_a_bad_answer_has_the_request_id(body: object) -> None:
    with Peer(ok(body)).client() as catalog, pytest.raises(BadAnswer) as caught:
        catalog.health()

    assert caught.value.request_id == "req_2"
    assert str(caught.value).endswith(" (req_2)")


def test_an_unknown_link_has_the_request_id() -> None:
    peer = Peer(ok({"tracks": [], "aliases": {}, "unknown": ["123456"]}))

    with peer.client() as catalog, pytest.raises(CatalogError) as caught:
        catalog.by_link("123456")

    assert caught.value.request_id == "req_2"


def test_a_status_that_a_later_api_adds_passes_through() -> None:
    with Peer(ok({**HEALTHY, "status": "resting"})).client() as catalog:
        assert str(catalog.health().status) == "resting"
