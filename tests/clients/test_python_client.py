"""The client for Python services against a peer in memory: requests, parsing, retries, errors."""

import asyncio
import json
import pickle
import re
import traceback
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest

from tests.clients.python_peer import (
    ID,
    KEY,
    LATER,
    LIST,
    ROW,
    TRACK,
    VERSION,
    Outcome,
    Peer,
    error_response,
    ok,
    page,
)
from tiktok_music_client import (
    ApiError,
    AsyncCatalogClient,
    BadAnswer,
    Batch,
    CatalogClient,
    CatalogError,
    Changes,
    ErrorCode,
    Facets,
    ForbiddenScope,
    Health,
    Internal,
    Key,
    KillSwitch,
    Listing,
    ListTooLarge,
    NotFound,
    Notice,
    Page,
    RateLimited,
    Resolved,
    Target,
    Track,
    TrackDetail,
    Unauthenticated,
    Unreachable,
    ValidationFailed,
    VersionGone,
)
from tiktok_music_client import errors as client_errors
from tiktok_music_client.parsing import camel

ROOT = Path(__file__).parents[2]
OPENAPI = json.loads((ROOT / "layers_shared/tiktok_music/api/openapi.json").read_text())
SCHEMAS = OPENAPI["components"]["schemas"]
PACKAGE = ROOT / "clients/python"


def test_the_list_is_returned_with_its_version() -> None:
    peer = Peer(ok({**LIST, "tracks": [{**ROW, "later": "field"}]}))

    with peer.client() as catalog:
        listing = catalog.list()

    assert listing == Listing(tracks=(TRACK,), total=1, version=VERSION)
    assert peer.urls == ["https://catalog.example.com/v1/tiktok-music"]
    assert peer.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_an_unchanged_list_is_a_304_and_the_same_object() -> None:
    peer = Peer(ok(LIST, ETag='"a"'), httpx2.Response(304), ok({**LIST, "total": 2}, ETag='"b"'))

    with peer.client() as catalog:
        first, second, third = catalog.list(), catalog.list(), catalog.list()

    assert first is second
    assert third.total == 2
    etags = [request.headers.get("If-None-Match") for request in peer.requests]
    assert etags == [None, '"a"', '"a"']


def test_an_unchanged_list_has_the_latest_version() -> None:
    unchanged = httpx2.Response(304, headers={"X-Catalog-Snapshot": LATER})
    peer = Peer(ok(LIST, ETag='"a"'), unchanged)

    with peer.client() as catalog:
        catalog.list()
        listing = catalog.list()

    assert listing == Listing(tracks=(TRACK,), total=1, version=LATER)


def test_a_search_sends_its_filters_and_always_a_limit() -> None:
    facets = {"language": {"en": 1}, "isCommerceMusic": {"true": 1, "false": 0}}
    peer = Peer(ok({"tracks": [ROW], "total": 1, "nextCursor": None, "facets": facets}))

    with peer.client() as catalog:
        found = catalog.search(
            q="so lén&", languages=["en", "ko"], commerce_only=True, min_duration=0, facets=True
        )
        catalog.search()

    assert found == Page(
        tracks=(TRACK,),
        total=1,
        next_cursor=None,
        facets=Facets(language={"en": 1}, is_commerce_music={"true": 1, "false": 0}),
        version=VERSION,
    )
    assert peer.requests[0].url.params.multi_items() == [
        ("q", "so lén&"),
        ("language", "en"),
        ("language", "ko"),
        ("commerceOnly", "true"),
        ("minDuration", "0"),
        ("limit", "50"),
        ("facets", "true"),
    ]
    assert peer.requests[1].url.params.multi_items() == [("limit", "50")]


def test_pages_follow_the_cursor_and_are_fetched_lazily() -> None:
    peer = Peer(page(ROW, cursor="c1"), page({**ROW, "title": "Second"}))

    with peer.client() as catalog:
        tracks = catalog.tracks(q="a", languages="en")
        first = next(tracks)
        requests_by_then = len(peer.requests)
        rest = [track.title for track in tracks]

    assert (first, requests_by_then, rest) == (TRACK, 1, ["Second"])
    assert [url.rpartition("?")[2] for url in peer.urls] == [
        "q=a&language=en&limit=50",
        "q=a&language=en&limit=50&cursor=c1",
    ]


