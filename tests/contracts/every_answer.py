"""Answers of every kind that the API gives, by documented path, method and status."""

import json
from collections.abc import Iterator
from typing import Any

from tests.api_world import LIST, World
from tests.builders import a_record, a_snapshot, a_track, some_facts
from tests.events import Answer
from tiktok_music.api_key import BrowserAccess
from tiktok_music.archive import TrackStatus
from tiktok_music.charts import Coordinates
from tiktok_music.publish_policy import HonorOnPublish, PublishPolicy

PAGE = "https://app.example.com"
TRACKS = [a_track(number, language=language) for number, language in enumerate(["en", "es", "en"])]
CHART = Coordinates(source="cml", country="GB", genre="k-pop", period=30)
ASKED = PublishPolicy(honor=HonorOnPublish.ASKED)


def a_full_world(policy: PublishPolicy = ASKED) -> World:
    """Two versions, tracks of every status and evidence, and a key with every scope."""
    world = World(policy=policy, configured=(CHART,))
    world.publish_chart(CHART, TRACKS[2], a_track(7))
    access = BrowserAccess(bytes(32), (PAGE,))
    world.change_key(scopes=frozenset({"*"}), tier="partner", browser=access)
    world.snapshots.publish(a_snapshot(*TRACKS[:2], a_track(7), fence=1))
    world.snapshots.publish(a_snapshot(*TRACKS, fence=2))
    world.archive.save_many(
        [
            a_record(0, publish=some_facts(), has_commerce_right=False),
            a_record(1, publish=some_facts(clips=some_facts().clips[1:], commercial_music_id=None)),
            a_record(2, has_commerce_right=False),
        ]
    )
    world.archive.save_many(
        [
            a_record(7, status=TrackStatus.OFF_CHART),
            a_record(8, status=TrackStatus.ALIAS, canonical_id=TRACKS[0].track_id),
        ]
    )
    return world


def answers(policy: PublishPolicy) -> Iterator[tuple[str, str, str, Answer]]:
    """Every kind of answer: documented path, method, status, answer."""
    world = a_full_world(policy)
    known = f"{LIST}/{TRACKS[0].track_id}"
    one = f"{LIST}/{{trackId}}"
    old = world.snapshots.pointer().history[0].version
    manual = {"mode": "manual", "trackId": a_record(7).track_id}
    modes = ("publish", "managed")
    targets: list[dict[str, Any]] = [{"mode": mode, "tiktokMusic": manual} for mode in modes]
    chosen = {"mode": "manual", "trackId": TRACKS[0].track_id, "startMs": 1}
    picks: list[Any] = [chosen, manual, {"mode": "auto"}]
    targets += [
        {"mode": "publish", "tiktokMusic": music, "publishVia": "business", "media": media}
        for music in picks
        for media in ("photo", "video")
    ]
    yield LIST, "get", "200", world.get()
    yield LIST, "get", "200", world.get(f"{LIST}?q=song&limit=1&facets=true")
    everything = f"{LIST}?facets=true&publishable=true&include=publish"
    yield LIST, "get", "200", world.get(everything)
    yield LIST, "get", "200", world.get(f"{LIST}?include=publish")
    yield LIST, "get", "304", world.get(if_none_match="*")
    yield LIST, "get", "401", world.get(authorization="")
    yield LIST, "get", "422", world.get(f"{LIST}?limit=0")
    yield one, "get", "200", world.get(known)
    yield one, "get", "200", world.get(f"{LIST}/{a_record(7).track_id}")
    yield one, "get", "304", world.get(known, if_none_match="*")
    yield one, "get", "404", world.get(f"{LIST}/{a_record(99).track_id}")
    yield one, "get", "422", world.get(f"{LIST}/none")
    yield f"{LIST}/batch", "get", "200", world.get(f"{LIST}/batch?ids={a_record(8).track_id}")
    yield f"{LIST}/batch", "get", "422", world.get(f"{LIST}/batch")
    yield f"{LIST}/batch", "get", "422", world.get(f"{LIST}/batch?ids=x")
    yield f"{LIST}/changes", "get", "200", world.get(f"{LIST}/changes?since={old}")
    yield f"{LIST}/changes", "get", "422", world.get(f"{LIST}/changes")
    charts = f"{LIST}/charts"
    yield charts, "get", "200", world.get(charts)
    yield charts, "get", "304", world.get(charts, if_none_match="*")
    of_chart = f"{LIST}/changes?since={old}&chart=app.us.all.now"
    yield f"{LIST}/changes", "get", "200", world.get(of_chart)
    yield LIST, "get", "200", world.get(f"{LIST}?country=us&sort=chart")
    yield LIST, "get", "200", world.get(f"{LIST}?genre=K-POP")
    yield LIST, "get", "422", world.get(f"{LIST}?genre=rock")
    gone = "0000000000-0123456789abcdef"
    yield f"{LIST}/changes", "get", "410", world.get(f"{LIST}/changes?since={gone}")
    resolve = f"{LIST}/resolve"
    yield resolve, "post", "200", world.post(resolve, {"targets": targets})
    yield resolve, "post", "422", world.post(resolve, {"targets": []})
    faulty = {"targets": [*targets, {"mode": "late"}], "onError": "report"}
    yield resolve, "post", "200", world.post(resolve, faulty)
    tokens = f"{LIST}/tokens"
    yield tokens, "post", "201", world.post(tokens, {"origins": [PAGE], "sub": "u_1"})
    yield tokens, "post", "201", world.post(tokens, b"")
    yield tokens, "post", "422", world.post(tokens, {"ttlSeconds": 1})
    yield tokens, "post", "403", world.post(tokens, {}, origin=PAGE)
    token = json.loads(world.post(tokens, {}).body)["token"]
    of_page = {"authorization": f"Bearer {token}", "origin": PAGE}
    yield LIST, "get", "200", world.get(**of_page)
    yield one, "get", "200", world.get(known, **of_page)
    yield "/v1/whoami", "get", "200", world.get("/v1/whoami")
    yield "/v1/health", "get", "200", world.get("/v1/health")
    yield "/v1/health", "get", "200", World().get("/v1/health")
    world.change_key(scopes=frozenset(), tier="standard")
    world.now += 60
    yield LIST, "get", "403", world.get()
    for _ in range(120):
        last = world.get()
    yield LIST, "get", "429", last
    world.change_key(state="suspended")
    world.now += 60
    yield LIST, "get", "503", world.get()
    yield LIST, "get", "500", World().get()
