"""Browser tokens: their form, the checks in their order, limits, restrictions, ETags."""

import io
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from starlette.requests import Request

from tests.api_world import LIST, NOW, UNAUTHENTICATED, World, invalid, refusal
from tests.builders import a_key, a_record, a_snapshot, a_track
from tests.counted import calls_of
from tests.events import Answer
from tests.opened_modules import modules_that_run
from tests.unit.test_direct_publish import ASKED
from tiktok_music.api.auth import KEY_REQUIRED
from tiktok_music.api.tokens.form import (
    MOST_CHARACTERS,
    MOST_ORIGINS,
    BrowserToken,
    base64url,
    mac_of,
    read_payload,
    write_token,
)
from tiktok_music.api.tokens.origins import FORM, covers, is_origin_pattern
from tiktok_music.api.tokens.restrictions import restricted_request
from tiktok_music.api_key import ApiKey, BrowserAccess, KeyEnvironment, KeyState, mint_key
from tiktok_music.composition.observer import Observer
from tiktok_music.errors import Invalid, SnapshotMissing, Unauthenticated

PAGE, OTHER_PAGE = "https://app.example.com", "https://staging.example.com"
SECRET = bytes(range(32))
ACCESS = BrowserAccess(SECRET, (PAGE, OTHER_PAGE))
TOKENS = f"{LIST}/tokens"
TRACKS = [
    a_track(1),
    a_track(2, is_commerce_music=False),
    a_track(3, language="es", is_commerce_music=False),
    a_track(4, language="es"),
]
ALPHABET = string.ascii_letters + string.digits + "-_"
ORIGIN_REFUSED = refusal("ORIGIN_NOT_ALLOWED", "The token is not for pages of this origin.")
ROUTE_REFUSED = refusal("FORBIDDEN_SCOPE", "A browser token may only read the list and its tracks.")


@pytest.fixture
def world() -> World:
    world = World()
    world.change_key(browser=ACCESS)
    world.snapshots.publish(a_snapshot(*TRACKS))
    world.archive.save_many([a_record(1)])
    return world


def a_token(world: World, **fields: Any) -> str:
    """A token of the live key, not by the route."""
    token = BrowserToken(
        expires_at=int(world.now) + 900,
        issued_at=int(world.now),
        token_id="AQEBAQEBAQEB",
        origins=(PAGE,),
    )
    [key] = [each for each in world.keys.keys.values() if each.environment == "live"]
    return write_token(replace(token, **fields), key.environment, key.key_id, SECRET)


def mint(world: World, body: object = None, **headers: str) -> Answer:
    return world.post(TOKENS, {} if body is None else body, **headers)


def minted(world: World, body: object = None) -> str:
    text: str = json.loads(mint(world, body).body)["token"]
    return text


def read(
    world: World,
    token: str,
    path: str = LIST,
    *,
    origin: str | None = PAGE,
    method: str = "GET",
    **headers: str,
) -> Answer:
    """Sends a request as a page does."""
    of_page = {} if origin is None else {"origin": origin}
    return world.get(path, method, authorization=f"Bearer {token}", **of_page, **headers)


def titles(answer: Answer) -> list[str]:
    return [track["title"] for track in json.loads(answer.body)["tracks"]]


# ---- making


def test_a_key_that_may_makes_tokens_for_all_its_pages(world: World) -> None:
    answer = mint(world)

    body = json.loads(answer.body)
    prefix, environment, key_id, payload, _ = body["token"].split(".")
    assert (answer.status, answer.headers["cache-control"]) == (201, "no-store")
    assert answer.headers["x-ratelimit-endpoint-class"] == "write-light"
    assert (prefix, environment, key_id) == ("lpb", "live", world.key.split("_")[2])
    assert body == {"token": body["token"], "expiresAt": "2026-11-22T20:15:30Z"}
    assert read_payload(payload) == BrowserToken(
        expires_at=int(NOW) + 900,
        issued_at=int(NOW),
        token_id="AQEBAQEBAQEB",
        origins=(PAGE, OTHER_PAGE),
    )
    assert world.minted == [(key_id, "AQEBAQEBAQEB")]
    assert read(world, body["token"]).body == world.get().body