def test_a_batch_is_split_and_sends_each_id_once() -> None:
    first = {"tracks": [], "aliases": {"a": "b"}, "unknown": ["x"], "found": {"A": "b"}}
    second = {"tracks": [], "aliases": {"c": "d"}, "unknown": [], "found": {"C": "d"}}
    peer = Peer(ok(first), ok(second))

    with peer.client() as catalog:
        found = catalog.batch([*(f"id-{number}" for number in range(51)), "id-0"])
        nothing = catalog.batch([])

    assert found == Batch(
        tracks=(),
        aliases={"a": "b", "c": "d"},
        found={"A": "b", "C": "d"},
        unknown=("x",),
    )
    assert nothing == Batch()
    assert [url.count("%2C") for url in peer.urls] == [49, 0]


def test_an_unknown_link_is_not_found() -> None:
    peer = Peer(ok({"tracks": [], "aliases": {}, "unknown": ["123456"]}))

    with peer.client() as catalog, pytest.raises(NotFound, match="123456"):
        catalog.by_link("123456")


@pytest.mark.parametrize("track_id", ["", "batch", "..", "../whoami", ID.upper(), ID + "/"])
def test_an_invalid_track_id_never_becomes_a_path(track_id: str) -> None:
    peer = Peer(ok(ROW))

    with peer.client() as catalog, pytest.raises(ValidationFailed) as caught:
        catalog.track(track_id)

    assert caught.value.issues == (("trackId", "Must be a UUID, as the list gives it."),)
    assert peer.requests == []


def test_resolve_sends_targets_as_the_api_describes_them() -> None:
    warning = {"code": "DEGRADED_TO_AUTO", "message": "Ignored."}
    answer = {"mode": "publish", "payload": {"auto_add_music": True}, "warnings": [warning]}
    answers = [answer, *({**answer, "warnings": []} for _ in range(5))]
    peer = Peer(ok({"targets": answers}))

    with peer.client() as catalog:
        resolved, *others = catalog.resolve(
            [
                Target("publish", ID),
                Target("managed"),
                Target("managed", music="none"),
                Target("draft"),
                Target("publish", ID, "manual"),
                Target("draft", music="auto"),
            ]
        )

    assert resolved == Resolved(
        mode="publish",
        payload={"auto_add_music": True},
        warnings=(Notice(code="DEGRADED_TO_AUTO", message="Ignored."),),
    )
    assert len(others) == 5
    assert (peer.requests[0].method, json.loads(peer.requests[0].content)) == (
        "POST",
        {
            "targets": [
                {"mode": "publish", "tiktokMusic": {"mode": "manual", "trackId": ID}},
                {"mode": "managed", "tiktokMusic": {"mode": "auto"}},
                {"mode": "managed", "tiktokMusic": {"mode": "none"}},
                {"mode": "draft"},
                {"mode": "publish", "tiktokMusic": {"mode": "manual", "trackId": ID}},
                {"mode": "draft", "tiktokMusic": {"mode": "auto"}},
            ]
        },
    )


