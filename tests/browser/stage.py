"""Serves the demo page over the real API and in-memory stores."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from local.picker import with_picker
from local.servers import BackgroundServer, bind
from tests.api_world import World
from tests.browser.media import with_media
from tests.builders import NOON, a_record, a_snapshot, a_track
from tiktok_music.charts import Coordinates
from tiktok_music.publish_policy import SWITCHED_OFF, PublishPolicy
from tiktok_music.track import Track

PROXY = "**/picker/api/v1/tiktok-music*"


@dataclass
class Stage:
    """`address` is the demo page's; the catalog behind it is changed through `world`."""

    address: str
    world: World


class SharedSite:
    """One address for the stages of a process, one at a time: a browser keeps its scripts."""

    def __init__(self) -> None:
        self.app: ASGIApp = Response(status_code=404)
        self.base_url = BackgroundServer.start(self, bind(0)).base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


shared_site = cache(SharedSite)


@contextmanager
def stage(
    *tracks: Track,
    before: tuple[Track, ...] = (),
    policy: PublishPolicy = SWITCHED_OFF,
    charts: Mapping[Coordinates, tuple[Track, ...]] = MappingProxyType({}),
) -> Iterator[Stage]:
    """Serves `tracks` by rank, and `before` as what was published 12 hours earlier.

    Media comes from another origin, as from a bucket. A stage inside another one replaces it.
    """
    site = shared_site()
    media = f"{site.base_url.replace('127.0.0.1', 'localhost')}/media"
    world = World(policy=policy, configured=tuple(charts), media_base_url=media)
    world.change_key(tier="partner")
    if before:
        world.snapshots.publish(a_snapshot(*before, fence=1, media_base_url=media))
    times = {"published_at": NOON + timedelta(hours=6)}
    world.snapshots.publish(a_snapshot(*tracks, fence=2, media_base_url=media, **times))
    for chart, listed in charts.items():
        world.publish_chart(chart, *listed)
    outer, site.app = site.app, with_media(with_picker(world.app, world.key))
    try:
        yield Stage(f"{site.base_url}/picker", world)
    finally:
        site.app = outer


def many_tracks(count: int) -> list[Track]:
    """A chart of `count` tracks, with long, right-to-left and hostile titles among plain ones."""
    titles = {
        2: "The Very Long Title of a Song That Somebody Wrote on a Very Long Evening " * 3,
        3: "نسيم الليل على الشاطئ",
        4: "<img src=x onerror=\"document.title='owned'\">",
    }
    languages = ("en", "en", "es", "ar", "de", "pt", "ja", "ko", "fr", "it")
    return [
        a_track(
            number,
            title=titles.get(number, f"Song {number}"),
            language=languages[number % len(languages)],
            user_count=3_000_000 - number * 211,
            is_commerce_music=number % 4 != 0,
        )
        for number in range(1, count + 1)
    ]


def remember(world: World, tracks: list[Track]) -> None:
    """Stores the tracks in the archive, which `standing` is read from."""
    numbers = {a_track(number).track_id: number for number in range(1, len(tracks) + 1)}
    world.archive.save_many(
        a_record(numbers[track.track_id], title=track.title) for track in tracks
    )


def an_error(status: int, code: str, **headers: str) -> dict[str, Any]:
    body = {"error": {"code": code, "message": "No.", "requestId": "req_X"}}
    return {"status": status, "json": body, "headers": headers}


FEW = many_tracks(12)
# Song 6 was fourth, song 12 is new.
BEFORE = (*FEW[:5], replace(FEW[5], user_count=FEW[2].user_count - 1), *FEW[6:11])
