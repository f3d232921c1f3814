"""The local run, in order: AWS, upstream, media host, keys, refreshes, the API."""

import importlib
import json
import os
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.demo_keys import make_demo_keys
from local.embedded_aws import (
    BUCKET,
    CATALOG_TABLE,
    KEYS_TABLE,
    R2_SECRET,
    REGION,
    SOURCE_SECRET,
    EmbeddedAws,
)
from local.gateway import LocalContext, gateway_app
from local.media_host import media_app
from local.own_music import own_sounds
from local.picker import with_picker
from local.servers import BackgroundServer, address, bind, bind_near, serve_until_interrupted
from local.stand_in import Sound, earlier_sounds, stand_in_sounds
from local.upstream import API_KEY, stand_in_app
from ops.console import console
from ops.progress import advance, print_report, shown_progress
from ops.sandbox import open_bucket, publish_sandbox_media
from tiktok_music.refresh.history.notify import RefreshFailed
from tiktok_music.refresh.settings import RefreshSettings

ROOT = Path(__file__).resolve().parent.parent
RUN_FILE = Path(".local/run.json")
EVENT_FILE = ROOT / "events" / "refresh_schedule.json"
EARLIER_TICK = {"scheduledTime": "2026-11-21T18:00:00Z"}  # 12 hours before the event's


class LocalRunFailed(Exception):
    """Raised when the local run cannot go on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `make run` was told."""

    port: int
    upstream: str | None
    music: Path | None
    run_file: Path
    serve: bool


def run(options: Options) -> None:
    """Everything, until Ctrl-C."""
    place = _bind(options.port)
    options.run_file.unlink(missing_ok=True)
    aws = EmbeddedAws.start()
    os.environ.update(aws.environment())
    aws.furnish(os.environ.get("SOURCE_API_KEY", API_KEY))
    chart: list[Sound] = []
    upstream_url = options.upstream or _stand_in(chart, options.music)
    media_place = bind_near(options.port + 1 if options.port else 0)
    media = BackgroundServer.start(media_app(aws.endpoint_url, BUCKET), media_place)
    settings = _settings(aws, upstream_url, media.base_url, options)
    os.environ.update(settings)
    keys = make_demo_keys(REGION, KEYS_TABLE)
    console().print(f"refreshing from {upstream_url}")
    event = json.loads(EVENT_FILE.read_text())
    moves_on = not options.upstream and not options.music and options.serve
    with shown_progress(console()):
        report = _refresh(EARLIER_TICK if moves_on else event)
    print_report(report, console())
    if not options.serve:
        return
    if moves_on:
        _refresh_once_more(chart, event)
    publish_sandbox_media(open_bucket(RefreshSettings.from_env(os.environ)))
    app = with_picker(gateway_app(_handler("list_music")), keys["publishRead"])
    told: dict[str, Any] = {
        "environment": {**aws.environment(), **settings},
        "baseUrl": address(place),
        "mediaBaseUrl": media.base_url,
        "keys": keys,
    }
    try:
        options.run_file.parent.mkdir(exist_ok=True)
        options.run_file.write_text(json.dumps(told, indent=2) + "\n")
        _greet(told["baseUrl"], media.base_url, keys["publishRead"], options.run_file)
        serve_until_interrupted(app, place)
    finally:
        options.run_file.unlink(missing_ok=True)


def _bind(port: int) -> socket.socket:
    try:
        return bind(port)
    except (OSError, OverflowError) as exc:
        raise LocalRunFailed(
            f"port {port} cannot be used ({exc}); choose another: make run PORT={port + 10}"
        ) from exc


def _stand_in(chart: list[Sound], music: Path | None) -> str:
    """The address of a stand-in that serves `chart`, which it fills."""
    further: list[Sound] = []
    if music is None:
        chart += earlier_sounds()
        further += stand_in_sounds()
        _compose(list({sound.tiktok_id: sound for sound in (*further, *chart)}.values()))
    elif not music.is_dir():
        raise LocalRunFailed(f"MUSIC={music} is not a folder")
    else:
        chart += own_sounds(music)
        if not chart:
            raise LocalRunFailed(f"MUSIC={music} holds no audio files")
    return BackgroundServer.start(stand_in_app(chart, further), bind(0)).base_url


def _refresh_once_more(chart: list[Sound], event: dict[str, Any]) -> None:
    """The next tick, when the chart has moved on: so that there is something new to see."""
    chart[:] = stand_in_sounds()
    report = _refresh(event)
    print(f"\n12 hours later: {report['outcome']}, {report['newMedia']} new track, new ranks")


def _compose(sounds: Sequence[Sound]) -> None:
    """Makes the stand-in's music before anybody waits for it."""
    with shown_progress(console()), ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, _ in enumerate(pool.map(lambda sound: sound.audio(), sounds), start=1):
            advance("compose", done, len(sounds))


def _settings(
    aws: EmbeddedAws, upstream_url: str, media_url: str, options: Options
) -> dict[str, str]:
    """What the template gives the functions."""
    return {
        "CATALOG_TABLE": CATALOG_TABLE,
        "KEYS_TABLE": KEYS_TABLE,
        "SOURCE": "aweme",
        "SOURCE_BASE_URL": upstream_url.rstrip("/"),
        "SOURCE_SECRET": SOURCE_SECRET,
        "MEDIA_BASE_URL": media_url,
        "R2_ENDPOINT_URL": aws.endpoint_url,
        "R2_BUCKET": BUCKET,
        "R2_SECRET": R2_SECRET,
        "MIN_TRACKS": "1" if options.music else os.environ.get("MIN_TRACKS", "5"),
        "ALLOW_PRIVATE_HOSTS": "true",
        "POWERTOOLS_LOG_LEVEL": os.environ.get("POWERTOOLS_LOG_LEVEL", "CRITICAL"),
        "POWERTOOLS_METRICS_DISABLED": "true",
    }


def _handler(function: str) -> Any:
    """The Lambda's own entry, imported late: it reads its settings when it is imported."""
    return importlib.import_module(f"functions.{function}.handler").handler


def _refresh(event: dict[str, Any]) -> dict[str, Any]:
    context = LocalContext("refresh_music", timeout_seconds=900, memory_limit_in_mb=3538)
    try:
        report: dict[str, Any] = _handler("refresh_music")(event, context)
    except RefreshFailed as exc:
        report = exc.report.to_dict()
    return report


def _greet(base_url: str, media_url: str, key: str, run_file: Path) -> None:
    url = f"{base_url}/v1/tiktok-music"
    print(
        f"\nAPI    {url}\npicker {base_url}/picker\nmedia  {media_url}\nkeys   {run_file}\n\n"
        f"curl -s {url} -H 'Authorization: Bearer {key}'\n\nCtrl-C stops everything.",
        flush=True,
    )