@pytest.mark.parametrize(
    "failure",
    [
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("cut off"),
        error_response(500, "INTERNAL"),
        httpx2.Response(502, text="<html>"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_transient_errors_are_retried_with_backoff(failure: Outcome) -> None:
    peer = Peer(failure, failure, failure, ok(LIST))

    with peer.client() as catalog:
        assert catalog.list().total == 1

    assert peer.waits == [0.1875, 0.375, 0.75]


def test_a_rate_limit_is_retried_after_retry_after() -> None:
    peer = Peer(error_response(429, "RATE_LIMITED", {"Retry-After": "42"}), ok(LIST))

    with peer.client() as catalog:
        catalog.list()

    assert peer.waits == [42.5]


@pytest.mark.parametrize(
    ("given", "waits"),
    [("61", []), ("-1", [0.1875]), ("soon", [0.1875]), ("9" * 5_000, [0.1875]), ("٣", [0.1875])],
)
def test_a_retry_after_that_is_too_long_or_invalid_is_ignored(
    given: str, waits: list[float]
) -> None:
    limited = httpx2.Response(429, headers=[(b"Retry-After", given.encode())])
    peer = Peer(limited)

    with peer.client(retries=1) as catalog, pytest.raises(RateLimited):
        catalog.list()

    assert peer.waits == waits


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (error_response(401, "UNAUTHENTICATED"), Unauthenticated),
        (error_response(403, "FORBIDDEN_SCOPE"), ForbiddenScope),
        (error_response(404, "NOT_FOUND"), NotFound),
        (error_response(422, "VALIDATION"), ValidationFailed),
        (error_response(410, "VERSION_GONE"), VersionGone),
        (error_response(406, "LIST_TOO_LARGE"), ListTooLarge),
        (error_response(503, "KILL_SWITCH"), KillSwitch),
        (error_response(418, "TEAPOT"), ApiError),
        (httpx2.Response(403, json={"message": "Forbidden"}), ForbiddenScope),
        (httpx2.Response(410, text="<html>"), VersionGone),
        (httpx2.Response(307, headers={"Location": "https://evil.example.com"}), BadAnswer),
        (httpx2.Response(304), BadAnswer),
        (httpx2.Response(200, text="<html>"), BadAnswer),
        (httpx2.Response(200, json=[]), BadAnswer),
        (ok({"tracks": [{**ROW, "userCount": "7"}], "total": 1}), BadAnswer),
        (ok({"tracks": [{**ROW, "duration": True}], "total": 1}), BadAnswer),
        (ok({"tracks": [{**ROW, "id": None}], "total": 1}), BadAnswer),
        (ok({"tracks": [{**ROW, "duration": 10**400}], "total": 1}), BadAnswer),
        (httpx2.Response(200, json=LIST), BadAnswer),
    ],
)
def test_permanent_errors_are_raised_at_once(
    response: httpx2.Response, kind: type[CatalogError]
) -> None:
    peer = Peer(response)

    with peer.client() as catalog, pytest.raises(CatalogError) as caught:
        catalog.list()

    assert type(caught.value) is kind
    assert caught.value.request_id == response.headers.get("X-Request-Id", "")
    assert (len(peer.requests), peer.waits) == (1, [])


def test_the_last_error_is_raised_after_all_retries() -> None:
    peer = Peer(error_response(500, "INTERNAL"))

    with peer.client(retries=2) as catalog, pytest.raises(Internal) as caught:
        catalog.list()

    assert len(peer.requests) == 3
    assert str(caught.value) == "INTERNAL: No. (500, req_1)"
    assert (caught.value.code, caught.value.status, caught.value.request_id) == (
        *("INTERNAL", 500),
        "req_1",
    )


def test_errors_show_their_details() -> None:
    issues = [
        {"path": "targets", "message": "Must be a list of 1 to 50 targets."},
        {"path": "limit", "message": "is above 100"},
    ]
    wrong = ValidationFailed(422, "Wrong.", request_id="req_1", details={"issues": issues})
    denied = ForbiddenScope(403, "No.", details={"requiredScope": "publish:write"})

    assert str(wrong) == (
        "VALIDATION: Wrong. (422, req_1)"
        " targets: Must be a list of 1 to 50 targets. limit: is above 100."
    )
    assert wrong.issues == (
        ("targets", "Must be a list of 1 to 50 targets."),
        ("limit", "is above 100"),
    )
    assert denied.required_scope == "publish:write"


def test_errors_can_be_pickled() -> None:
    error = RateLimited(429, "No.", request_id="req_1", retry_after_seconds=9)

    copied = pickle.loads(pickle.dumps(error))

    assert (type(copied), copied.__dict__) == (RateLimited, error.__dict__)


def locals_of(error: BaseException) -> str:
    """Returns the locals of all frames, causes included, as an error tracker stores them."""
    causes = [cause for cause in (error, error.__cause__) if cause is not None]
    traces = [traceback.TracebackException.from_exception(e, capture_locals=True) for e in causes]
    frames = [frame for trace in traces for frame in trace.stack]
    return str([frame.locals for frame in frames if frame.filename != __file__])


@pytest.mark.parametrize("failure", [httpx2.ConnectError("refused"), error_response(401, "X")])
def test_no_error_or_repr_shows_the_key(failure: Outcome) -> None:
    with Peer(failure).client(retries=0) as catalog, pytest.raises(CatalogError) as caught:
        catalog.list()

    shown = [repr(catalog), str(vars(catalog)), repr(caught.value), str(caught.value)]
    assert "a-secret" not in "".join([*shown, locals_of(caught.value)])


@pytest.mark.parametrize("key", ["", "lp_live_x\n", "lp live", "lp_livé", "lp_\x00"])
def test_a_key_that_cannot_be_sent_is_rejected_without_showing_it(key: str) -> None:
    with pytest.raises(ValueError, match=r"^api_key must be printable ASCII without spaces$"):
        CatalogClient("https://catalog.example.com", key)


@pytest.mark.parametrize(
    "url",
    [
        *("", "catalog.example.com", "ftp://x", "https://", "https://a:b@example.com"),
        *("https://example.com/base?x=1", "https://example.com?", "https://example.com/#top"),
        "https://example.com#",
    ],
)
def test_an_invalid_base_url_is_rejected(url: str) -> None:
    for client in (CatalogClient, AsyncCatalogClient):
        with pytest.raises(ValueError, match="base_url"):
            client(url, KEY)


def test_the_async_client_behaves_the_same() -> None:
    limited = error_response(429, "RATE_LIMITED", {"Retry-After": "2"})
    peer = Peer(
        *(ok(LIST, ETag='"a"'), httpx2.Response(304), limited),
        *(page(ROW, cursor="c1"), page({**ROW, "title": "Second"})),
        error_response(404, "NOT_FOUND"),
    )

    async def call_methods() -> tuple[bool, list[str]]:
        async with peer.async_client() as catalog:
            is_same = await catalog.list() is await catalog.list()
            titles = [track.title async for track in catalog.tracks(q="a", sort="title")]
            with pytest.raises(NotFound):
                await catalog.track(ID)
            return is_same, titles

    assert asyncio.run(call_methods()) == (True, ["Paper Lanterns", "Second"])
    assert peer.waits == [2.5]
    assert peer.urls[4].endswith("?q=a&sort=title&limit=50&cursor=c1")


def test_both_clients_have_the_same_methods() -> None:
    def names(kind: type) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    assert names(CatalogClient) == names(AsyncCatalogClient)


def test_every_method_is_in_the_readme() -> None:
    documented = set(re.findall(r"`([a-z]\w*)\(", (PACKAGE / "README.md").read_text()))

    methods = {name for name in dir(CatalogClient) if not name.startswith("_")}
    assert documented == methods - {"close", "rate_limits"}


def test_every_code_of_the_api_has_an_error() -> None:
    codes = SCHEMAS["ErrorCode"]["enum"]

    assert set(client_errors.BY_CODE) == set(get_args(ErrorCode))
    assert set(client_errors.BY_CODE) >= set(codes)


@pytest.mark.parametrize(
    ("kind", "schema", "sent_as_header"),
    [
        (Track, SCHEMAS["Track"], set[str]()),
        (TrackDetail, SCHEMAS["TrackDetail"], set[str]()),
        (Listing, SCHEMAS["Listing"], {"version"}),
        (Page, SCHEMAS["Page"], {"version"}),
        (Facets, SCHEMAS["Facets"], set[str]()),
        (Batch, SCHEMAS["Batch"], set[str]()),
        (Changes, SCHEMAS["Changes"], set[str]()),
        (Resolved, SCHEMAS["ResolvedTarget"], set[str]()),
        (Key, SCHEMAS["Key"], set[str]()),
        (Health, SCHEMAS["Health"], set[str]()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_model_has_the_fields_that_the_api_describes(
    kind: type, schema: dict[str, Any], sent_as_header: set[str]
) -> None:
    assert is_dataclass(kind)
    described = set(schema["properties"]) | sent_as_header
    assert {camel(part.name) for part in fields(kind)} == described


def test_a_field_of_another_type_is_a_bad_answer() -> None:
    peer = Peer(ok({"organizationId": []}))

    with peer.client() as catalog, pytest.raises(BadAnswer, match=r"Key\.organizationId"):
        catalog.whoami()


@pytest.mark.parametrize(
    "due", ["tomorrow", "2026-01-02", "2026-01-02T03:04:05", "0001-01-01T00:00:00+23:59"]
)
def test_a_time_that_is_not_in_utc_is_a_bad_answer(due: str) -> None:
    peer = Peer(ok({"status": "failing", "snapshot": None, "nextRefreshDueAt": due}))

    with peer.client() as catalog, pytest.raises(BadAnswer, match="nextRefreshDueAt"):
        catalog.health()


def test_health_may_have_no_snapshot() -> None:
    due = "2026-01-02T03:04:05Z"
    peer = Peer(ok({"status": "failing", "snapshot": None, "nextRefreshDueAt": due}))

    with peer.client() as catalog:
        health = catalog.health()

    assert health == Health(
        status="failing",
        snapshot=None,
        next_refresh_due_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )


def test_a_list_without_an_etag_is_not_cached() -> None:
    peer = Peer(ok(LIST, ETag='"a"'), ok(LIST), ok(LIST))

    with peer.client() as catalog:
        for _ in range(3):
            catalog.list()

    etags = [request.headers.get("If-None-Match") for request in peer.requests]
    assert etags == [None, '"a"', None]


def test_no_connection_is_unreachable() -> None:
    catalog = CatalogClient("http://127.0.0.1:9", KEY, retries=0)

    with catalog, pytest.raises(Unreachable, match="ConnectError") as caught:
        catalog.health()

    assert "a-secret" not in locals_of(caught.value)
