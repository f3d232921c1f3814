"""The steps of the list function, measured for one size."""

import base64
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from bench.catalog import MEDIA, a_track
from tiktok_music.api.changes import changed_lists, page_of
from tiktok_music.api.index import Index, rising
from tiktok_music.api.query import parse_query
from tiktok_music.api.search import search
from tiktok_music.snapshot import (
    Snapshot,
    cut,
    describe,
    in_list_order,
    join,
    pack,
    render,
    without_tracks,
)
from tiktok_music.track import Track

SEARCHES = ("q=paper moon", "q=a", "q=lan tern&facets=true", "language=en&limit=20")
# Two words together, with two letters swapped: nothing matches without a slip.
WITH_SLIP = "q=papremoon"
NEW_SHARE = 0.05
ROUNDS = 3
Result = TypeVar("Result")


def list_figures(size: int) -> Iterator[tuple[str, float]]:
    """Milliseconds of CPU by step, and the sizes of the answers in KB."""
    tracks = in_list_order(a_track(number) for number in range(size))
    body, spent = timed(lambda: render(tracks, MEDIA))
    yield "render", spent
    gzipped, spent = timed(lambda: pack(body))
    yield "pack", spent
    before, now = snapshot_of(gzipped, 1, size), snapshot_of_next(tracks)
    chunks = cut(gzipped)
    yield "load and verify", timed(lambda: join(before.descriptor, chunks))[1]
    yield "encode in base64", timed(lambda: base64.b64encode(gzipped))[1]
    yield "unpack", timed(before.plain)[1]
    yield "take one track out", timed(lambda: without_tracks(before, [tracks[0].track_id], 2))[1]
    yield "index: rows", timed(lambda: Index(now))[1]
    index, former = Index(now), Index(before)
    yield "index: texts", timed(lambda: (index.texts, index.plain, index.joined), rounds=1)[1]
    yield "index: order by title", timed(lambda: index.by_title, rounds=1)[1]
    yield "index: ranks", timed(lambda: index.ranks, rounds=1)[1]
    yield "rising", timed(lambda: rising(index, former.ranks))[1]
    for text in SEARCHES:
        yield f"search {text}", timed(lambda text=text: searched(index, text))[1]  # type: ignore[misc]
    yield "a search with a slip", timed(lambda: searched(index, WITH_SLIP))[1]
    found, spent = timed(lambda: changed_lists(former, index))
    yield "changes, all", spent
    yield (
        "changes, a page of 1,000",
        timed(lambda: page_of(changed_lists(former, index), 0, 1000))[1],
    )
    yield "list, gzipped, KB", len(gzipped) / 1024
    yield "list, plain, KB", len(body) / 1024
    yield "changes, plain, KB", len(json.dumps(found, ensure_ascii=False)) / 1024


def timed(step: Callable[[], Result], rounds: int = ROUNDS) -> tuple[Result, float]:
    """The result of a step, and its CPU in milliseconds, the best of several rounds."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        result = step()
        spent.append((time.process_time() - start) * 1000)
    return result, min(spent)


def searched(index: Index, text: str) -> object:
    names_and_values = (part.partition("=") for part in text.split("&"))
    query = parse_query((name, value) for name, _, value in names_and_values)
    return query and search(index, query, range(len(index.rows)), 0)


def snapshot_of_next(tracks: Sequence[Track]) -> Snapshot:
    """The next version: other counts, and a twentieth of the tracks replaced by new ones."""
    generator = random.Random(5)  # noqa: S311 - no secret
    stay = tracks[: round(len(tracks) * (1 - NEW_SHARE))]
    moved = [
        replace(track, user_count=int(track.user_count * generator.uniform(0.7, 1.4)))
        for track in stay
    ]
    new = [a_track(10**6 + number) for number in range(len(tracks) - len(stay))]
    return snapshot_of(pack(render(in_list_order([*moved, *new]), MEDIA)), 2, len(tracks))


def snapshot_of(gzipped: bytes, fence: int, count: int) -> Snapshot:
    now = datetime.now(UTC)
    return Snapshot(
        describe(gzipped, fence=fence, scheduled_at=now, published_at=now, track_count=count),
        gzipped,
    )
