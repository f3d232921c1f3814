"""Decoder processes: results, limits, crashes."""

import base64
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from local.stand_in import cover, music, silence
from tests.signals import ENCODERS, encoded
from tests.signals import music as a_tune
from tiktok_music.adapters import media_workers
from tiktok_music.adapters.media_workers import DecoderProcess, ProcessMediaEncoder
from tiktok_music.errors import AudioUnreadable, CoverUnreadable, OutOfTime, WorkerFailed
from tiktok_music.refresh.media.policy import MediaPolicy
from tiktok_music.refresh.media.ports import AudioRejected
from tiktok_music.refresh.media.preview import PreviewMethod
from tiktok_music.refresh.rejection import RejectionReason


@pytest.fixture
def media_encoder() -> Iterator[ProcessMediaEncoder]:
    media_encoder = ProcessMediaEncoder(MediaPolicy(), processes=1)
    yield media_encoder
    media_encoder.close()


def test_audio_becomes_a_preview_at_the_one_loudness(media_encoder: ProcessMediaEncoder) -> None:
    preview = media_encoder.prepare_preview(music(5, 14, "m4a")[0], "Song", "Artist")

    assert preview.mp3[:3] == b"ID3"
    assert preview.facts.method is PreviewMethod.ENCODED
    assert json.loads(preview.peaks)["length"] == pytest.approx(140, abs=3)
    # The peak ceiling may limit the gain of a clip.
    assert preview.facts.integrated_lufs == pytest.approx(-14.0, abs=1.0)
    assert preview.facts.true_peak_dbtp <= -0.9
    assert preview.source.codec == "aac"
    assert len(preview.fingerprint) > 500


def test_an_image_becomes_a_jpeg(media_encoder: ProcessMediaEncoder) -> None:
    made = media_encoder.prepare_cover(cover(5)[0])

    files = (made.jpeg, *made.small.values())
    assert [Image.open(io.BytesIO(file)).size for file in files] == [
        (720, 720),
        (96, 96),
        (320, 320),
    ]
    assert len(base64.b64decode(made.thumb_hash)) == 24
    assert re.fullmatch("#[0-9a-f]{6}", made.color)
    assert made.on_color in ("#000000", "#ffffff")


def test_the_gain_of_a_plain_mp3_is_changed(media_encoder: ProcessMediaEncoder) -> None:
    """The sealed process can load no module any more: the warm-up did this work once."""
    loud = np.tanh(a_tune(3, 9.0) * np.float32(6))

    preview = media_encoder.prepare_preview(encoded(loud, "mp3"), "Song", "Artist")

    assert preview.facts.method is PreviewMethod.REWRITTEN


def test_the_waveform_of_a_stored_preview_is_drawn(media_encoder: ProcessMediaEncoder) -> None:
    preview = media_encoder.prepare_preview(music(5, 14, "m4a")[0], "Song", "Artist")

    assert media_encoder.draw_waveform(preview.mp3).peaks == preview.peaks

    with pytest.raises(AudioUnreadable):
        media_encoder.draw_waveform(b"<html>" * 2_000)


def test_every_kind_of_work_has_a_limit_of_cpu() -> None:
    child = Path(media_workers.__file__).with_name("media_child.py").read_text()

    asked = set(re.findall(r'request\["work"\] == "(\w+)"', child))
    assert {*asked, "preview"} == set(media_workers.CPU_SECONDS)


def test_silence_is_rejected_with_its_loudness(media_encoder: ProcessMediaEncoder) -> None:
    with pytest.raises(AudioRejected) as raised:
        media_encoder.prepare_preview(silence(8)[0], "Song", "Artist")

    finding = raised.value.finding
    assert (finding.reason, finding.measured, finding.limit) == (
        RejectionReason.AUDIO_SILENT,
        -70.0,
        -60.0,
    )


def test_invalid_media_are_rejected_and_the_process_continues(
    media_encoder: ProcessMediaEncoder,
) -> None:
    with pytest.raises(AudioUnreadable):
        media_encoder.prepare_preview(b"<html>" * 2_000, "Song", "Artist")
    with pytest.raises(CoverUnreadable):
        media_encoder.prepare_cover(b"<html>" * 2_000)

    assert media_encoder.prepare_cover(cover(5)[0])


