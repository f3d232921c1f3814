"""CPU per request of a warm list function, beside other ways to answer the same, in one run.

Counted as Lambda's runtime has it: JSON of the event in, handler, JSON of the result out; CPU of
the thread that answers, so that the DynamoDB on this machine is not counted. Best of some rounds.
Run by `make bench-warm`.
"""

import base64
import importlib
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler import Response as PowertoolsResponse
from botocore.client import BaseClient
from mangum import Mangum
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from local.demo_keys import make_demo_keys
from local.embedded_aws import CATALOG_TABLE, KEYS_TABLE, REGION, EmbeddedAws
from local.gateway import LocalContext
from local.run import ROOT
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.snapshot import Pointer, Snapshot, describe, pack, render, row_of
from tiktok_music.track import Track, track_id_of

SIZES = (100, 1_000, 5_000)
MEDIA = "https://media.example.com"
LIST = "/v1/tiktok-music"
ROUNDS = 7
ROUND_SECONDS = 0.1
SOUNDS = """pa per lan tern sum mer ri ver glass ma ña na 朝 drive slow bloom qui et har bour sau
da de re gen ве тер light fi stone mar ket street но чь e cho vel vet moon ح لم lo ti"""
SYLLABLES = SOUNDS.split()
Event = dict[str, Any]
Handler = Callable[[Any, Any], Any]
CONTEXT = LocalContext("list_music", timeout_seconds=10)


class Row(Model):
    """A track as an item of its own, as one would store it at first."""

    class Meta:
        table_name = "naive"
        region = REGION

    pk = UnicodeAttribute(hash_key=True)
    rank = NumberAttribute(range_key=True)
    id = UnicodeAttribute()
    title = UnicodeAttribute()
    author = UnicodeAttribute()
    album = UnicodeAttribute()
    duration = NumberAttribute()
    previewUrl = UnicodeAttribute()
    coverUrl = UnicodeAttribute()
    language = UnicodeAttribute()
    userCount = NumberAttribute()
    isCommerceMusic = BooleanAttribute()


def main(sizes: Sequence[int]) -> int:
    os.environ.update(POWERTOOLS_LOG_LEVEL="CRITICAL", POWERTOOLS_METRICS_DISABLED="true")
    with counted_calls() as calls:
        for size in sizes:
            print_size(size, calls)
    return 0


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """DynamoDB's operations, as botocore is asked for them."""
    counted: Counter[str] = Counter()
    make_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # botocore's own seam

    def counting(client: Any, operation: str, arguments: Any) -> Any:
        counted[operation] += 1
        return make_call(client, operation, arguments)

    BaseClient._make_api_call = counting  # type: ignore[attr-defined]
    try:
        yield counted
    finally:
        BaseClient._make_api_call = make_call  # type: ignore[attr-defined]


def print_size(size: int, calls: Counter[str]) -> None:
    tracks = [a_track(number) for number in range(size)]
    aws = EmbeddedAws.start()
    os.environ.update(aws.environment())
    os.environ.update(CATALOG_TABLE=CATALOG_TABLE, KEYS_TABLE=KEYS_TABLE, MEDIA_BASE_URL=MEDIA)
    aws.furnish("unused")
    key = make_demo_keys(REGION, KEYS_TABLE)["publishRead"]
    snapshot = published(tracks)
    Row.Meta.host = aws.endpoint_url  # type: ignore[attr-defined]  # read when it connects
    fill_rows(tracks)
    ours = importlib.reload(importlib.import_module("functions.list_music.handler")).handler
    event = list_event(key)
    etag = ours(event, CONTEXT)["headers"]["etag"]
    cases: dict[str, tuple[Handler, Event]] = {
        "raw handler, bytes in memory": (raw_handler(snapshot), event),
        "ours": (ours, event),
        "ours, 304": (ours, list_event(key, **{"if-none-match": etag})),
        "ours, 401": (ours, list_event("none")),
        "ours, a search": (ours, list_event(key, "q=paper+moon&limit=20")),
        "Powertools' resolver, bytes in memory": (resolver(snapshot), event),
        "Starlette, query of all rows, JSON": (naive(), event),
    }
    print(f"\n{size} tracks, {len(snapshot.gzipped) / 1024:.0f} KiB gzipped")
    print(f"  {'':<40} {'ms CPU':>8} {'x raw':>7}  calls to DynamoDB per request")
    floor = 0.0
    for name, (handler, asked) in cases.items():
        spent, requests, called = cpu_milliseconds(handler, asked, calls)
        floor = floor or spent
        each = ", ".join(f"{count / requests:.3g} {what}" for what, count in called.items())
        print(f"  {name:<40} {spent:>8.3f} {spent / floor:>7.2f}  {each or '0'}")
    aws.stop()


