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
from mcp.server.mcpserver.exceptions import ToolError

from local.servers import BackgroundServer, bind
from tests.api_world import World
from tests.builders import a_record, a_snapshot, a_track, some_facts
from tests.peer import Exchange, running_peer
from tiktok_music.charts import Coordinates
from tiktok_music.publish_policy import HonorOnPublish, PublishPolicy
from tiktok_music_mcp.catalog_api import CatalogApi, address_fault
from tiktok_music_mcp.tools import build_server
from tiktok_music_mcp.version import __version__

ROOT = Path(__file__).parents[2]
SCHEMAS = json.loads((ROOT / "layers_shared/tiktok_music/api/openapi.json").read_text())[
    "components"
]["schemas"]
README = (ROOT / "clients/mcp/README.md").read_text()
CONFIGURATION = json.loads(README.partition("```json\n")[2].partition("```")[0])
SERVER = CONFIGURATION["mcpServers"]["tiktok-music"]
MODULE = [sys.executable, "-m", "tiktok_music_mcp"]
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
TRACK = a_track(1, title="Sunset Drive")
RECORD = a_record(1, publish=some_facts())
CHART = Coordinates(source="cml", country="GB", genre="k-pop", period=30)


@pytest.fixture
def api() -> Iterator[tuple[BackgroundServer, World]]:
    world = World(policy=PublishPolicy(honor=HonorOnPublish.ASKED), configured=(CHART,))
    world.publish_chart(CHART, a_track(2))
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
    manual = {"mode": "manual", "trackId": TRACK.track_id}
    targets = [{"mode": "managed", "tiktokMusic": manual}, {"mode": "draft"}]

    tools, results = talk(
        server.base_url,
        world.key,
        ("list_tiktok_music", {"q": "sunset"}),
        ("get_tiktok_music", {"track": TRACK.track_id.upper()}),
        ("get_tiktok_music", {"track": f" {RECORD.link} "}),
        ("resolve_tiktok_music", {"targets": targets}),
        ("list_tiktok_music_charts", {}),
        ("list_tiktok_music", {"country": "FR"}),
    )
    *results, charts, refused = results
    ids = [chart["id"] for chart in charts.structured_content["charts"]]
    assert ids == ["app.us.all.now", CHART.chart_id]
    assert refused.is_error
    assert "country: No chart is published" in refused.content[0].text

    assert [tool.name for tool in tools] == [
        "list_tiktok_music",
        "list_tiktok_music_charts",
        "get_tiktok_music",
        "resolve_tiktok_music",
    ]
    assert {tool.annotations.read_only_hint for tool in tools} == {True}
    listed, by_id, by_link, resolved = [result.structured_content for result in results]
    assert [json.loads(result.content[0].text) for result in results] == [
        *(listed, by_id, by_link, resolved)
    ]
    short = {
        "id": TRACK.track_id,
        "title": "Sunset Drive",
        "author": TRACK.author,
        "duration": TRACK.duration_seconds,
        "language": TRACK.language,
        "userCount": TRACK.user_count,
        "isCommerceMusic": TRACK.is_commerce_music,
    }
    assert listed == {"tracks": [short], "total": 1, "nextCursor": None}
    found = {"status": "active", "rank": 1, "tiktokMusicLink": RECORD.link}
    assert by_id == by_link == {**short, **found}
    assert resolved["targets"] == [
        {
            "mode": "managed",
            "payload": {"tiktokMusicLink": RECORD.link},
            "warnings": resolved["targets"][0]["warnings"],
        },
        {"mode": "draft", "payload": {}, "warnings": []},
    ]


def test_an_agent_finds_and_resolves_a_track_of_direct_posts(
    api: tuple[BackgroundServer, World],
) -> None:
    server, world = api
    music = {"mode": "manual", "trackId": TRACK.track_id, "volume": 70}
    target = {
        "mode": "publish",
        "publishVia": "business",
        "media": "video",
        "tiktokMusic": music,
    }

    _, [listed, resolved] = talk(
        server.base_url,
        world.key,
        ("list_tiktok_music", {"publishable_only": True}),
        ("resolve_tiktok_music", {"targets": [target]}),
    )

    assert [row["id"] for row in listed.structured_content["tracks"]] == [TRACK.track_id]
    sound = {
        "music_sound_id": some_facts().clip.song_clip_id,
        "music_sound_volume": 70,
        "video_original_sound_volume": 50,
    }
    assert resolved.structured_content["targets"][0]["payload"] == {"music_sound_info": sound}


def test_details_are_all_that_the_api_returns(api: tuple[BackgroundServer, World]) -> None:
    server, world = api

    tools, [listed, found] = talk(
        server.base_url,
        world.key,
        ("list_tiktok_music", {"details": True}),
        ("get_tiktok_music", {"track": TRACK.track_id, "details": True}),
    )

    row = listed.structured_content["tracks"][0]
    assert set(row) == set(SCHEMAS["SearchTrack"]["properties"])
    assert set(found.structured_content) == set(SCHEMAS["TrackDetail"]["properties"])
    for tool in tools:
        assert tool.output_schema["type"] == "object"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_tiktok_music", {"commerceOnly": True}),
        ("get_tiktok_music", {"track": TRACK.track_id, "detail": True}),
        ("resolve_tiktok_music", {"targets": [{"mode": "managed", "trackId": TRACK.track_id}]}),
        ("resolve_tiktok_music", {"targets": [{"mode": "managed", "tiktok_music": {}}]}),
        (
            "resolve_tiktok_music",
            {"targets": [{"mode": "managed", "tiktokMusic": {"mode": "auto", "track": "x"}}]},
        ),
        ("resolve_tiktok_music", {"targets": [{"mode": "managed"}], "onerror": "report"}),
    ],
)
def test_an_unknown_argument_is_refused(tool: str, arguments: dict[str, Any]) -> None:
    server = build_server(CatalogApi("http://127.0.0.1:9", "lp_live_x"))

    with pytest.raises(ToolError, match="Extra inputs are not permitted"):
        asyncio.run(server.call_tool(tool, arguments))

    schema = next(t for t in asyncio.run(server.list_tools()) if t.name == tool).input_schema
    assert schema["additionalProperties"] is False