def test_a_crashed_process_fails_one_file(
    media_encoder: ProcessMediaEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[DecoderProcess] = []
    start = DecoderProcess.__init__

    def remember(self: DecoderProcess, policy: MediaPolicy) -> None:
        start(self, policy)
        started.append(self)

    monkeypatch.setattr(DecoderProcess, "__init__", remember)
    media_encoder.prepare_cover(cover(5)[0])
    os.kill(started[0].pid, signal.SIGKILL)

    with pytest.raises(WorkerFailed, match="crashed"):
        media_encoder.prepare_cover(cover(5)[0])

    assert media_encoder.prepare_cover(cover(5)[0]).jpeg[:2] == b"\xff\xd8"
    assert len(started) == 2


def test_a_file_that_takes_too_long_times_out(
    media_encoder: ProcessMediaEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_workers, "FILE_SECONDS", 0.0)

    with pytest.raises(WorkerFailed, match="longer than 0 s"):
        media_encoder.prepare_preview(music(5, 8)[0], "Song", "Artist")


class Stuck:
    """A process that runs a given program instead of the decoder."""

    CHILD = "import sys; sys.path[:0] = {path!r}; fd = {fd}; " + (
        "from multiprocessing.connection import Connection; peer = Connection(fd); "
    )


@pytest.mark.parametrize(
    "doing",
    [
        "import time; time.sleep(600)",
        "peer.recv_bytes(); peer.recv_bytes(); import time; time.sleep(600)",
        "[peer.recv_bytes() for _ in range(3)]; import os; os.write(fd, b'x'); import time; "
        "time.sleep(600)",
        "[peer.recv_bytes() for _ in range(3)]; peer.send_bytes(b'{{}}'); import time; "
        "time.sleep(600)",
    ],
    ids=["reads nothing", "reads on", "begins to answer", "answers by half"],
)
def test_a_decoder_that_hangs_anywhere_times_out(
    doing: str, media_encoder: ProcessMediaEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_workers, "_START", Stuck.CHILD + doing)
    monkeypatch.setattr(media_workers, "FILE_SECONDS", 0.5)

    with pytest.raises(WorkerFailed, match=r"longer than 0\.5 s"):
        media_encoder.prepare_preview(bytes(5_000_000), "Song", "Artist")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("peer.send_bytes(b'no JSON'); peer.send_bytes(b'')", "crashed"),
        ("peer.send_bytes(bytes(2 * 1024**2)); peer.send_bytes(b'')", "crashed"),
        ("peer.send_bytes(b'{{}}'); peer.send_bytes(bytes(21 * 1024**2))", "crashed"),
        ("peer.send_bytes(b'{{\"failed\": \"Oh\"}}'); peer.send_bytes(b'')", "file: Oh"),
    ],
    ids=["no JSON", "a long header", "a long blob", "a failure"],
)
def test_an_invalid_answer_fails_one_file(
    answer: str, problem: str, media_encoder: ProcessMediaEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = media_workers._START
    monkeypatch.setattr(
        media_workers, "_START", Stuck.CHILD + f"[peer.recv_bytes() for _ in range(3)]; {answer}"
    )

    with pytest.raises(WorkerFailed, match=problem):
        media_encoder.prepare_cover(cover(5)[0])

    monkeypatch.setattr(media_workers, "_START", start)
    assert media_encoder.prepare_cover(cover(5)[0]).jpeg[:2] == b"\xff\xd8"


def test_after_any_error_the_next_file_gets_its_own_answer(
    media_encoder: ProcessMediaEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = (jpeg_of(size) for size in (16, 64))
    monkeypatch.setattr(Connection, "recv_bytes", fails_once())

    with pytest.raises(MemoryError):
        media_encoder.prepare_cover(small)

    made = Image.open(io.BytesIO(media_encoder.prepare_cover(large).jpeg))
    assert made.size == (64, 64)


def jpeg_of(size: int) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((size, size), 90).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def fails_once() -> Callable[..., bytes]:
    receive, calls = Connection.recv_bytes, []

    def fail(self: Any, *limit: int) -> bytes:
        calls.append(limit)
        if len(calls) == 1:
            raise MemoryError
        return receive(self, *limit)

    return fail


def test_a_worn_process_is_replaced(
    media_encoder: ProcessMediaEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_workers, "FILES_PER_PROCESS", 1)

    first, second = (
        media_encoder.prepare_cover(cover(5)[0]),
        media_encoder.prepare_cover(cover(5)[0]),
    )

    assert first == second


def test_a_decoder_has_no_environment_and_writes_no_file() -> None:
    process = DecoderProcess(MediaPolicy())
    try:
        process.ask({"work": "cover"}, cover(5)[0])
        proc = Path(f"/proc/{process.pid}")
        environment = (proc / "environ").read_bytes()
        lines = (proc / "limits").read_text().splitlines()
        limits = {line[:26].strip(): line[26:].split()[0] for line in lines}
    finally:
        process.end()

    names = {entry.split(b"=")[0] for entry in environment.split(b"\0") if entry}
    assert names == {
        b"OPENBLAS_NUM_THREADS",
        b"LD_LIBRARY_PATH",
        b"MALLOC_MMAP_THRESHOLD_",
        b"MALLOC_TRIM_THRESHOLD_",
    }
    assert (limits["Max file size"], limits["Max core file size"]) == ("0", "0")
    assert limits["Max open files"] == "0"


@pytest.mark.parametrize("extension", sorted(ENCODERS))
def test_a_sealed_process_reads_audio_of_every_format(
    media_encoder: ProcessMediaEncoder, extension: str
) -> None:
    data = encoded(a_tune(8, seconds=12.0), extension)

    assert media_encoder.prepare_preview(data, "Song", "Artist").mp3[:3] == b"ID3"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF"])
def test_a_sealed_process_reads_covers_of_every_format(
    media_encoder: ProcessMediaEncoder, kind: str
) -> None:
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(file, kind)

    assert media_encoder.prepare_cover(file.getvalue()).jpeg[:3] == b"\xff\xd8\xff"


def test_a_sealed_process_opens_no_file_and_no_socket() -> None:
    code = (
        "import os, socket\n"
        "from tiktok_music.adapters import media_child\n"
        "ours, theirs = socket.socketpair()\n"
        "ours.detach()\n"
        "held = media_child._connection(theirs.detach())\n"
        "media_child._limit_self()\n"
        "os.close(0)\n"
        "for attempt in (lambda: os.open('/etc/hostname', os.O_RDONLY), socket.socket, os.pipe):\n"
        "    try:\n"
        "        attempt()\n"
        "    except OSError as exc:\n"
        "        print(exc.strerror)\n"
    )

    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdin=subprocess.DEVNULL,
    )

    assert result.stdout.splitlines() == ["Too many open files"] * 3, result.stderr


def test_a_file_that_spends_its_cpu_is_unreadable_also_next_time(
    media_encoder: ProcessMediaEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = "import os, signal; [peer.recv_bytes() for _ in range(3)]; "
    killed += "os.kill(os.getpid(), signal.SIGXCPU)"
    monkeypatch.setattr(media_workers, "_START", Stuck.CHILD + killed)

    with pytest.raises(AudioUnreadable, match=r"^decoding it takes more than 15 s of CPU$"):
        media_encoder.prepare_preview(b"", "Song", "Artist")
    with pytest.raises(CoverUnreadable, match=r"^decoding it takes more than 2 s of CPU$"):
        media_encoder.prepare_cover(b"")


def test_a_cover_that_takes_more_cpu_than_covers_may_is_unreadable(
    media_encoder: ProcessMediaEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(media_workers.CPU_SECONDS, "cover", 0)
    file = io.BytesIO()
    Image.new("RGB", (5_000, 5_000)).save(file, "PNG", compress_level=1)

    def several_times() -> None:
        """The limit is in whole seconds of the process, so that the first one may pass."""
        for _ in range(3):
            media_encoder.prepare_cover(file.getvalue())

    with pytest.raises(CoverUnreadable, match="more than 0 s of CPU"):
        several_times()

    monkeypatch.undo()
    assert media_encoder.prepare_cover(file.getvalue()).jpeg[:3] == b"\xff\xd8\xff"


def test_waiting_for_a_decoder_ends_with_the_time_of_the_run(
    media_encoder: ProcessMediaEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_workers, "WAIT_SECONDS", 0.01)
    busy = media_encoder._idle.get()
    looks: list[int] = []

    def becomes_free() -> bool:
        looks.append(1)
        if len(looks) == 3:
            media_encoder._idle.put(busy)
        return True

    with pytest.raises(OutOfTime, match="all decoders are busy and the time is up"):
        media_encoder.prepare_preview(b"", "Song", "Artist", lambda: False)
    with pytest.raises(OutOfTime):
        media_encoder.prepare_cover(b"", lambda: False)
    assert media_encoder.prepare_cover(cover(5)[0], becomes_free).jpeg[:3] == b"\xff\xd8\xff"


def test_a_process_over_its_cpu_limit_is_killed() -> None:
    code = (
        "from tiktok_music.adapters import media_child\n"
        "media_child._allow_cpu_seconds(0)\n"
        "while True: pass\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )

    assert ended.returncode == -signal.SIGXCPU
