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

from local.cors import with_cors
from local.demo_keys import make_demo_keys
from local.embedded_aws import (
    BUCKET,
    CATALOG_TABLE,
    CML_SECRET,
    KEYS_TABLE,
    R2_SECRET,
    REGION,
    SOURCE_SECRET,
    EmbeddedAws,
)
from local.gateway import LocalContext, gateway_app
from local.library import TOKEN, LibrarySong, library_songs
from local.media_host import media_app
from local.own_music import own_sounds
from local.picker import pages_of, with_picker
from local.run_file import remove_stale, run_file
from local.servers import BackgroundServer, address, bind, bind_near, serve_until_interrupted
from local.stand_in import Sound, earlier_sounds, stand_in_sounds
from local.upstream import API_KEY, stand_in_app
from ops.console import console
from ops.progress import advance, print_report, shown_progress
from ops.sandbox import open_bucket, publish_sandbox_media
from tiktok_music.refresh.history.notify import RefreshFailed
from tiktok_music.refresh.settings import RefreshSettings

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_RUN_FILE = Path(".local/run.json")
EVENT_FILE = ROOT / "events" / "refresh_schedule.json"
EARLIER_EVENT = {"scheduledTime": "2026-11-21T18:00:00Z"}  # 12 hours before EVENT_FILE's


class LocalRunFailed(Exception):
    """Raised when the local run cannot go on; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of `make run`; `music` is a folder of audio files."""

    port: int
    upstream: str | None
    music: Path | None
    run_file: Path
    serve: bool


def run(options: Options) -> None:
    """Refreshes and, unless it only refreshes, serves until a signal."""
    listener = _bind(options.port)
    remove_stale(options.run_file)
    aws = EmbeddedAws.start()
    os.environ.update(aws.environment())
    aws.furnish(os.environ.get("SOURCE_API_KEY", API_KEY), TOKEN)
    chart: list[Sound] = []
    upstream_url = options.upstream or _stand_in(chart, options.music)
    media_listener = bind_near(options.port + 1 if options.port else 0)
    media = BackgroundServer.start(media_app(aws.endpoint_url, BUCKET), media_listener)
    settings = _settings(aws, options, upstream_url=upstream_url, media_url=media.base_url)
    os.environ.update(settings)
    pages = pages_of(listener.getsockname()[1])
    keys = make_demo_keys(REGION, KEYS_TABLE, pages)
    console().print(f"refreshing from {upstream_url}")
    event = json.loads(EVENT_FILE.read_text())
    has_second_chart = not options.upstream and not options.music and options.serve
    with shown_progress(console()):
        report = _refresh(EARLIER_EVENT if has_second_chart else event)
    print_report(report, console())
    if not options.serve:
        return
    if has_second_chart:
        _refresh_once_more(chart, event)
    publish_sandbox_media(open_bucket(RefreshSettings.from_env(os.environ)))
    api = with_cors(gateway_app(_handler("list_music")), pages)
    app = with_picker(api, keys["publishRead"], has_tokens=True)
    document: dict[str, Any] = {
        "environment": {**aws.environment(), **settings},
        "baseUrl": address(listener),
        "mediaBaseUrl": media.base_url,
        "keys": keys,
    }
    with run_file(options.run_file, listener.getsockname()[1], document) as path:
        _print_addresses(
            base_url=address(listener),
            media_url=media.base_url,
            key=keys["publishRead"],
            run_file=path,
        )
        serve_until_interrupted(app, listener)


def _bind(port: int) -> socket.socket:
    try:
        return bind(port)
    except (OSError, OverflowError) as exc:
        raise LocalRunFailed(
            f"port {port} cannot be used ({exc}); choose another: make run PORT={port + 10}"
        ) from exc


def _stand_in(chart: list[Sound], music: Path | None) -> str:
    """Fills `chart` and serves it; returns the base URL. Raises LocalRunFailed without music."""
    later: list[Sound] = []
    library: list[LibrarySong] = []
    if music is None:
        chart += earlier_sounds()
        later += stand_in_sounds()
        library += library_songs()
        songs = [song.sound for song in library]
        _compose(list({sound.tiktok_id: sound for sound in (*later, *chart, *songs)}.values()))
    elif not music.is_dir():
        raise LocalRunFailed(f"MUSIC={music} is not a folder")
    else:
        chart += own_sounds(music)
        if not chart:
            raise LocalRunFailed(f"MUSIC={music} has no audio files")
    app = stand_in_app(chart, later, library=library)
    return BackgroundServer.start(app, bind(0)).base_url


def _refresh_once_more(chart: list[Sound], event: dict[str, Any]) -> None:
    """The next scheduled run, with the later chart: new tracks, ranks and a track that left."""
    chart[:] = stand_in_sounds()
    report = _refresh(event)
    print(f"\n12 hours later: {report['outcome']}, {report['newMedia']} new track, new ranks")


def _compose(sounds: Sequence[Sound]) -> None:
    """Generates the sample audio in parallel; it is cached for the downloads."""
    console().print("generating sample audio")
    with shown_progress(console()), ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, _ in enumerate(pool.map(lambda sound: sound.audio(), sounds), start=1):
            advance("audio", done, len(sounds))


def _settings(
    aws: EmbeddedAws, options: Options, *, upstream_url: str, media_url: str
) -> dict[str, str]:
    """The environment variables that the template sets for the functions."""
    has_library = not options.upstream and not options.music
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
        "HONOR_ON_PUBLISH": "asked",
        "MIN_TRACKS": "1" if options.music else os.environ.get("MIN_TRACKS", "5"),
        "ALLOW_PRIVATE_HOSTS": "true",
        "POWERTOOLS_LOG_LEVEL": os.environ.get("POWERTOOLS_LOG_LEVEL", "CRITICAL"),
        "POWERTOOLS_METRICS_DISABLED": "true",
        **(_library_settings(upstream_url) if has_library else {}),
    }


def _library_settings(upstream_url: str) -> dict[str, str]:
    """The commercial library beside the app chart, and two charts of its own, from the stand-in."""
    return {
        "SOURCE": "aweme,cml",
        "CML_BASE_URL": upstream_url,
        "CML_SECRET": CML_SECRET,
        "CHARTS": os.environ.get("CHARTS", "cml:GB:ALL:7DAY,cml:US:POP:30DAY"),
        "MIN_CHART_TRACKS": "2",
        "SOURCE_SPACING_MS": "0",
    }


def _handler(function: str) -> Any:
    """The Lambda's entry, imported late: it reads its settings when it is imported."""
    return importlib.import_module(f"functions.{function}.handler").handler


def _refresh(event: dict[str, Any]) -> dict[str, Any]:
    context = LocalContext("refresh_music", timeout_seconds=900, memory_limit_in_mb=3538)
    try:
        report: dict[str, Any] = _handler("refresh_music")(event, context)
    except RefreshFailed as exc:
        report = exc.report.to_dict()
    return report


def _print_addresses(*, base_url: str, media_url: str, key: str, run_file: Path) -> None:
    url = f"{base_url}/v1/tiktok-music"
    print(
        f"\nAPI     {url}\npicker  {base_url}/picker\nmedia   {media_url}\nkeys in {run_file}\n\n"
        f"curl -s {url} -H 'Authorization: Bearer {key}'\n\nCtrl-C stops everything.",
        flush=True,
    )
