"""The example of the Python client: a publisher's day with faults, restarts and a new key."""

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from local.servers import BackgroundServer, bind
from tests.api_world import World
from tests.builders import a_record, a_snapshot, a_track
from tests.clients.proxy import body_of, forward
from tests.local_process import ROOT
from tests.peer import Exchange, Peer, running_peer
from tiktok_music_client import CatalogClient, Target

SCRIPT = ROOT / "clients/python/examples/publisher.py"
HOUR = 3600.0
POSTS = 600
SPOILED_EVERY = 6


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("publisher_example", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


publisher: Any = load()


class ProcessKilled(BaseException):
    """Ends the publisher anywhere, as a restart of its process does."""


class SpoilingProxy:
    """Forwards to the catalog with its key, if the client has the key of the moment.

    Spoils every sixth request, each time in another way.
    """

    def __init__(self, base_url: str, real_key: str) -> None:
        self.base_url, self.real_key = base_url, real_key
        self.valid_key = "lp_live_first"
        self.count = 0
        self.spoiled: Counter[str] = Counter()
        self.refused = 0
        self.ways = [self.no_answer, self.failure, self.gateway, self.limit, self.cut, self.portal]

    def __call__(self, exchange: Exchange) -> None:
        body = body_of(exchange)
        self.count += 1
        if self.count % SPOILED_EVERY == 0:
            way = self.ways[self.spoiled.total() % len(self.ways)]
            self.spoiled[way.__name__] += 1
            exchange.close_connection = True
            way(exchange)
        elif exchange.headers["Authorization"] != f"Bearer {self.valid_key}":
            self.refused += 1
            self.error(exchange, 401, "UNAUTHENTICATED")
        else:
            exchange.headers.replace_header("Authorization", f"Bearer {self.real_key}")
            forward(exchange, self.base_url, body)

    def error(self, exchange: Exchange, status: int, code: str, **headers: str) -> None:
        error = {"error": {"code": code, "message": "Spoiled.", "requestId": "req_spoiled"}}
        exchange.reply(status, json.dumps(error).encode(), **headers)

    def no_answer(self, exchange: Exchange) -> None:
        """Closes the connection."""

    def failure(self, exchange: Exchange) -> None:
        self.error(exchange, 500, "INTERNAL")

    def gateway(self, exchange: Exchange) -> None:
        exchange.reply(502, b"<html>Bad gateway</html>")

    def limit(self, exchange: Exchange) -> None:
        self.error(exchange, 429, "RATE_LIMITED", Retry_After="1")

    def cut(self, exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", "500")
        exchange.end_headers()
        exchange.wfile.write(b'{"targets": [')

    def portal(self, exchange: Exchange) -> None:
        """Answers as a captive portal does: never retried, so that the posts wait for a turn."""
        exchange.reply(200, b"<html>Sign in</html>")


class TikTok:
    """Publishes each id once; ends the process before and after publishing now and then."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls = 0
        self.published: dict[str, tuple[float, Mapping[str, object]]] = {}

    def publish(self, post_id: str, payload: Mapping[str, object]) -> None:
        self.calls += 1
        if self.calls % 97 == 0:
            raise ProcessKilled
        if self.calls % 31 == 0:
            raise publisher.PublishFailed("Try again.")
        _, stored = self.published.setdefault(post_id, (self.now, payload))
        assert stored == payload
        if self.calls % 89 == 0:
            raise ProcessKilled


@contextmanager
def restarted(database: Path, base_url: str, key_file: Path, tiktok: TikTok) -> Iterator[Any]:
    """Starts the publisher anew, on the file that the last one left."""
    client = CatalogClient(
        base_url, publisher.key_from(key_file), retries=2, sleep=lambda seconds: None
    )
    with client, closing(publisher.Schedule(database)) as schedule:
        yield publisher.Publisher(schedule, client, tiktok.publish)


def add(database: Path, *posts: tuple[str, float, Target]) -> None:
    with closing(publisher.Schedule(database)) as schedule:
        schedule.add(posts)


def targets_of(tracks: list[Any]) -> Iterator[tuple[str, float, Target, dict[str, object]]]:
    """Yields the posts of a day: id, time, target, and the payload that is right for it."""
    auto: dict[str, object] = {"auto_add_music": True}
    for number in range(POSTS):
        track = tracks[number % len(tracks)]
        target, payload = [
            (Target("managed", track.id), {"tiktokMusicLink": track.tiktok_music_link}),
            (Target("publish", track.id), auto),
            (Target("managed"), auto),
            (Target("draft"), {}),
        ][number % 4]
        yield f"post-{number:04}", number * 24 * HOUR / POSTS, target, payload


@pytest.fixture
def api() -> Iterator[tuple[BackgroundServer, World]]:
    world = World()
    world.change_key(scopes=frozenset({"publish:read", "publish:write"}))
    world.snapshots.publish(a_snapshot(*(a_track(number) for number in range(1, 8))))
    world.archive.save_many([a_record(number) for number in range(1, 8)])
    server = BackgroundServer.start(world.app, bind(0))
    yield server, world
    server.stop()


def test_a_day_of_faults_restarts_and_a_new_key_loses_and_repeats_no_post(
    api: tuple[BackgroundServer, World], tmp_path: Path
) -> None:
    server, world = api
    with CatalogClient(server.base_url, world.key) as direct:
        tracks = list(direct.batch(track.id for track in direct.list().tracks).tracks)
    posts = list(targets_of(tracks))
    proxy, tiktok = SpoilingProxy(server.base_url, world.key), TikTok()
    started_at = world.now
    database, key_file, restarts = tmp_path / "posts.db", tmp_path / "key", 0
    key_file.write_text("lp_live_first\n")
    for _ in range(2):
        add(database, *(post[:3] for post in posts))

    with running_peer(proxy) as peer:
        quarters = iter(range(4 * 24 + 24))
        while True:
            try:
                with restarted(database, peer.base_url, key_file, tiktok) as running:
                    for quarter in quarters:
                        tiktok.now = quarter * HOUR / 4
                        world.now = started_at + tiktok.now
                        if quarter == 40:
                            proxy.valid_key = "lp_live_second"
                        if quarter == 44:
                            key_file.write_text("lp_live_second\n")
                        running.turn(tiktok.now)
                break
            except ProcessKilled:
                restarts += 1

    expected = {post_id: payload for post_id, _, _, payload in posts}
    assert {post_id: payload for post_id, (_, payload) in tiktok.published.items()} == expected
    assert all(tiktok.published[post_id][0] >= at for post_id, at, _, _ in posts)
    assert states_of(database) == {"published": POSTS}
    assert (set(proxy.spoiled), proxy.refused > 0, restarts > 5) == (
        {way.__name__ for way in proxy.ways},
        True,
        True,
    )


def states_of(database: Path) -> dict[str, int]:
    connection = sqlite3.connect(database)
    counts = dict(connection.execute("SELECT state, count(*) FROM posts GROUP BY state"))
    connection.close()
    return counts


def reported(exchange: Exchange) -> None:
    """Answers each target, with an issue for a track that is not known."""
    rows: list[dict[str, Any]] = []
    for index, target in enumerate(json.loads(body_of(exchange))["targets"]):
        issue = {"path": f"targets[{index}].tiktokMusic.trackId", "message": "No such track."}
        if target["tiktokMusic"].get("trackId") == "unknown":
            rows.append({"index": index, "issues": [issue]})
        else:
            rows.append(
                {"mode": target["mode"], "payload": {"auto_add_music": True}, "warnings": []}
            )
    exchange.reply(200, json.dumps({"targets": rows}).encode())


def test_a_faulty_post_is_rejected_with_its_reason_and_stops_no_other(tmp_path: Path) -> None:
    database, key_file, tiktok = tmp_path / "posts.db", tmp_path / "key", TikTok()
    key_file.write_text("lp_live_x")
    add(database, ("good", 1.0, Target("managed")), ("bad", 2.0, Target("managed", "unknown")))

    with (
        running_peer(reported) as peer,
        restarted(database, peer.base_url, key_file, tiktok) as running,
    ):
        running.turn(10.0)

    assert set(tiktok.published) == {"good"}
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT id, state, notes FROM posts ORDER BY id").fetchall()
    connection.close()
    assert rows == [("bad", "rejected", "No such track."), ("good", "published", "")]


def test_the_script_publishes_what_is_due(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("lp_live_x\n")
    due, later = ("due", 0.0, Target("managed")), ("later", 9e9, Target("managed"))
    add(tmp_path / "posts.db", due, later)

    with running_peer(reported) as peer:
        printed = first_line_of(peer, tmp_path)

    assert json.loads(printed) == {"post": "due", "auto_add_music": True}


def first_line_of(peer: Peer, folder: Path) -> str:
    environment = {
        **os.environ,
        "CATALOG_URL": peer.base_url,
        "CATALOG_KEY_FILE": str(folder / "key"),
        "PYTHONPATH": str(ROOT / "clients/python"),
    }
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder / "posts.db")],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        return process.stdout.readline()
    finally:
        process.kill()
        process.communicate()
