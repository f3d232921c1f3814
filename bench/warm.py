"""`make bench-warm`: measures CPU per request of a warm list function and of alternatives.

As in Lambda's runtime, a request is: parse the event's JSON, handler, serialise the result. Only
the CPU of the answering thread counts, so that DynamoDB on this machine does not. Best of several
rounds, each of which measures every case once.
"""

import importlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from botocore.client import BaseClient
from mangum import Mangum

from bench import rivals
from bench.catalog import MEDIA, a_track, list_event, published
from bench.rivals import Event, Handler, Row
from local.demo_keys import make_demo_keys
from local.embedded_aws import CATALOG_TABLE, KEYS_TABLE, REGION, EmbeddedAws
from local.gateway import LocalContext
from tiktok_music.api import rate_limit
from tiktok_music.api.lambda_entry import LambdaEntry
from tiktok_music.api.settings import ListSettings
from tiktok_music.api_key import RateTier
from tiktok_music.composition.list_music import compose, fresh_request_id
from tiktok_music.composition.observer import Observer
from tiktok_music.snapshot import row_of
from tiktok_music.track import Track

BASELINES = ("raw handler, bytes in memory", "raw handler, a hand-signed GetItem")
SIZES = (100, 1_000, 5_000)
ROUNDS = 11
ROUND_SECONDS = 0.05
# Twice the largest block of requests that an instance leases: a minute begins with small ones.
WARM_REQUESTS, WARM_SECONDS = 600, 0.3
CONTEXT = LocalContext("list_music", timeout_seconds=10)
# No round may reach the limit: a 429 is another request. Blocks stay those of 6,000 a minute.
LIMIT_PER_MINUTE, LEASED_AT_ONCE = 6_000_000, 300


def main(sizes: Sequence[int]) -> int:
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"
    rate_limit.PER_MINUTE[RateTier.PARTNER] = LIMIT_PER_MINUTE
    rate_limit.BLOCKS_PER_LIMIT = LIMIT_PER_MINUTE // LEASED_AT_ONCE
    with counted_calls() as calls:
        for size in sizes:
            print_size(size, calls)
    return 0


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """Counts DynamoDB calls by operation, where botocore makes them."""
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
    module = importlib.reload(importlib.import_module("functions.list_music.handler"))
    ours = module.handler
    event = list_event(key)
    with silent():
        etag = ours(event, CONTEXT)["headers"]["etag"]
    cases: dict[str, tuple[Handler, Event]] = {
        BASELINES[0]: (rivals.raw(snapshot), event),
        BASELINES[1]: (rivals.raw_and_read(snapshot, aws.endpoint_url), event),
        "ours": (ours, event),
        "ours, with its line in the log": (logged(), event),
        "ours, 304": (ours, list_event(key, **{"if-none-match": etag})),
        "ours, 401": (ours, list_event("none")),
        "ours, a search": (ours, list_event(key, "q=paper+moon&limit=20")),
        "ours, Mangum's own handler": (Mangum(module.function.app, lifespan="off"), event),
        "Powertools' resolver, bytes in memory": (rivals.resolver(snapshot), event),
        "FastAPI + Mangum, response model": (rivals.fast_api(snapshot), event),
        "Starlette, query of all rows, JSON": (rivals.naive(), event),
    }
    print(f"\n{size} tracks, {len(snapshot.gzipped) / 1024:.0f} KiB gzipped")
    print(f"  {'':<40} {'ms CPU':>8} {'x raw':>7} {'x read':>7}  calls to DynamoDB per request")
    with silent():
        measured = measure(cases, calls)
        slowest = p99_over_p50(prepared(*cases["ours"]).request)
    for name, (spent, requests, called) in measured.items():
        ratios = " ".join(f"{spent / measured[least][0]:>7.2f}" for least in BASELINES)
        each = ", ".join(f"{count / requests:.3g} {what}" for what, count in called.items())
        print(f"  {name:<40} {spent:>8.3f} {ratios}  {each or '0'}")
    print(f"  ours, p99 / p50: {slowest:.2f}")
    aws.stop()


def logged() -> Handler:
    """Like the handler, but with the log that is on in Lambda; its lines go nowhere."""
    nowhere = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the process
    observer = Observer(
        Logger(service="logged", level="INFO", stream=nowhere, json_deserializer=str),
        Metrics(namespace="x", service="logged"),
    )
    function = compose(ListSettings.from_env(os.environ), observer)
    return LambdaEntry(function.app, fresh_request_id, observer.event_failed)


@contextmanager
def silent() -> Iterator[None]:
    """Hides the log, in which metrics are as on Lambda: the age of the snapshot, now and then."""
    with Path(os.devnull).open("w") as log, redirect_stdout(log):
        yield


@dataclass
class Measured:
    """One case: its rounds so far."""

    request: Callable[[], None]
    times: int
    best: float = float("inf")
    calls: Counter[str] = field(default_factory=Counter)


def measure(
    cases: Mapping[str, tuple[Handler, Event]], calls: Counter[str]
) -> dict[str, tuple[float, int, Counter[str]]]:
    """CPU ms per request, the best of several rounds; number of requests; calls by operation.

    Each round measures every case once, so that all see the machine's good moments.
    """
    measured = {name: prepared(*case) for name, case in cases.items()}
    for _ in range(ROUNDS):
        for case in measured.values():
            calls.clear()
            case.best = min(case.best, _round(case.request, case.times))
            case.calls.update(calls)
    return {name: (case.best, case.times * ROUNDS, case.calls) for name, case in measured.items()}


def prepared(handler: Handler, event: Event) -> Measured:
    """The case with as many requests a round as take ROUND_SECONDS."""
    sent = json.dumps(event)
    status = handler(event, CONTEXT)["statusCode"]

    def request() -> None:
        answer = handler(json.loads(sent), CONTEXT)
        if answer["statusCode"] != status:
            raise ValueError(f"HTTP {answer['statusCode']} instead of {status}")
        json.dumps(answer, ensure_ascii=False)

    began, done = time.thread_time(), 0
    while done < WARM_REQUESTS and (done == 0 or time.thread_time() - began < WARM_SECONDS):
        request()
        done += 1
    each = (time.thread_time() - began) / done
    return Measured(request, max(1, int(ROUND_SECONDS / each)))


def p99_over_p50(request: Callable[[], None], requests: int = 2_000) -> float:
    """The CPU time of the slowest requests but one of a hundred, divided by the median."""
    spent = sorted(_round(request, 1) for _ in range(requests))
    return spent[int(requests * 0.99)] / spent[requests // 2]


def _round(request: Callable[[], None], times: int) -> float:
    began = time.thread_time()
    for _ in range(times):
        request()
    return (time.thread_time() - began) / times * 1000


def fill_rows(tracks: Sequence[Track]) -> None:
    Row._connection = None
    Row.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    with Row.batch_write() as batch:
        for rank, track in enumerate(tracks):
            batch.save(Row("TRACKS", rank, **row_of(track, MEDIA)))


if __name__ == "__main__":
    sys.exit(main([int(text) for text in sys.argv[1:]] or SIZES))
