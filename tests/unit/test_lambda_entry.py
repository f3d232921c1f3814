"""The entry point responds to any event, malformed ones too."""

import base64
import json
from typing import Any

import pytest

from tests.api_world import LIST, NO_CONTEXT, REQUEST_ID, World, invalid, refusal
from tests.builders import a_snapshot, a_track
from tests.events import EVENTS, Answer, http_event
from tiktok_music.api.lambda_entry import LambdaEntry

SNAPSHOT = a_snapshot(a_track(1))
NOT_A_REQUEST = ("event", "Must be a request of an HTTP API, payload 2.0.")


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(SNAPSHOT)
    return world


def answer_to(world: World, event: object) -> Answer:
    return Answer.of(world.handler(event, NO_CONTEXT))


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        [],
        [{}],
        "warm",
        1,
        {"source": "serverless-plugin-warmup"},
        {"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}},
        json.loads((EVENTS / "refresh_schedule.json").read_text()),
        {"Records": [{"eventSource": "aws:sqs", "body": "{}"}]},
        {"version": "2.0", "requestContext": None},
        {"version": "2.0", "requestContext": {"http": None}},
        {"version": "2.0", "requestContext": {"http": {"method": "GET"}}},
        {"version": "2.0", "requestContext": {"http": {"method": 1, "path": "/"}}},
        {"version": "1.0", "resource": "/", "httpMethod": "GET", "path": LIST, "headers": {}},
        {"requestContext": {"elb": {}}, "httpMethod": "GET", "path": LIST, "headers": {}},
    ],
)
def test_an_event_that_is_not_a_request_is_rejected(world: World, event: object) -> None:
    assert answer_to(world, event) == Answer(
        422,
        {
            "content-type": "application/json",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-request-id": REQUEST_ID,
        },
        invalid(NOT_A_REQUEST),
    )
    assert world.failures == []


def changed(**fields: Any) -> dict[str, Any]:
    event = http_event(LIST)
    return {**event, **fields}


@pytest.mark.parametrize(
    "event",
    [
        changed(headers=None),
        changed(headers=[]),
        changed(headers={"authorization": None}),
        changed(headers={"authorization": ["Bearer"]}),
        changed(headers={"authorization": "\ud800"}),
        changed(headers={"": "x", "host": "a:b:c", "x-forwarded-port": "http"}),
        changed(rawQueryString=None, headers={}),
        changed(cookies=[None], headers={}),
        changed(version="1.0", headers={}),
        changed(body=None, headers={}),
        changed(body={"a": 1}, headers={}),
    ],
)
def test_malformed_fields_that_no_response_depends_on_are_ignored(
    world: World, event: dict[str, Any]
) -> None:
    answer = answer_to(world, event)

    assert answer.status == 401
    assert answer.headers["x-request-id"] == REQUEST_ID


def test_malformed_fields_beside_a_valid_key_change_nothing(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}", "host": "[::1]:80:80", "x-other": None}

    answer = answer_to(world, changed(headers=headers, rawQueryString=None))

    assert (answer.status, answer.body) == (200, SNAPSHOT.plain())


def test_a_query_with_a_lone_surrogate_is_validated(world: World) -> None:
    event = changed(headers={"authorization": f"Bearer {world.key}"}, rawQueryString="limit=\ud800")

    assert answer_to(world, event).status == 422


@pytest.mark.parametrize("body", ["a", "*", "\ud800", "=" * 5])
def test_a_body_that_is_not_base64_is_rejected(world: World, body: str) -> None:
    answer = answer_to(world, changed(body=body, isBase64Encoded=True))

    expected = invalid(("body", "Must be base64 where the event says so."))
    assert (answer.status, answer.body) == (422, expected)


def test_a_body_in_base64_is_decoded(world: World) -> None:
    world.change_key(scopes=frozenset({"publish:write"}))
    body = json.dumps({"targets": [{"mode": "publish", "tiktokMusic": {"mode": "auto"}}]})
    event = http_event(f"{LIST}/resolve", "POST", authorization=f"Bearer {world.key}")
    event |= {"body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True}

    assert answer_to(world, event).status == 200


def test_a_failure_of_the_framework_is_an_internal_error() -> None:
    failures: list[tuple[str, Exception]] = []
    entry = LambdaEntry(World().app, lambda: REQUEST_ID, lambda *failure: failures.append(failure))

    def broken(*_: object) -> Any:
        raise LookupError("mangum broke")

    entry._respond = broken  # type: ignore[assignment]  # no known event makes Mangum fail

    answer = Answer.of(entry(http_event(LIST), NO_CONTEXT))

    message = "The request could not be answered; try again later."
    assert (answer.status, answer.body) == (500, refusal("INTERNAL", message))
    assert [(request_id, repr(exc)) for request_id, exc in failures] == [
        (REQUEST_ID, "LookupError('mangum broke')")
    ]


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.name)
def test_every_recorded_event_gets_a_response(world: World, path: Any) -> None:
    answer = answer_to(world, json.loads(path.read_text()))

    assert answer.status < 500
    assert answer.headers["x-request-id"] == REQUEST_ID


def test_a_cors_preflight_succeeds(world: World) -> None:
    preflight = {"origin": "https://app.example.com", "access-control-request-method": "GET"}

    answer = answer_to(world, http_event(LIST, "OPTIONS") | {"headers": preflight})

    headers = {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-request-id": REQUEST_ID,
    }
    assert answer == Answer(204, headers, b"")
    plain = answer_to(world, http_event(LIST, "OPTIONS", origin="https://app.example.com"))
    assert (plain.status, plain.headers["allow"]) == (405, "GET, HEAD")
