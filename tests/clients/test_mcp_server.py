"""The tools for agents, called by the official client over stdio, against a running API."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from local.servers import BackgroundServer, bind
from tests.api_world import World
from tests.builders import a_record, a_snapshot, a_track
from tiktok_music_mcp.catalog_api import CatalogApi
from tiktok_music_mcp.tools import build_server

ROOT = Path(__file__).parents[2]
README = (ROOT / "clients/mcp/README.md").read_text()
CONFIGURATION = json.loads(README.partition("```json\n")[2].partition("```")[0])
SERVER = CONFIGURATION["mcpServers"]["tiktok-music"]
MODULE = [sys.executable, "-m", "tiktok_music_mcp"]
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
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


def talk(
    base_url: str, key: str, *calls: tuple[str, dict[str, Any]], command: list[str] = MODULE
) -> tuple[Any, list[Any]]:
    """Starts the server; returns its tools and the results of the calls."""
    environment = {"TIKTOK_MUSIC_BASE_URL": base_url, "TIKTOK_MUSIC_API_KEY": key, "PATH": PATH}
    parameters = StdioServerParameters(
        command=command[0], args=command[1:], cwd=ROOT, env=environment
    )

    async def conversation() -> tuple[Any, list[Any]]:
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


def test_the_configuration_of_the_readme_starts_the_server(
    api: tuple[BackgroundServer, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, world = api
    assert set(SERVER["env"].values()) == {"https://…", "lp_live_…"}
    monkeypatch.setenv("PATH", PATH)

    tools, [result] = talk(
        server.base_url, world.key, ("list_tiktok_music", {}), command=[SERVER["command"]]
    )

    assert [tool.name for tool in tools] == re.findall(r"^\| `(\w+_tiktok_music)`", README, re.M)
    assert json.loads(result.content[0].text)["total"] == 2


def test_an_agent_sees_the_errors_of_the_api(api: tuple[BackgroundServer, World]) -> None:
    server, world = api
    draft = {"mode": "draft", "tiktokMusic": {"selection": "auto"}}

    _, results = talk(
        server.base_url,
        world.key,
        ("get_tiktok_music", {"track": a_record(9).track_id}),
        ("resolve_tiktok_music", {"targets": [draft]}),
    )

    assert [result.is_error for result in results] == [True, True]
    unknown, invalid = [result.content[0].text for result in results]
    assert "The catalog does not know this track." in unknown
    assert "VALIDATION: The request is not valid. targets[0].tiktokMusic: A draft" in invalid
    assert invalid.endswith(".")
    assert not invalid.endswith("..")


def test_no_error_shows_the_key(api: tuple[BackgroundServer, World]) -> None:
    server, _ = api

    _, [result] = talk(server.base_url, "lp_live_WRONG_canary", ("list_tiktok_music", {}))

    assert result.is_error
    assert "UNAUTHENTICATED" in result.content[0].text
    assert "canary" not in result.content[0].text
    assert "canary" not in str(vars(CatalogApi("http://127.0.0.1:9", "lp_live_canary")))


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"TIKTOK_MUSIC_BASE_URL": "http://127.0.0.1:9"},
        {"TIKTOK_MUSIC_API_KEY": "lp_live_x"},
        {"TIKTOK_MUSIC_BASE_URL": "http://127.0.0.1:9", "TIKTOK_MUSIC_API_KEY": "lp_live_…"},
    ],
    ids=lambda environment: "+".join(environment) or "neither",
)
def test_without_address_and_key_it_does_not_start(environment: Mapping[str, str]) -> None:
    started = subprocess.run(
        MODULE, cwd=ROOT, env={"PATH": PATH, **environment}, capture_output=True, text=True
    )

    assert (started.returncode, started.stdout, started.stderr) == (
        2,
        "",
        "TIKTOK_MUSIC_BASE_URL and TIKTOK_MUSIC_API_KEY (in ASCII) must be set\n",
    )


def test_the_readme_names_every_tool_and_variable() -> None:
    tools = asyncio.run(build_server(CatalogApi("http://127.0.0.1:9", "none")).list_tools())

    documented = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert documented == [*SERVER["env"], *(tool.name for tool in tools)]
