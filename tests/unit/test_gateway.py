"""The list between ASGI and Lambda: stored bytes are sent unchanged and encoded once."""

import asyncio
import base64
from typing import Any

import pytest

from tests.api_world import LIST, NO_CONTEXT, World
from tests.builders import a_snapshot, a_track
from tests.events import http_event
from tiktok_music.api.gateway import STORED_BODY, HttpApi

SNAPSHOT = a_snapshot(a_track(1), a_track(2))


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(SNAPSHOT)
    return world


def list_event(world: World, method: str = "GET") -> dict[str, Any]:
    headers = {"authorization": f"Bearer {world.key}", "accept-encoding": "gzip"}
    return http_event(LIST, method, **headers)


def test_the_stored_body_is_encoded_once_for_all_clients(world: World) -> None:
    first = world.handler(list_event(world), NO_CONTEXT)
    second = world.handler(list_event(world), NO_CONTEXT)

    assert (first["body"], first["isBase64Encoded"]) == (
        base64.b64encode(SNAPSHOT.gzipped).decode(),
        True,
    )
    assert first["headers"]["content-length"] == str(len(SNAPSHOT.gzipped))
    assert second["body"] is first["body"]


def test_a_new_snapshot_is_encoded_anew(world: World) -> None:
    world.handler(list_event(world), NO_CONTEXT)
    newer = a_snapshot(a_track(3), fence=2)
    world.snapshots.publish(newer)
    world.now += 60

    result = world.handler(list_event(world), NO_CONTEXT)

    assert result["body"] == base64.b64encode(newer.gzipped).decode()


def test_head_has_the_length_and_no_body(world: World) -> None:
    result = world.handler(list_event(world, "HEAD"), NO_CONTEXT)

    assert (result["statusCode"], result["body"]) == (200, "")
    assert result["headers"]["content-length"] == str(len(SNAPSHOT.gzipped))


def test_a_server_without_the_extension_gets_the_body_in_the_message(world: World) -> None:
    scope = HttpApi(list_event(world), NO_CONTEXT, NO_CONTEXT).scope
    del scope["extensions"][STORED_BODY]
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    # Not asyncio.run(), which would close the loop that handlers of other tests use.
    loop = asyncio.new_event_loop()
    loop.run_until_complete(world.app(scope, receive, send))
    loop.close()

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1]["body"] == SNAPSHOT.gzipped