def test_a_token_says_what_was_asked_for(world: World) -> None:
    restrict = {"commerceOnly": True, "language": ["es"]}
    body = {"origins": [PAGE], "ttlSeconds": 3600, "sub": "u_93", "restrict": restrict}

    token = read_payload(minted(world, body).split(".")[3])

    assert token == BrowserToken(
        expires_at=int(NOW) + 3600,
        issued_at=int(NOW),
        token_id="AQEBAQEBAQEB",
        origins=(PAGE,),
        visitor="u_93",
        restrictions=restrict,
    )


SECONDS = "Must be a whole number from 60 to 3600."
VISITOR = "Must be 1 to 64 printable characters."
CODES = "Must be two letters (ISO 639-1), or a list of 1 to 10 such codes."
KNOWN = "Unknown member; known are origins, ttlSeconds, sub, restrict."
FOREIGN = "Must be one of the key's own origins."
FEW = "Must be a list of 1 to 5 origins."


@pytest.mark.parametrize(
    ("body", "issues"),
    [
        ([], [("body", "Must be an object.")]),
        (b"{", [("body", "Must be JSON.")]),
        ({"origin": PAGE}, [("body", KNOWN)]),
        ({"origins": PAGE}, [("origins", FEW)]),
        ({"origins": []}, [("origins", FEW)]),
        ({"origins": [PAGE] * 6}, [("origins", FEW)]),
        ({"origins": ["https://evil.example.com"]}, [("origins[0]", FOREIGN)]),
        ({"origins": [PAGE, f"{PAGE}/"]}, [("origins[1]", FORM)]),
        ({"origins": [PAGE, None]}, [("origins[1]", FORM)]),
        ({"origins": ["https://*.example.com"]}, [("origins[0]", FOREIGN)]),
        ({"origins": ["http://localhost:3000"]}, [("origins[0]", FORM)]),
        ({"ttlSeconds": 59}, [("ttlSeconds", SECONDS)]),
        ({"ttlSeconds": 3601}, [("ttlSeconds", SECONDS)]),
        ({"ttlSeconds": True}, [("ttlSeconds", SECONDS)]),
        ({"ttlSeconds": "900"}, [("ttlSeconds", SECONDS)]),
        ({"ttlSeconds": 900.5}, [("ttlSeconds", SECONDS)]),
        ({"sub": ""}, [("sub", VISITOR)]),
        ({"sub": "u" * 65}, [("sub", VISITOR)]),
        ({"sub": "u\n"}, [("sub", VISITOR)]),
        ({"sub": None}, [("sub", VISITOR)]),
        ({"restrict": []}, [("restrict", "Must be an object.")]),
        ({"restrict": {"q": "x"}}, [("restrict", "Unknown member; known are")]),
        ({"restrict": {"commerceOnly": "true"}}, [("restrict.commerceOnly", "Must be true or")]),
        ({"restrict": {"language": "EN"}}, [("restrict.language", CODES)]),
        ({"restrict": {"language": []}}, [("restrict.language", CODES)]),
        ({"ttlSeconds": 0, "sub": ""}, [("ttlSeconds", SECONDS), ("sub", VISITOR)]),
    ],
)
def test_a_wrong_body_is_refused_with_every_problem(
    world: World, body: object, issues: list[tuple[str, str]]
) -> None:
    answer = mint(world, body)

    found = json.loads(answer.body)["error"]["details"]["issues"]
    assert answer.status == 422
    assert [each["path"] for each in found] == [path for path, _ in issues]
    assert all(
        each["message"].startswith(text) for each, (_, text) in zip(found, issues, strict=True)
    )
    assert world.minted == []


def test_a_token_that_would_be_too_long_is_refused(world: World) -> None:
    pages = tuple(f"https://{number}{'x' * 60}.{'y' * 60}.example.com" for number in range(5))
    world.change_key(browser=BrowserAccess(SECRET, pages))

    too_long = "The token would have more than 599 characters: name fewer."
    assert mint(world).body == invalid(("origins", too_long))
    assert len(minted(world, {"origins": list(pages[:2])})) <= MOST_CHARACTERS


def test_a_token_has_room_for_all_pages_of_its_key(world: World) -> None:
    pages = tuple(f"https://{number}.example.com" for number in range(MOST_ORIGINS))
    world.change_key(browser=BrowserAccess(SECRET, pages))

    token = read_payload(minted(world).split(".")[3])

    assert token is not None
    assert token.origins == pages


