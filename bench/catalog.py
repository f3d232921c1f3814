"""An invented catalog in DynamoDB, and the request that reads it."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from local.embedded_aws import CATALOG_TABLE, REGION
from local.emulator import ROOT
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.snapshot import Pointer, Snapshot, describe, pack, render
from tiktok_music.track import Track, track_id_of

MEDIA = "https://media.example.com"
SOUNDS = """pa per lan tern sum mer ri ver glass ma ña na 朝 drive slow bloom qui et har bour sau
da de re gen ве тер light fi stone mar ket street но чь e cho vel vet moon ح لم lo ti"""
SYLLABLES = SOUNDS.split()


def a_track(number: int) -> Track:
    """An invented track; the same number gives the same track."""
    rng = random.Random(number)  # noqa: S311 - no secret
    return Track(
        track_id=track_id_of(str(7_662_052_657_323_182_081 + number)),
        title=some_words(rng, rng.randint(2, 5)),
        author=some_words(rng, 2),
        album=some_words(rng, 2),
        duration_seconds=rng.randint(10, 60),
        language=rng.choice(["en", "es", "ja", "ru", "ar"]),
        user_count=rng.randint(100, 3_000_000),
        is_commerce_music=rng.random() < 0.7,
    )


def some_words(rng: random.Random, count: int) -> str:
    """Invented names, which compress as badly as real ones, unlike words of a dictionary."""
    words = ("".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))) for _ in range(count))
    return " ".join(words).title()


def published(tracks: Sequence[Track]) -> Snapshot:
    gzipped = pack(render(tracks, MEDIA))
    now = datetime.now(UTC)
    descriptor = describe(
        gzipped, fence=1, scheduled_at=now, published_at=now, track_count=len(tracks)
    )
    snapshot = Snapshot(descriptor, gzipped)
    publisher = DynamoPublisher(DynamoRows(DynamoAccess(REGION)), CATALOG_TABLE)
    publisher.acquire_lease("bench", now, 60)
    publisher.write_chunks(snapshot)
    publisher.flip(Pointer(descriptor, ()), publisher.current())
    return snapshot


def list_event(key: str, query: str = "", **headers: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events/list_get.json").read_text())
    event["rawQueryString"] = query
    event["headers"] |= {"authorization": f"Bearer {key}", **headers}
    return event
