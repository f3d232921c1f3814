"""The tools for agents through the official client, over stdio, against a running API."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from local.servers import BackgroundServer, bind
from tests.api_world import World
from tests.builders import a_record, a_snapshot, a_track

ROOT = Path(__file__).parent.parent.parent
TRACK = a_track(1, title="Sunset Drive")
RECORD = a_record(1)


@pytest.fixture
def api() -> Iterator[tuple[BackgroundServer, World]]:
    world = World()
    world.change_key(scopes=frozenset({"*"}))
    world.snapshots.publish(a_snapshot(TRACK, a_track(2)))
    world.archive.save_many([RECORD])
    server = BackgroundServer.start(world.app, bind(0))
    yield server, world
    server.stop()


def talk(base_url: str, key: str, *calls: tuple[str, dict[str, Any]]) -> tuple[Any, list[Any]]:
    """The tools that the server lists, and its results of calls."""

    async def conversation() -> tuple[Any, list[Any]]:
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-m", "tiktok_music_mcp.server"],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "TIKTOK_MUSIC_BASE_URL": base_url,
                "TIKTOK_MUSIC_API_KEY": key,
            },
        )
        async with Client(parameters) as client:
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, given) for name, given in calls]

    return asyncio.run(conversation())


def test_an_agent_finds_gets_and_resolves_a_track(api: tuple[BackgroundServer, World]) -> None:
    server, world = api
    manual = {"selection": "manual", "trackId": TRACK.track_id}

    tools, results = talk(
        server.base_url,
        world.key,
        ("list_tiktok_music", {"q": "sunset"}),
        ("get_tiktok_music", {"track": TRACK.track_id}),
        ("get_tiktok_music", {"track": RECORD.link}),
        ("resolve_tiktok_music", {"targets": [{"mode": "managed", "tiktokMusic": manual}]}),
    )

    assert [tool.name for tool in tools] == [
        "list_tiktok_music",
        "get_tiktok_music",
        "resolve_tiktok_music",
    ]
    assert {tool.annotations.read_only_hint for tool in tools} == {True}
    listed, by_id, by_link, resolved = [json.loads(result.content[0].text) for result in results]
    assert [track["title"] for track in listed["tracks"]] == ["Sunset Drive"]
    assert (by_id["id"], by_id["rank"]) == (TRACK.track_id, 1)
    assert by_link == by_id
    assert resolved["targets"][0]["payload"] == {"tiktokMusicLink": RECORD.link}


def test_an_agent_is_told_what_is_wrong(api: tuple[BackgroundServer, World]) -> None:
    server, world = api
    draft = {"mode": "draft", "tiktokMusic": {"selection": "auto"}}

    _, results = talk(
        server.base_url,
        world.key,
        ("get_tiktok_music", {"track": a_record(9).track_id}),
        ("resolve_tiktok_music", {"targets": [draft]}),
    )

    assert [result.is_error for result in results] == [True, True]
    unknown, refused = [result.content[0].text for result in results]
    assert "The catalog never had such a track." in unknown
    assert "VALIDATION: The request is not valid. targets[0].tiktokMusic: A draft" in refused


def test_a_key_that_opens_nothing_is_never_repeated(api: tuple[BackgroundServer, World]) -> None:
    server, _ = api

    _, [result] = talk(server.base_url, "lp_live_WRONG_canary", ("list_tiktok_music", {}))

    assert result.is_error
    assert "UNAUTHENTICATED" in result.content[0].text
    assert "canary" not in result.content[0].text