def test_a_page_makes_no_tokens_even_with_a_key(world: World) -> None:
    answer = mint(world, origin=PAGE)

    message = "Tokens are made by a server, not by a page."
    assert (answer.status, answer.body) == (403, refusal("ORIGIN_NOT_ALLOWED", message))


def test_a_key_makes_tokens_only_if_the_operator_allowed_it(world: World) -> None:
    world.change_key(browser=None)

    message = "The key makes no browser tokens; the operator can allow it."
    assert mint(world).body == refusal("FORBIDDEN_SCOPE", message)


def test_a_token_makes_no_tokens(world: World) -> None:
    answer = mint(world, authorization=f"Bearer {minted(world)}", origin=PAGE)

    assert (answer.status, answer.body) == (403, ROUTE_REFUSED)


# ---- the checks, in their order


def swap(text: str, place: int) -> str:
    """The text with another character of its alphabet at `place`."""
    other = "B" if text[place] != "B" else "C"
    return f"{text[:place]}{other}{text[place + 1 :]}"


def test_a_flipped_character_anywhere_is_refused_alike(world: World) -> None:
    token = minted(world)
    world.change_key(tier="partner")

    texts = [swap(token, place) for place in range(len(token))]
    # Four of these decode to the same bytes.
    texts += [token[:-1] + each for each in ALPHABET if each != token[-1]]
    answers = [read(world, text) for text in texts]

    assert {(answer.status, answer.body) for answer in answers} == {(401, UNAUTHENTICATED)}
    assert {answer.headers["www-authenticate"] for answer in answers} == {
        'Bearer realm="tiktok-music"'
    }


def other_key(world: World, **fields: Any) -> ApiKey:
    _, key = a_key(randomness=lambda size: bytes(range(40, 40 + size)), **fields)
    world.keys.save(key)
    return key


def forgeries(world: World) -> dict[str, str]:
    token = minted(world)
    parts = token.split(".")
    unlimited = minted(world, {"ttlSeconds": 3600}).split(".")
    other = other_key(world, browser=BrowserAccess(bytes(32), (PAGE,)))
    [test_key] = [each for each in world.keys.keys.values() if each.environment == "test"]
    world.keys.save(test_key._replace(browser=ACCESS))
    payload = read_payload(parts[3])
    assert payload is not None
    live, test = KeyEnvironment.LIVE, KeyEnvironment.TEST
    unknown = mint_key(live, lambda size: bytes(range(80, 80 + size))).key_id
    return {
        "swapped payload": ".".join([*parts[:3], unlimited[3], parts[4]]),
        "swapped key id": ".".join([*parts[:2], other.key_id, *parts[3:]]),
        "test for live": ".".join(["lpb", "test", *parts[2:]]),
        "signed for the other environment": write_token(payload, test, parts[2], SECRET),
        "a test key's as live": write_token(payload, live, test_key.key_id, SECRET),
        "another secret": write_token(payload, live, parts[2], bytes(32)),
        "the secret of an unknown key": write_token(payload, live, unknown, bytes(32)),
        "an invented key id": write_token(payload, live, "A" * 16, bytes(32)),
        "no mac": ".".join(parts[:4]),
        "an empty mac": ".".join([*parts[:4], ""]),
        "padded": f"{token}=",
        "too long": ".".join([*parts[:3], "A" * 600, parts[4]]),
        "a key as token": f"lpb.{world.key}",
        "a second token": f"{token}, {token}",
        "two spaces inside": token.replace(".", ". ", 1),
    }


def test_forged_tokens_are_refused_alike(world: World) -> None:
    found = {name: read(world, text) for name, text in forgeries(world).items()}

    assert {name: (each.status, each.body) for name, each in found.items()} == dict.fromkeys(
        found, (401, UNAUTHENTICATED)
    )


