"""Random keys, queries, bodies and events: no 5xx, no exception, always a request id."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api_world import LIST, NO_CONTEXT, REQUEST_ID, UNAUTHENTICATED, World
from tests.builders import a_record, a_snapshot, a_track
from tests.events import LIST_GET, Answer, http_event
from tests.fakes import CURSOR_SECRET
from tiktok_music.api.conditional import etag_of
from tiktok_music.api.cursor import Cursor, Seal, write_cursor
from tiktok_music.api.parameter_names import SEARCH
from tiktok_music.api.query import parse_query

FUZZ = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WORLD = World()
WORLD.change_key(scopes=frozenset({"*"}), tier="partner")
WORLD.snapshots.publish(a_snapshot(a_track(1), a_track(2), fence=1))
WORLD.snapshots.publish(a_snapshot(a_track(2), a_track(3), fence=2))
WORLD.archive.save_many(a_record(number) for number in (1, 2, 3))
NOW = WORLD.snapshots.pointer().current.version
BEFORE = WORLD.snapshots.pointer().history[0].version
QUERY = parse_query([("limit", "1")])
CURSOR = write_cursor(Cursor(NOW, 1), Seal(CURSOR_SECRET, QUERY.digest())) if QUERY else ""

any_text = st.text(max_size=60) | st.text(st.characters(codec=None), max_size=20)
odd = ["", "0", "1", "-1", "9" * 5_000, "1_0", "٣", "７", "%ff", "%", "%00", "\x00", "\ud800", "&"]
apt = ["true", "en", CURSOR, NOW, BEFORE, a_track(1).track_id, "a" * 81]
spice = st.sampled_from([*odd, *apt])
keyish = st.sampled_from(
    [
        "Bearer ",
        "bearer\t",
        "Basic ",
        "Bearer  ",
        "lp_live_",
        "lp_test_",
        WORLD.key[:-1],
        "_",
        "\r\n",
    ]
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | spice,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)


def answer_to(event: object) -> Answer:
    WORLD.now += 1
    answer = Answer.of(WORLD.handler(event, NO_CONTEXT))
    assert WORLD.failures == []
    assert answer.status < 500
    assert answer.headers["x-request-id"] == REQUEST_ID
    if answer.status >= 400:
        assert json.loads(answer.body)["error"]["requestId"] == REQUEST_ID
    return answer


@FUZZ
@given(st.lists(keyish | any_text, max_size=5).map("".join))
def test_any_invalid_authorization_gets_the_same_answer(header: str) -> None:
    answer = answer_to(http_event(LIST, authorization=header))

    assert (answer.status, answer.body) == (401, UNAUTHENTICATED)
    assert set(answer.headers) == {
        "content-length",
        "content-type",
        "cache-control",
        "www-authenticate",
        "x-request-id",
        "x-content-type-options",
    }


@FUZZ
@given(
    path=st.sampled_from([LIST, f"{LIST}/batch", f"{LIST}/changes", f"{LIST}/x", "/v1/health"]),
    pairs=st.lists(
        st.tuples(st.sampled_from([*SEARCH, "ids", "since", "x"]) | any_text, spice | any_text),
        max_size=6,
    ),
)
def test_any_query_is_answered_or_refused(path: str, pairs: list[tuple[str, str]]) -> None:
    event = http_event(path, authorization=f"Bearer {WORLD.key}")
    event["rawQueryString"] = "&".join(f"{name}={value}" for name, value in pairs)

    answer = answer_to(event)

    assert answer.status in (200, 422)
    if path == LIST and answer.status == 200:
        body = json.loads(answer.body)
        assert body["total"] >= len(body["tracks"])


ETAG = etag_of(a_snapshot(a_track(2), a_track(3), fence=2), gzipped=False)


@FUZZ
@given(
    path=st.sampled_from([LIST, f"{LIST}?limit=1", f"{LIST}/{a_track(1).track_id}"]),
    header=st.lists(
        st.sampled_from(["*", "W/", ",", " ", '"', ETAG, ETAG[:-2], "-gzip"]) | any_text,
        max_size=5,
    ).map("".join),
)
def test_no_if_none_match_is_free_but_the_etag_of_the_list(path: str, header: str) -> None:
    WORLD.now += 60  # a new minute: nothing is counted yet

    answer = answer_to(http_event(path, authorization=f"Bearer {WORLD.key}", if_none_match=header))

    is_free = answer.headers["x-ratelimit-remaining"] == answer.headers["x-ratelimit-limit"]
    assert is_free == (path == LIST and answer.status == 304 and ETAG in header)
    assert not is_free or header.strip() != "*"


@FUZZ
@given(
    place=st.integers(0, len(CURSOR) - 1),
    bit=st.integers(0, 6),
)
def test_a_cursor_with_a_flipped_bit_is_refused(place: int, bit: int) -> None:
    flipped = chr(ord(CURSOR[place]) ^ 1 << bit)
    event = http_event(LIST, authorization=f"Bearer {WORLD.key}")
    event["rawQueryString"] = f"limit=1&cursor={CURSOR[:place]}{flipped}{CURSOR[place + 1 :]}"

    answer = answer_to(event)

    # "&" ends the cursor and "%" may begin an escape: the rest is not a cursor either.
    assert answer.status == 422


@FUZZ
@given(body=json_values | st.fixed_dictionaries({"targets": st.lists(json_values, max_size=3)}))
def test_any_body_is_answered_or_refused(body: Any) -> None:
    event = http_event(f"{LIST}/resolve", "POST", authorization=f"Bearer {WORLD.key}")
    event["body"] = json.dumps(body)

    assert answer_to(event).status in (200, 422)


@FUZZ
@given(path=any_text, method=st.sampled_from(["GET", "POST", "HEAD", "get", "X"]) | any_text)
def test_any_path_and_method_gets_an_answer(path: str, method: str) -> None:
    event = http_event(LIST)
    event["requestContext"]["http"] = {"method": method, "path": f"/{path}", "sourceIp": "x"}
    event["headers"] = {}

    WORLD.now += 1
    answer = Answer.of(WORLD.handler(event, NO_CONTEXT))

    assert WORLD.failures == []
    assert answer.status in (200, 401, 404, 405, 422)
    assert answer.headers["x-request-id"] == REQUEST_ID


@FUZZ
@given(
    event=json_values
    | st.dictionaries(st.sampled_from(sorted(LIST_GET)), json_values)
    | st.dictionaries(st.sampled_from(sorted(LIST_GET)), json_values).map(
        lambda odd: {**LIST_GET, **odd}
    )
    | st.dictionaries(st.sampled_from(sorted(LIST_GET["requestContext"]["http"])), json_values).map(
        lambda http: {**LIST_GET, "requestContext": {"http": http}}
    )
)
def test_any_event_gets_an_answer(event: object) -> None:
    WORLD.now += 1
    answer = Answer.of(WORLD.handler(event, NO_CONTEXT))

    assert WORLD.failures == []
    assert answer.status in (200, 401, 404, 405, 422)
    assert answer.headers["x-request-id"] == REQUEST_ID
