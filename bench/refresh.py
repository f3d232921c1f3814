"""`make bench-refresh N=60`: measures a refresh of N new tracks, and one without new tracks.

The function runs in a separate process against an upstream on this machine that speaks TLS and
answers with a delay. For comparison, on the same files: decoding, measuring and encoding alone, and
a sequential loop.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import boto3
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.mixes import a_mix
from bench.one_instance import cpu_seconds
from bench.tls_dynamo import write_certificates
from local.embedded_aws import BUCKET, CATALOG_TABLE, R2_SECRET, REGION, SOURCE_SECRET, EmbeddedAws
from local.servers import BackgroundServer, bind
from local.stand_in import MediaFile, Sound, cover
from local.upstream import API_KEY, stand_in_app
from tiktok_music.adapters.image import CoverCaps, write_cover
from tiktok_music.adapters.media_workers import DecoderProcess
from tiktok_music.refresh.media.policy import MediaPolicy
from tools.evaluation.measure_media import measured, timed, whole_job

SECONDS = 24
MEASURED_ALONE = 8
IN_A_LOOP = 60
COVERS = 50
# A source reads at most 40 pages; this fits the largest measured chart.
PAGE_ROWS = 200
Measured = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=60)
    parser.add_argument(
        "--latency-ms", type=int, default=80, help="delay of every upstream response"
    )
    parser.add_argument(
        "--keep-level", action="store_true", help="NORMALISE_LOUDNESS=false: MP3 is copied"
    )
    arguments = parser.parse_args()
    print(f"composing {arguments.tracks} tracks of {SECONDS} s", flush=True)
    sounds = [a_sound(number) for number in range(arguments.tracks)]
    aws = EmbeddedAws.start()
    os.environ.update(aws.environment())
    os.environ["NORMALISE_LOUDNESS"] = "false" if arguments.keep_level else "true"
    aws.furnish(API_KEY)
    requests: Counter[str] = Counter()
    delayed = Delayed(
        stand_in_app(sounds, page_rows=PAGE_ROWS), arguments.latency_ms / 1000, requests
    )
    folder = Path(mkdtemp())
    ca, chain = folder / "ca.pem", folder / "server.pem"
    write_certificates(ca, chain)
    os.environ["SSL_CERT_FILE"] = str(ca)
    upstream = BackgroundServer.start(delayed, bind(0), chain)
    loop = sequential_loop(sounds[:IN_A_LOOP], upstream.base_url, aws.endpoint_url)
    requests.clear()
    init, first, again = run_instance(aws, upstream.base_url)
    print_refresh(first, arguments.tracks, init["init"])
    print_alone(sounds, first, arguments.tracks, loop)
    print_again(again, requests["media"] - arguments.tracks * 2)
    upstream.stop()
    aws.stop()
    return 0 if first["report"]["outcome"] == "PUBLISHED" else 1


class Delayed:
    """ASGI: delays every response, and counts the requests for charts and for media."""

    def __init__(self, app: ASGIApp, seconds: float, requests: Counter[str]) -> None:
        self._app = app
        self._seconds = seconds
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_media = scope.get("path", "").startswith("/media")
        self._requests["media" if is_media else "chart"] += 1
        await asyncio.sleep(self._seconds)
        await self._app(scope, receive, send)


def a_sound(number: int) -> Sound:
    audio: MediaFile = a_mix(number, SECONDS, "mp4" if number % 2 else "mp3")
    return Sound(
        tiktok_id=str(7_662_052_657_323_182_081 + number * 1_000_003),
        title=f"Lantern {number_word(number)}",
        author=f"Harbour {number_word(number * 7 + 3)}",
        album="",
        seconds=SECONDS,
        user_count=1_000_000 - number,
        audio=lambda: audio,
        cover=lambda: cover(number % COVERS),
        scene=number % 2,
    )


def number_word(number: int) -> str:
    """A distinct word for each number, so that no titles are duplicates."""
    text = ""
    for _ in range(4):
        number, digit = divmod(number * 37 + 11, 20)
        text += "bcdfghjklmnprstvwxyz"[digit] + "aeiou"[(digit + number) % 5]
    return text.title()


def run_instance(aws: EmbeddedAws, upstream_url: str) -> tuple[Measured, Measured, Measured]:
    settings = {
        "CATALOG_TABLE": CATALOG_TABLE,
        "SOURCE": "aweme",
        "SOURCE_BASE_URL": upstream_url,
        "SOURCE_SECRET": SOURCE_SECRET,
        "MEDIA_BASE_URL": "https://media.example.com",
        "R2_ENDPOINT_URL": aws.endpoint_url,
        "R2_BUCKET": BUCKET,
        "R2_SECRET": R2_SECRET,
        "MIN_TRACKS": "1",
        "ALLOW_PRIVATE_HOSTS": "true",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.one_instance"],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    init, first, again = (json.loads(line) for line in done.stdout.splitlines())
    return init, first, again


def sequential_loop(sounds: Sequence[Sound], base_url: str, endpoint_url: str) -> float:
    """Seconds per track of the simplest program for the same media work, one by one."""
    s3 = boto3.client("s3", endpoint_url=endpoint_url, region_name=REGION)
    began = time.monotonic()
    for sound in sounds:
        place = f"{base_url}/media/{sound.tiktok_id}"
        with urllib.request.urlopen(f"{place}/audio") as answer:  # noqa: S310 - this machine
            _, preview = whole_job(answer.read())
        with urllib.request.urlopen(f"{place}/cover") as answer:  # noqa: S310 - this machine
            image = write_cover(answer.read(), CoverCaps()).jpeg
        for name, body in (("preview.mp3", preview.mp3), ("cover.jpg", image)):
            s3.put_object(Bucket=BUCKET, Key=f"loop/{sound.tiktok_id}/{name}", Body=body)
    return (time.monotonic() - began) / len(sounds)


def print_refresh(measurement: Measured, tracks: int, init: float) -> None:
    report = measurement["report"]
    cpu = measurement["own"] + measurement["decoders"]
    print(f"\n{report['outcome']}: {report['accepted']} of {report['rows']} rows accepted")
    print(f"{'new tracks only':<44} {'total s':>8} {'ms/track':>11}")
    for stage, seconds in report["seconds"].items():
        print_line(f"wall, {stage}", seconds, tracks)
    print_line("wall, total", measurement["wall"], tracks)
    print_line("CPU of the decoders", measurement["decoders"], tracks)
    print_line("CPU of the function itself", measurement["own"], tracks)
    for stage, seconds in sorted(measurement["stages"].items()):
        print_line(f"  of which {stage}", seconds, tracks)
    print(
        f"  {'cores busy in the media stage, maximum':<42} {cpu / report['seconds']['media']:>8.2f}"
    )
    print(f"  {'peak memory of all its processes, MB':<42} {measurement['peak_mb']:>8.0f}")
    print(f"  {'CPU of init, s':<42} {init:>8.2f}")


def print_line(name: str, seconds: float, tracks: int) -> None:
    print(f"  {name:<42} {seconds:>8.2f} {1000 * seconds / tracks:>11.1f}")


def print_alone(sounds: Sequence[Sound], measurement: Measured, tracks: int, loop: float) -> None:
    """Prints the CPU of each step alone, on some of the files; the first one is a warm-up."""
    files = [made[0] for sound in sounds[: MEASURED_ALONE + 1] if (made := sound.audio())]
    costs = [measured(data)[2] for data in files][1:]
    measure, fingerprint, encode, verify, job = (
        sum(values) / len(costs) for values in zip(*map(astuple, costs), strict=True)
    )
    images = [made[0] for sound in sounds[:MEASURED_ALONE] if (made := sound.cover())]
    image = timed(lambda: [write_cover(data, CoverCaps()) for data in images])[1] / len(images)
    cpu = 1000 * (measurement["own"] + measurement["decoders"]) / tracks
    start = decoder_start()
    started = cpu - 1000 * start * (os.cpu_count() or 1) / tracks
    least = measure + encode
    print("\nalone, on the same files                      CPU ms a track")
    for name, value in (
        ("decode and measure", measure),
        ("encode", encode),
        ("fingerprint", fingerprint),
        ("decode and measure what was encoded", verify),
        ("the whole job of the decoder", job),
        ("cover", image),
        ("the refresh, all of its processes", cpu),
        ("the same without the decoders' start", started),
    ):
        print(f"  {name:<42} {value:>8.1f}  x{value / least:.2f} of decode + measure + encode")
    print(f"  {'CPU to start one decoder, s':<42} {start:>8.2f}")
    print(
        f"  {'a sequential loop, wall ms a track':<42} {1000 * loop:>8.1f}  "
        f"x{loop * tracks / measurement['wall']:.2f} of ours"
    )


def decoder_start() -> float:
    """CPU seconds of a decoder's start, until it is ready for its first file."""
    decoder = DecoderProcess(MediaPolicy())
    decoder.ask({"work": "cover"}, b"")
    seconds = cpu_seconds(decoder.pid)
    decoder.end()
    return seconds


def print_again(measurement: Measured, downloads: int) -> None:
    rows = measurement["report"]["rows"]
    cpu = measurement["own"] + measurement["decoders"]
    print(f"\nno new tracks: {measurement['report']['outcome']}, {measurement['wall']:.2f} s")
    print(f"  {'media downloads, R2 writes':<42} {downloads:>5}, {measurement['puts']}")
    print(f"  {'CPU s, per 1,000 tracks':<42} {cpu:>8.2f}, {1000 * cpu / rows:.2f}")


if __name__ == "__main__":
    sys.exit(main())