def test_an_invented_key_id_costs_no_read(world: World) -> None:
    forged = forgeries(world)
    reads = {}
    for name in ("an invented key id", "the secret of an unknown key"):
        before = world.keys.reads
        for _ in range(3):
            assert read(world, forged[name]).status == 401
        reads[name] = world.keys.reads - before

    assert reads == {"an invented key id": 0, "the secret of an unknown key": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"state": KeyState.REVOKED},
        {"browser": None},
        {"browser": BrowserAccess(bytes(32), (PAGE,))},
    ],
    ids=["revoked", "off", "another secret"],
)
def test_tokens_end_with_their_key_within_30_seconds(world: World, change: Any) -> None:
    token = minted(world)
    assert read(world, token).status == 200
    world.change_key(**change)
    world.now += 30

    answer = read(world, token)

    assert (answer.status, answer.body) == (401, UNAUTHENTICATED)


@pytest.mark.parametrize(
    ("after", "status"), [(-61, 401), (-60, 200), (0, 200), (899, 200), (900, 401), (4000, 401)]
)
def test_a_token_is_valid_from_its_making_to_its_expiry(
    world: World, after: float, status: int
) -> None:
    token = a_token(world)
    world.now += after

    answer = read(world, token)

    assert answer.status == status
    if status == 401:
        assert answer.body == UNAUTHENTICATED
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_a_token_of_more_than_an_hour_is_never_valid(world: World) -> None:
    assert read(world, a_token(world, expires_at=int(NOW) + 3_601)).status == 401


def test_a_suspended_key_gets_503_before_anything_else(world: World) -> None:
    token = minted(world)
    world.change_key(state=KeyState.SUSPENDED)
    world.now += 30

    for path in (LIST, "/v1/whoami", "/v1/nothing"):
        answer = read(world, token, path, origin=None)
        assert answer.body == refusal("KILL_SWITCH", "Access is suspended.")


def test_expiry_comes_before_suspension_and_origin_before_the_route(world: World) -> None:
    token = minted(world)
    foreign = read(world, token, "/v1/whoami", origin="https://evil.example.com")
    world.change_key(state=KeyState.SUSPENDED)
    world.now += 1000

    assert foreign.body == ORIGIN_REFUSED
    assert read(world, token).status == 401


# Of the key, of the token, of the request -> admitted.
ORIGINS = {
    "exact": ([PAGE], [PAGE], PAGE, True),
    "the second of two": ([PAGE, OTHER_PAGE], [PAGE, OTHER_PAGE], OTHER_PAGE, True),
    "of the key, not of the token": ([PAGE, OTHER_PAGE], [PAGE], OTHER_PAGE, False),
    "not of the key any more": ([OTHER_PAGE], [PAGE, OTHER_PAGE], PAGE, False),
    "another host": ([PAGE], [PAGE], "https://evil.example.com", False),
    "a longer host": ([PAGE], [PAGE], "https://app.example.com.evil.test", False),
    "a prefix": ([PAGE], [PAGE], "https://evilapp.example.com", False),
    "http": ([PAGE], [PAGE], "http://app.example.com", False),
    "a port": ([PAGE], [PAGE], f"{PAGE}:8443", False),
    "the same port": ([f"{PAGE}:8443"], [f"{PAGE}:8443"], f"{PAGE}:8443", True),
    "upper case": ([PAGE], [PAGE], "https://App.example.com", False),
    "a trailing slash": ([PAGE], [PAGE], f"{PAGE}/", False),
    "null": ([PAGE], [PAGE], "null", False),
    "empty": ([PAGE], [PAGE], "", False),
    "missing": ([PAGE], [PAGE], None, False),
    "a wildcard": (["https://*.example.com"], ["https://*.example.com"], PAGE, True),
    "an exact one of a wildcard": (["https://*.example.com"], [PAGE], PAGE, True),
    "a wildcard is one label": (
        ["https://*.a.test"],
        ["https://*.a.test"],
        "https://a.test",
        False,
    ),
    "and no more": (["https://*.a.test"], ["https://*.a.test"], "https://x.y.a.test", False),
    "and no other characters": (
        ["https://*.a.test"],
        ["https://*.a.test"],
        "https://x/.a.test",
        False,
    ),
    "a wildcard has its port": (
        ["https://*.a.test"],
        ["https://*.a.test"],
        "https://x.a.test:1",
        False,
    ),
}


