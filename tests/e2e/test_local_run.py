"""`make run` as a user sees it: started as a process, called over HTTP, stopped by Ctrl-C."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.local_process import LocalRun, output, read_until, running, start
from tools.fixtures.composer import compose, tune_of
from tools.fixtures.encoding import encode_audio

ROOT = Path(__file__).parents[2]
CHECKS = ROOT / "../shared/checks/contract.py"


@pytest.fixture(scope="module")
def local_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    with running(tmp_path_factory.mktemp("run") / "run.json") as started:
        yield started


def get(url: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Sends a GET, or a POST with a body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection.request("POST" if body else "GET", path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def list_tracks(local_run: LocalRun) -> list[dict[str, Any]]:
    key = local_run.facts["keys"]["publishRead"]
    url = f"{local_run.facts['baseUrl']}/v1/tiktok-music"
    status, _, body = get(url, Authorization=f"Bearer {key}")
    assert status == 200
    tracks: list[dict[str, Any]] = json.loads(body)["tracks"]
    return tracks


def one_track(folder: Path) -> tuple[str, str]:
    """Options for a chart of one clip."""
    clip = encode_audio(compose(tune_of(1, 8)), "mp3", "libmp3lame", 96_000)
    (folder / "clip.mp3").write_bytes(clip)
    return "--music", str(folder)


def test_the_report_shows_every_rejection_with_its_reason(local_run: LocalRun) -> None:
    text = "\n".join(local_run.lines)

    assert re.search(
        r"PUBLISHED in [\d.]+ s: 31 rows, 18 accepted \(18 with new media\), 4 merged, 9 rejected",
        text,
    )
    for reason in (
        "AUDIO_SILENT",
        "AUDIO_UNREADABLE",
        "COVER_UNREADABLE",
        "DOWNLOAD_FAILED",
        "GENERIC_SOUND",
        "INVALID_ROW",
        "NO_CLIP",
        "PROFANITY",
        "UNAVAILABLE",
        "merged",
    ):
        assert re.search(rf"^{reason} +\S", text, re.MULTILINE), reason


def test_progress_is_plain_lines_without_a_terminal(local_run: LocalRun) -> None:
    assert "  source: 31/31" in local_run.lines
    assert "  media: 23/23" in local_run.lines
    assert not any("\x1b" in line for line in local_run.lines)


def test_the_printed_curl_line_has_the_address_and_a_valid_key(local_run: LocalRun) -> None:
    base_url, key = local_run.facts["baseUrl"], local_run.facts["keys"]["publishRead"]

    assert f"curl -s {base_url}/v1/tiktok-music -H 'Authorization: Bearer {key}'" in local_run.lines


def test_the_list_has_the_accepted_tracks_in_order(local_run: LocalRun) -> None:
    tracks = list_tracks(local_run)

    assert [track["title"] for track in tracks][:3] == [
        "Paper Lanterns",
        "Sunset Drive",
        "Mañana en la Playa",
    ]
    assert len(tracks) == 18
    assert {track["title"]: track["language"] for track in tracks}.items() >= {
        "봄바람": "ko",
        "Ночной трамвай": "ru",
        "夜の散歩": "ja",
        "Mañana en la Playa": "es",
    }.items()


def test_the_recordings_of_library_songs_are_publishable(local_run: LocalRun) -> None:
    url = f"{local_run.facts['baseUrl']}/v1/tiktok-music"
    key = f"Bearer {local_run.facts['keys']['all']}"

    search = f"{url}?publishable=true&include=publish&facets=true"
    page = json.loads(get(search, Authorization=key)[2])

    evidence = {
        row["title"]: (row["publish"]["evidence"], row["publish"]["clip"]) for row in page["tracks"]
    }
    assert evidence == {
        "Paper Lanterns": ("sameRecording", "full"),
        "Sunset Drive": ("sameRecording", "trending"),
        "Ricochet (Sped Up)": ("listed", "full"),
        "Velvet Morning": ("listed", "trending"),
    }
    assert page["facets"]["publishable"] == {"true": 4, "false": 0}
    music = {"mode": "manual", "trackId": page["tracks"][0]["id"]}
    target = {"mode": "publish", "publishVia": "business", "tiktokMusic": music}
    body = json.dumps({"targets": [target]}).encode()
    [resolved] = json.loads(get(f"{url}/resolve", body, Authorization=key)[2])["targets"]
    clip = page["tracks"][0]["publish"]["songClipId"]
    assert resolved["payload"] == {"music_sound_info": {"music_sound_id": clip}}
    assert resolved["warnings"] == []


def test_the_media_is_served_as_r2_would(local_run: LocalRun) -> None:
    track = list_tracks(local_run)[0]

    status, headers, mp3 = get(track["previewUrl"])
    assert (status, headers["content-type"], mp3[:3]) == (200, "audio/mpeg", b"ID3")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    status, headers, part = get(track["previewUrl"], Range="bytes=100-199")
    assert (status, part) == (206, mp3[100:200])
    assert headers["content-range"] == f"bytes 100-199/{len(mp3)}"
    assert get(track["previewUrl"], Range="bytes=-5")[2] == mp3[-5:]
    assert get(track["previewUrl"], Range=f"bytes={len(mp3)}-")[0] == 416
    status, headers, jpeg = get(track["coverUrl"])
    assert (status, headers["content-type"], jpeg[:2]) == (200, "image/jpeg", b"\xff\xd8")
    assert get(track["coverUrl"] + "x")[0] == 404


@pytest.mark.parametrize(
    ("name", "status"), [("publishRead", 200), ("all", 200), ("noScopes", 403), ("revoked", 401)]
)
def test_there_is_a_key_of_every_kind(local_run: LocalRun, name: str, status: int) -> None:
    url = f"{local_run.facts['baseUrl']}/v1/tiktok-music"

    assert get(url, Authorization=f"Bearer {local_run.facts['keys'][name]}")[0] == status


def test_a_used_port_is_refused_with_what_to_do(local_run: LocalRun) -> None:
    port = urlsplit(local_run.facts["baseUrl"]).port
    assert port is not None

    written = local_run.run_file.read_text()
    code, text = output("--port", str(port), "--run-file", str(local_run.run_file))

    assert (code, local_run.run_file.read_text()) == (1, written)
    assert text.startswith(f"make run: port {port} cannot be used")
    assert f"make run PORT={port + 10}" in text


def test_a_second_run_uses_a_run_file_of_its_own(local_run: LocalRun, tmp_path: Path) -> None:
    written = local_run.run_file.read_text()
    process = start("--port", "0", *one_track(tmp_path), "--run-file", str(local_run.run_file))
    try:
        lines = read_until(process, "Ctrl-C")
        printed = next(line for line in lines if line.startswith("keys in "))
        own = Path(printed.removeprefix("keys in "))
        document = json.loads(own.read_text())
        key = document["keys"]["publishRead"]
        status, _, body = get(
            f"{document['baseUrl']}/v1/tiktok-music", Authorization=f"Bearer {key}"
        )
    finally:
        process.terminate()
        process.communicate(timeout=120)

    port = urlsplit(document["baseUrl"]).port
    assert own == local_run.run_file.with_name(f"run-{port}.json")
    assert (status, json.loads(body)["total"]) == (200, 1)
    assert not own.exists()
    assert local_run.run_file.read_text() == written
    assert len(list_tracks(local_run)) == 18


@pytest.mark.parametrize("words", [("doctor",), ("refresh", "--dry-run"), ("status",)])
def test_the_operators_command_reads_the_local_run(
    local_run: LocalRun, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "run.json").write_text(local_run.run_file.read_text())
    prefixes = ("AWS_", "CATALOG_TABLE", "KEYS_TABLE")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(prefixes)
    }
    paths = os.pathsep.join((str(ROOT), str(ROOT / "layers_shared")))

    done = subprocess.run(
        [sys.executable, "-c", "from ops.cli import main; main()", *words],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not CHECKS.exists(), reason="the black-box check is not on this machine")
def test_the_black_box_check_holds(local_run: LocalRun) -> None:
    checked = subprocess.run(
        [sys.executable, str(CHECKS), str(local_run.run_file)], capture_output=True, text=True
    )

    assert checked.stdout.splitlines()[-1].endswith(" held, 0 broken"), checked.stdout


def test_a_folder_of_audio_files_becomes_the_chart(tmp_path: Path) -> None:
    for seed in (1, 2):
        clip = compose(tune_of(seed, 8))
        (tmp_path / f"clip_{seed}.mp3").write_bytes(
            encode_audio(clip, "mp3", "libmp3lame", 128_000)
        )
    (tmp_path / "broken.flac").write_bytes(b"fLaC" + bytes(5_000))
    (tmp_path / "notes.txt").write_text("no music")

    code, text = output("--port", "0", "--once", "--music", str(tmp_path))

    assert code == 0
    assert "3 rows, 2 accepted (2 with new media), 0 merged, 1 rejected" in text
    assert re.search(r"AUDIO_UNREADABLE +broken +Unknown artist", text)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--music", "/nowhere"), "make run: MUSIC=/nowhere is not a folder"),
        (("--upstream", "http://127.0.0.1:9"), "SOURCE_FAILED"),
    ],
)
def test_a_problem_with_the_chart_is_printed(arguments: tuple[str, ...], problem: str) -> None:
    _, text = output("--port", "0", "--once", *arguments)

    assert problem in text


@pytest.mark.parametrize(
    ("sent", "printed"), [(signal.SIGINT, ["stopped"]), (signal.SIGTERM, [])], ids=["int", "term"]
)
def test_a_signal_stops_everything(
    tmp_path: Path, sent: signal.Signals, printed: list[str]
) -> None:
    run_file = tmp_path / "run.json"
    process = start("--port", "0", *one_track(tmp_path), "--run-file", str(run_file))
    read_until(process, "Ctrl-C")

    process.send_signal(sent)
    text, _ = process.communicate(timeout=120)

    assert (process.returncode, text.strip().splitlines()) == (0, printed)
    assert not run_file.exists()
