"""One line of the log per request: who asked for what, and how it was answered."""

import json
import logging
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics

from tests.api_world import LIST, NO_CONTEXT, REQUEST_ID, World
from tests.architecture.test_template import load_template
from tests.builders import a_snapshot, a_track
from tests.events import http_event
from tiktok_music.api.request_log import AnsweredRequest
from tiktok_music.api_key import KeyState
from tiktok_music.composition.observer import Observer
from tiktok_music.request_id import new_request_id

ANSWERED = AnsweredRequest(
    request_id=REQUEST_ID,
    gateway_id="gateway-1",
    key_id="ABCDEFGHIJKLMNOP",
    organization="org_1",
    method="GET",
    route=LIST,
    status=200,
    milliseconds=1.5,
)


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(a_snapshot(a_track(1), a_track(2)))
    return world


def fields_of(world: World) -> dict[str, Any]:
    """The only request so far, without its time."""
    [answered] = world.answered
    world.answered.clear()
    assert 0 <= answered.milliseconds < 1_000
    fields = answered._asdict()
    del fields["milliseconds"]
    return fields


def test_a_request_is_attributed_to_its_key(world: World) -> None:
    event = http_event(f"{LIST}?limit=1", authorization=f"Bearer {world.key}")
    event["requestContext"]["requestId"] = "gateway-1"

    world.handler(event, NO_CONTEXT)

    assert fields_of(world) == {
        "request_id": REQUEST_ID,
        "gateway_id": "gateway-1",
        "key_id": world.key.split("_")[2],
        "organization": "org_1",
        "method": "GET",
        "route": LIST,
        "status": 200,
    }


@pytest.mark.parametrize(
    ("path", "method", "key", "expected"),
    [
        (f"{LIST}/unknown", "GET", "good", (f"{LIST}/{{track_id}}", 422, True)),
        (LIST, "POST", "good", (LIST, 405, True)),
        ("/secret-in-a-path", "GET", "good", (None, 404, True)),
        (LIST, "GET", "none", (LIST, 401, False)),
        (LIST, "GET", "wrong secret", (LIST, 401, False)),
        ("/v1/health", "GET", "none", ("/v1/health", 200, False)),
    ],
)
def test_every_answer_has_a_line_and_only_a_valid_key_a_name(
    world: World, path: str, method: str, key: str, expected: tuple[str | None, int, bool]
) -> None:
    other = world.key[:-3] + ("AAF" if not world.key.endswith("AAF") else "BBF")
    sent = {"good": world.key, "none": "x", "wrong secret": other}[key]

    world.get(path, method, authorization=f"Bearer {sent}")

    fields = fields_of(world)
    assert (fields["route"], fields["status"], fields["key_id"] is not None) == expected


def test_refused_and_failed_requests_of_a_key_are_attributed(world: World) -> None:
    world.change_key(state=KeyState.SUSPENDED)
    world.get()
    suspended = fields_of(world)
    world.change_key(state=KeyState.ACTIVE)
    world.now += 60
    world.snapshots.is_down = True
    world.get(f"{LIST}/{'a' * 8}")
    world.answered.clear()
    world.change_key(scopes=frozenset())
    world.now += 60
    world.get()

    assert (suspended["status"], suspended["organization"]) == (503, "org_1")
    assert fields_of(world)["organization"] == "org_1"


@pytest.mark.parametrize(
    ("share", "status", "is_logged"),
    [(1.0, 200, True), (0.0, 200, False), (0.0, 429, False), (0.0, 500, True), (0.0, 503, True)],
)
def test_server_errors_are_logged_whatever_the_share(
    share: float, status: int, is_logged: bool
) -> None:
    assert ANSWERED._replace(status=status).is_logged(share) is is_logged


def test_a_share_of_requests_is_logged_and_the_same_ones_each_time() -> None:
    ids = [
        new_request_id(lambda: 1.0, lambda size, n=n: n.to_bytes(size, "big"))  # type: ignore[misc]
        for n in range(4_000)
    ]

    logged = [each for each in ids if ANSWERED._replace(request_id=each).is_logged(0.1)]

    assert 300 < len(logged) < 500
    assert logged == [each for each in ids if ANSWERED._replace(request_id=each).is_logged(0.1)]


def test_the_line_is_json_with_every_member(capsys: pytest.CaptureFixture[str]) -> None:
    logger = Logger(service="request_log", level="INFO")
    observer = Observer(logger, Metrics(namespace="x", service="x"))

    observer.answered(ANSWERED, 1.0)
    observer.answered(ANSWERED, 0.0)

    [line] = capsys.readouterr().out.splitlines()
    written = json.loads(line)
    assert {name: written[name] for name in ANSWERED.to_dict()} == {
        "request_id": REQUEST_ID,
        "gateway_request_id": "gateway-1",
        "key_id": "ABCDEFGHIJKLMNOP",
        "organization": "org_1",
        "method": "GET",
        "route": LIST,
        "status": 200,
        "milliseconds": 1.5,
    }
    assert (written["message"], written["level"]) == ("request", logging.getLevelName(logging.INFO))
    # docs/deploy.md says 400: on Lambda, a trace id is added.
    assert 310 < len(line) < 350


def test_the_access_log_has_the_same_id_and_the_error_of_the_integration() -> None:
    api = load_template()["Resources"]["HttpApi"]["Properties"]
    fields = json.loads(api["AccessLogSettings"]["Format"])

    assert {
        name: fields[name] for name in ("requestId", "lambdaRequestId", "integrationError")
    } == {
        "requestId": "$context.requestId",
        "lambdaRequestId": "$context.integration.requestId",
        "integrationError": "$context.integration.error",
    }