@pytest.mark.parametrize("name", ORIGINS)
def test_a_token_is_for_pages_of_its_origins(world: World, name: str) -> None:
    of_key, of_token, origin, is_admitted = ORIGINS[name]
    world.change_key(browser=BrowserAccess(SECRET, tuple(of_key)))

    answer = read(world, a_token(world, origins=tuple(of_token)), origin=origin)

    assert answer.status == (200 if is_admitted else 403)
    assert is_admitted or answer.body == ORIGIN_REFUSED


@pytest.mark.parametrize(
    ("text", "live", "test"),
    [
        (PAGE, True, True),
        (f"{PAGE}:8443", True, True),
        ("https://*.example.com", True, True),
        ("https://localhost", True, True),
        ("http://localhost:3000", False, True),
        ("http://localhost:*", False, True),
        ("http://localhost", False, True),
        ("http://app.example.com", False, False),
        ("https://*", False, False),
        ("*", False, False),
        ("https://app.*.com", False, False),
        ("https://*.*.com", False, False),
        ("https://*.com", False, False),
        (f"{PAGE}/", False, False),
        (f"{PAGE}:443", False, False),
        (f"{PAGE}:", False, False),
        (f"{PAGE}/a", False, False),
        ("https://App.example.com", False, False),
        ("https://user@app.example.com", False, False),
        ("https://app.example.com\n", False, False),
        ("https://-a.test", False, False),
        ("https://" + "a." * 120 + "test", False, False),
        ("null", False, False),
        ("", False, False),
        (None, False, False),
    ],
)
def test_the_forms_of_an_origin(text: object, live: bool, test: bool) -> None:
    assert is_origin_pattern(text, KeyEnvironment.LIVE) is live
    assert is_origin_pattern(text, KeyEnvironment.TEST) is test


def test_any_port_of_localhost_is_a_pattern() -> None:
    ports = {"http://localhost:3000": True, "http://localhost:": False, "http://localhost": False}

    assert {origin: covers("http://localhost:*", origin) for origin in ports} == ports


KNOWN_TRACK = f"{LIST}/{TRACKS[0].track_id}"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", LIST, 200),
        ("HEAD", LIST, 200),
        ("GET", f"{LIST}?limit=1", 200),
        ("GET", f"{LIST}/batch?ids={TRACKS[0].track_id}", 200),
        ("GET", KNOWN_TRACK, 200),
        ("GET", "/v1/health", 200),
        ("GET", "/openapi.json", 200),
        ("GET", f"{LIST}/changes?since=x", 403),
        ("GET", "/v1/whoami", 403),
        ("POST", f"{LIST}/resolve", 403),
        ("POST", TOKENS, 403),
        ("POST", LIST, 405),
        ("DELETE", KNOWN_TRACK, 405),
        ("GET", f"{LIST}/resolve", 405),
        ("GET", "/v1/nothing", 404),
    ],
)
def test_a_token_opens_the_reading_routes_only(
    world: World, method: str, path: str, status: int
) -> None:
    token = minted(world)
    answer = read(world, token, path, method=method)

    assert answer.status == status
    assert (answer.body == ROUTE_REFUSED) is (status == 403)
    if status in (404, 405):
        assert (answer.status, answer.body) == (status, world.get(path, method).body)
        assert limit_headers(answer) == ["browser", "60", "59"]
        assert limit_headers(read(world, token)) == ["browser", "60", "58"]


def test_an_unknown_path_of_a_page_that_is_over_its_limit_is_a_429(world: World) -> None:
    token = minted(world)

    statuses = [read(world, token, "/v1/nothing").status for _ in range(61)]

    assert statuses == [404] * 60 + [429]


def test_an_invalid_token_on_an_unknown_path_is_just_not_found(world: World) -> None:
    assert read(world, "lpb.x", "/v1/nothing").status == 404
    assert read(world, "lpb.x", LIST, method="PUT").status == 405


def test_a_key_without_its_scope_opens_nothing_by_a_token(world: World) -> None:
    token = minted(world)
    world.change_key(scopes=frozenset())
    world.now += 30

    assert json.loads(read(world, token).body)["error"]["code"] == "FORBIDDEN_SCOPE"


# ---- limits


def limit_headers(answer: Answer) -> list[str]:
    return [
        answer.headers[f"x-ratelimit-{name}"] for name in ("endpoint-class", "limit", "remaining")
    ]