def cpu_milliseconds(
    handler: Handler, event: Event, calls: Counter[str]
) -> tuple[float, int, Counter[str]]:
    """Of one request, the best of some rounds; the number of requests, and what they called."""
    sent = json.dumps(event)

    def request() -> None:
        json.dumps(handler(json.loads(sent), CONTEXT), ensure_ascii=False)

    request()
    began = time.thread_time()
    request()
    times = max(1, int(ROUND_SECONDS / (time.thread_time() - began)))
    calls.clear()
    best = min(_round(request, times) for _ in range(ROUNDS if times > 1 else 3))
    done = times * (ROUNDS if times > 1 else 3)
    return best, done, calls.copy()


def _round(request: Callable[[], None], times: int) -> float:
    began = time.thread_time()
    for _ in range(times):
        request()
    return (time.thread_time() - began) / times * 1000


def a_track(number: int) -> Track:
    """Invented, the same in every run."""
    dice = random.Random(number)  # noqa: S311 - no secret
    return Track(
        track_id=track_id_of(str(7_662_052_657_323_182_081 + number)),
        title=some_words(dice, dice.randint(2, 5)),
        author=some_words(dice, 2),
        album=some_words(dice, 2),
        duration_seconds=dice.randint(10, 60),
        language=dice.choice(["en", "es", "ja", "ru", "ar"]),
        user_count=dice.randint(100, 3_000_000),
        is_commerce_music=dice.random() < 0.7,
    )


def some_words(dice: random.Random, count: int) -> str:
    """Names repeat less than words of a dictionary would, and so compress as badly."""
    words = ("".join(dice.choices(SYLLABLES, k=dice.randint(2, 3))) for _ in range(count))
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


def fill_rows(tracks: Sequence[Track]) -> None:
    Row._connection = None
    Row.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    with Row.batch_write() as batch:
        for rank, track in enumerate(tracks):
            batch.save(Row("TRACKS", rank, **row_of(track, MEDIA)))


def list_event(key: str, query: str = "", **headers: str) -> Event:
    event: Event = json.loads((ROOT / "events/list_get.json").read_text())
    event["rawQueryString"] = query
    event["headers"] |= {"authorization": f"Bearer {key}", **headers}
    return event


def raw_handler(snapshot: Snapshot) -> Handler:
    """The least that any handler does: a ready text, nobody asked who it is for."""
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    body = base64.b64encode(snapshot.gzipped).decode()

    def handler(event: Event, context: Any) -> dict[str, Any]:
        if event["rawPath"] != LIST:
            return {"statusCode": 404}
        return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}

    return handler


def resolver(snapshot: Snapshot) -> Handler:
    app = APIGatewayHttpResolver()

    @app.get(LIST)
    def answer() -> PowertoolsResponse[Any]:
        headers = {"content-encoding": "gzip"}
        return PowertoolsResponse(200, "application/octet-stream", snapshot.gzipped, headers)

    return app.resolve


def naive() -> Handler:
    """Nothing kept: every request reads every row and renders it."""

    async def answer(_: Request) -> JSONResponse:
        rows = [row.attribute_values for row in Row.query("TRACKS")]
        tracks = [{k: v for k, v in row.items() if k not in ("pk", "rank")} for row in rows]
        return JSONResponse({"tracks": tracks, "total": len(tracks)})

    return Mangum(Starlette(routes=[Route(LIST, answer)]), lifespan="off")


if __name__ == "__main__":
    sys.exit(main([int(text) for text in sys.argv[1:]] or SIZES))