def test_the_server_reports_its_version_and_its_user_agent(
    api: tuple[BackgroundServer, World],
) -> None:
    server, _ = api
    environment = {"TIKTOK_MUSIC_BASE_URL": server.base_url, "TIKTOK_MUSIC_API_KEY": "lp_live_x"}
    parameters = StdioServerParameters(
        command=MODULE[0], args=MODULE[1:], cwd=ROOT, env={**environment, "PATH": PATH}
    )

    async def server_info() -> Any:
        async with Client(parameters) as client:
            return client.server_info

    info = asyncio.run(server_info())
    assert (info.name, info.version) == ("tiktok-music", __version__)


def test_another_answer_than_the_catalogs_is_a_tool_error() -> None:
    bodies = [b"[]", b"{}", b'{"tracks": [{"id": "x"}]}', b'{"tracks": 7, "total": 1}', b"<html>"]
    answers = list(bodies)
    agents: set[str] = set()

    def behaviour(exchange: Exchange) -> None:
        agents.add(exchange.headers["User-Agent"])
        exchange.reply(200, answers.pop(0))

    with running_peer(behaviour) as peer:
        server = build_server(CatalogApi(peer.base_url, "lp_live_x"))
        for _ in bodies:
            with pytest.raises(ToolError, match=r"not the catalog's|No valid response"):
                asyncio.run(server.call_tool("list_tiktok_music", {}))
    assert agents == {f"tiktok-music-mcp/{__version__}"}


def test_a_gateways_error_is_a_tool_error() -> None:
    def behaviour(exchange: Exchange) -> None:
        exchange.reply(429, b'{"message": "Too Many Requests"}')

    with running_peer(behaviour) as peer:
        server = build_server(CatalogApi(peer.base_url, "lp_live_x"))
        with pytest.raises(ToolError, match="HTTP 429: Too Many Requests"):
            asyncio.run(server.call_tool("list_tiktok_music", {}))


def test_the_configuration_of_the_readme_starts_the_server(
    api: tuple[BackgroundServer, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, world = api
    assert set(SERVER["env"].values()) == {"https://…", "lp_live_…"}
    monkeypatch.setenv("PATH", PATH)

    [line] = re.findall(r"^TIKTOK_MUSIC_BASE_URL=https://… .*$", README, re.MULTILINE)
    typed = line.replace("https://…", server.base_url).replace("lp_live_…", world.key)

    for command in ([SERVER["command"]], ["sh", "-c", typed]):
        tools, [result] = talk(
            server.base_url, world.key, ("list_tiktok_music", {}), command=command
        )
        documented = re.findall(r"^\| `(\w+_tiktok_music\w*)`", README, re.MULTILINE)
        assert [tool.name for tool in tools] == documented
        assert result.structured_content["total"] == 2


def test_an_agent_sees_the_errors_of_the_api(api: tuple[BackgroundServer, World]) -> None:
    server, world = api
    draft = {"mode": "draft", "tiktokMusic": {"mode": "auto"}}

    _, results = talk(
        server.base_url,
        world.key,
        ("get_tiktok_music", {"track": a_record(9).track_id}),
        ("resolve_tiktok_music", {"targets": [draft]}),
    )

    assert [result.is_error for result in results] == [True, True]
    unknown, invalid = [result.content[0].text for result in results]
    assert "The catalog does not know this track." in unknown
    assert re.search(
        r"VALIDATION: The request is not valid\. \(req_\w+\) targets\[0\]\.tiktokMusic: A draft",
        invalid,
    )
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


@pytest.mark.parametrize(
    ("base_url", "key", "fault"),
    [
        ("http://127.0.0.1:9/?x=1", "k", "TIKTOK_MUSIC_BASE_URL must be an http(s) URL without"),
        ("http://127.0.0.1:9#", "k", "TIKTOK_MUSIC_BASE_URL must be an http(s) URL without"),
        ("catalog.example.com", "k", "TIKTOK_MUSIC_BASE_URL must be an http(s) URL without"),
        ("http://127.0.0.1:9", "a canary", "TIKTOK_MUSIC_API_KEY must be printable ASCII"),
    ],
)
def test_an_address_or_key_that_cannot_be_used_is_refused(
    base_url: str, key: str, fault: str
) -> None:
    refused = address_fault(base_url, key)

    assert refused is not None
    assert refused.startswith(fault)
    assert "canary" not in refused


def test_the_readme_names_every_tool_and_variable() -> None:
    tools = asyncio.run(build_server(CatalogApi("http://127.0.0.1:9", "none")).list_tools())

    documented = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert documented == [*SERVER["env"], *(tool.name for tool in tools)]