def test_a_visitor_has_60_requests_a_minute_and_starves_no_one(world: World) -> None:
    first, second = (minted(world, {"sub": name}) for name in ("u_1", "u_2"))
    renewed = minted(world, {"sub": "u_1"})

    answers = [read(world, each) for each in [first] * 30 + [renewed] * 31]

    assert [answer.status for answer in answers] == [200] * 60 + [429]
    assert limit_headers(answers[0]) == ["browser", "60", "59"]
    assert answers[-1].headers["retry-after"] == "30"
    assert read(world, second).status == 200
    assert world.get().status == 200
    world.now += 30
    assert read(world, first).status == 200


def test_without_a_name_each_token_is_a_visitor(world: World) -> None:
    first, second = minted(world), minted(world)

    statuses = [read(world, first).status for _ in range(61)]

    assert statuses == [200] * 60 + [429]
    assert read(world, second).status == 200


@pytest.mark.parametrize(("tier", "limit"), [("standard", 600), ("pilot", 6_000)])
def test_all_pages_of_a_key_share_a_limit_of_its_tier(world: World, tier: str, limit: int) -> None:
    world.change_key(tier=tier)
    world.rates.taken[f"{world.key.split('_')[2]}#browser", int(world.now // 60)] = limit - 2

    answers = [read(world, a_token(world, visitor=str(number))) for number in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert limit_headers(answers[-1]) == ["browser", str(limit), "0"]
    assert world.get().status == 200


def test_an_unchanged_list_does_not_count(world: World) -> None:
    token = minted(world)
    etag = read(world, token).headers["etag"]

    answers = [read(world, token, if_none_match=etag) for _ in range(3)]

    assert [(each.status, *limit_headers(each)) for each in answers] == [
        (304, "browser", "60", "59")
    ] * 3


# ---- restrictions


@pytest.mark.parametrize(
    ("restrict", "query", "found"),
    [
        ({}, "?limit=9", [1, 2, 3, 4]),
        ({"commerceOnly": True}, "", [1, 4]),
        ({"commerceOnly": True}, "?commerceOnly=false&limit=9", [1, 4]),
        ({"commerceOnly": True}, "?language=es", [4]),
        ({"commerceOnly": False}, "?commerceOnly=true", [1, 2, 3, 4]),
        ({"language": "es"}, "?language=en&language=es&q=song", [3, 4]),
        ({"language": ["es", "en"]}, "?language=de", [1, 2, 3, 4]),
        ({"language": "es", "commerceOnly": True}, "?x=1", [4]),
    ],
)
def test_a_restriction_holds_whatever_the_query_says(
    world: World, restrict: dict[str, Any], query: str, found: list[int]
) -> None:
    answer = read(world, minted(world, {"restrict": restrict}), f"{LIST}{query}")

    assert answer.status == 200
    assert titles(answer) == [f"Song {number}" for number in found]


def test_direct_publish_can_be_required_where_the_list_knows_it() -> None:
    restrict = {"restrict": {"publishable": True}}
    statuses = {}
    for name, world in {"on": World(policy=ASKED), "off": World()}.items():
        world.change_key(browser=ACCESS)
        world.snapshots.publish(a_snapshot(*TRACKS))
        statuses[name] = mint(world, restrict).status
        if name == "on":
            answer = read(world, minted(world, restrict), f"{LIST}?publishable=false")
            assert (answer.status, json.loads(answer.body)["total"]) == (200, 0)

    assert statuses == {"on": 201, "off": 422}


@pytest.mark.parametrize(
    ("restrictions", "status"),
    [
        ({"publishable": True}, 403),
        ({"publishable": True, "commerceOnly": True}, 403),
        ({"publishable": False}, 200),
        ({"chart": "cml.us.all.7d"}, 422),
    ],
)
def test_a_restriction_that_the_list_forgets_is_never_dropped(
    world: World, restrictions: dict[str, Any], status: int
) -> None:
    """The setting was turned off after the token was made."""
    token = a_token(world, restrictions=restrictions)

    answers = [read(world, token, path) for path in (LIST, f"{LIST}?limit=1")]

    assert [each.status for each in answers] == [status] * 2
    assert read(world, token, KNOWN_TRACK).status == 200
    if status == 403:
        names = {name for name in restrictions if name != "commerceOnly"}
        message = f"The list cannot be restricted by {', '.join(names)} any more."
        assert answers[0].body == refusal("FORBIDDEN_SCOPE", message)


def a_request(query: bytes, **headers: bytes) -> Request:
    sent = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return Request({"type": "http", "query_string": query, "headers": sent})


def test_every_restriction_of_a_list_that_knows_it_is_applied() -> None:
    restrict = {"publishable": True, "chart": "cml.us.all.7d", "language": ["es", "de"]}
    known = ("publishable", "chart", "q", "language")
    raw = "q=caf\u00e9&publishable=false&chart=cml.us.all.7d&x=%C3%A9".encode("latin-1")

    restricted = restricted_request(a_request(raw), restrict, known)
    other = restricted_request(a_request(b"chart=x"), restrict, ("q",))

    assert restricted.query_params.multi_items() == [
        ("q", "caf\u00e9"),
        ("x", "\u00e9"),
        ("publishable", "true"),
        ("chart", "cml.us.all.7d"),
        ("language", "es"),
        ("language", "de"),
    ]
    assert other.query_params.multi_items() == [("chart", "x")]
    with pytest.raises(Invalid) as refused:
        restricted_request(a_request(b"chart=cml.gb.all.7d"), restrict, known)
    assert refused.value.issues == (("chart", "Must be cml.us.all.7d with this token."),)


def test_odd_bytes_in_a_header_are_no_etag() -> None:
    odd = a_request(b"", if_none_match=b'"\xff.0"')

    assert restricted_request(odd, {"chart": "x"}, ()).headers["if-none-match"] == ""


def test_pages_of_a_restricted_search_go_on(world: World) -> None:
    token = minted(world, {"restrict": {"commerceOnly": True}})

    first = read(world, token, f"{LIST}?limit=1")
    cursor = json.loads(first.body)["nextCursor"]
    second = read(world, token, f"{LIST}?limit=1&cursor={cursor}")

    assert (titles(first), titles(second)) == (["Song 1"], ["Song 4"])
    assert read(world, minted(world), f"{LIST}?limit=1&cursor={cursor}").status == 422


def test_a_restriction_has_etags_of_its_own(world: World) -> None:
    free, restricted = minted(world), minted(world, {"restrict": {"commerceOnly": False}})
    path = f"{LIST}?limit=9"
    plain, own = (read(world, token, path) for token in (free, restricted))

    assert plain.body == own.body
    assert plain.headers["etag"] != own.headers["etag"]
    statuses = [
        read(world, token, path, if_none_match=answer.headers["etag"]).status
        for token in (free, restricted)
        for answer in (plain, own)
    ]
    assert statuses == [304, 200, 200, 304]
    assert read(world, restricted, path, if_none_match="*").status == 304
    again = read(world, restricted, path, if_none_match=own.headers["etag"])
    assert again.headers["etag"] == own.headers["etag"]
    assert own.headers["vary"] == "Accept-Encoding, Authorization"
    assert own.headers["cache-control"].startswith("private")


# ---- test keys, outages, random tokens


def test_a_test_key_makes_tokens_of_the_sandbox(world: World) -> None:
    key_id = world.test_key.split("_")[2]
    access = BrowserAccess(SECRET, ("http://localhost:*",))
    world.keys.save(world.keys.keys[key_id]._replace(browser=access))
    local = "http://localhost:5173"

    made = mint(world, {"origins": [local]}, authorization=f"Bearer {world.test_key}")
    token = json.loads(made.body)["token"]
    answer = read(world, token, origin=local)

    assert token.startswith(f"lpb.test.{key_id}.")
    assert (answer.status, answer.body) == (200, world.sandbox().body)
    assert read(world, token, origin="http://localhost:5174").status == 403


def test_a_known_key_serves_its_tokens_while_the_key_store_is_down(world: World) -> None:
    token = minted(world)
    world.keys.is_down = True
    world.now += 60

    assert read(world, token).status == 200


def test_logs_name_a_token_by_its_id_and_its_key(world: World) -> None:
    log = io.StringIO()
    logger = Logger(
        service="browser-tokens", stream=log, logger_formatter=LambdaPowertoolsFormatter()
    )
    observer = Observer(logger, Metrics(namespace="x", service="x"))
    world.snapshots.current_pointer = None
    token = minted(world)
    assert read(world, token).status == 500

    observer.token_minted(*world.minted[0])
    observer.request_failed(world.failed_requests[0], SnapshotMissing("no snapshot"))

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    key_id = world.key.split("_")[2]
    assert [(line["key_id"], line["jti"]) for line in lines] == [(key_id, "AQEBAQEBAQEB")] * 2
    assert token.split(".")[3] not in log.getvalue()
    observer._metrics.clear_metrics()


def random_tokens(seed: int, count: int, valid: str, key_id: str) -> Iterator[str]:
    """Texts with the prefix of a token: random ones, and damaged valid ones."""
    chance = random.Random(seed)
    noise = "".join(chance.choices(string.printable + "é朝", k=5_000))
    letters = "".join(chance.choices(ALPHABET, k=5_000))
    key_ids = "".join(chance.choices(string.ascii_uppercase + "234567", k=5_000))

    def pick(pool: str, size: int) -> str:
        start = chance.randrange(len(pool) - size)
        return pool[start : start + size]

    for _ in range(count):
        size = chance.randrange(1, 700)
        yield f"lpb.{pick(noise, size % 90)}"
        yield f"lpb.{pick(letters, size)}"
        yield f"lpb.live.{key_id}.{pick(letters, size % 500 + 1)}.{pick(letters, 43)}"
        yield f"lpb.live.{pick(key_ids, 16)}.{pick(letters, 90)}.{pick(letters, 43)}"
        place = 4 + size % (len(valid) - 4)
        yield valid[:place]
        yield valid[:place] + pick(noise, 1) + valid[place:]


def test_100_000_random_tokens_are_refused_without_another_error(world: World) -> None:
    valid = minted(world)
    tokens = world.tokens()
    refused = 0

    for text in random_tokens(20261128, 16_667, valid, world.key.split("_")[2]):
        try:
            tokens.authenticated(f"Bearer {text}")
        except Unauthenticated as exc:
            refused += str(exc) == KEY_REQUIRED

    assert refused == 100_002


def test_random_tokens_over_the_application_get_401(world: World) -> None:
    valid = minted(world)

    for text in random_tokens(7, 150, valid, world.key.split("_")[2]):
        answer = read(world, text)
        assert (answer.status, answer.body) == (401, UNAUTHENTICATED), text
    assert world.failures == []


def test_a_request_with_a_key_runs_nothing_of_tokens(world: World) -> None:
    assert world.handler is not None

    modules = modules_that_run(lambda: world.get(origin=PAGE))

    assert "api/list_route.py" in modules
    assert [name for name in modules if "tokens" in name] == []


def test_every_wrong_token_costs_what_a_wrong_key_costs(world: World) -> None:
    """Function calls, which are the same on every machine, in place of time."""
    found = forgeries(world)
    wrong = {name: found[name] for name in ("another secret", "swapped payload")}
    wrong["an unknown key"] = found["the secret of an unknown key"]
    without = other_key(world)
    wrong["a key without tokens"] = ".".join(["lpb", "live", without.key_id, *valid_parts(world)])
    tokens = world.tokens()

    def refuse(authenticate: Callable[[str], object], text: str) -> int:
        def work() -> None:
            with pytest.raises(Unauthenticated):
                authenticate(f"Bearer {text}")

        work()
        return calls_of(work)

    costs = {name: refuse(tokens.authenticated, text) for name, text in wrong.items()}
    of_a_key = refuse(world.authenticator.authenticate, swap(world.key, len(world.key) - 1))

    assert max(costs.values()) - min(costs.values()) <= 2
    assert max(costs.values()) <= of_a_key + 25


def valid_parts(world: World) -> list[str]:
    return minted(world).split(".")[3:]


def test_a_signed_payload_of_another_version_or_form_is_refused(world: World) -> None:
    payloads = [b"[]", b"{}", b"null", b'{"v": 2}', b'{"v":1,"exp":"x"}', b"\xff", b"[" * 300]
    key_id = world.key.split("_")[2]

    for payload in payloads:
        signed = f"lpb.live.{key_id}.{base64url(payload)}"
        assert read(world, f"{signed}.{mac_of(signed, SECRET)}").status == 401
