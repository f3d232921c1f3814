"""The decoder process: bytes of one file in, encoded media or a rejection out, in a loop.

It runs without the function's environment and under resource limits, so that a file which crashes
a decoder or fills its memory costs one track; and without a free file descriptor, so that a file
which takes over a decoder can open no file and no socket. A message is a JSON header, then a blob.
"""

import base64
import contextlib
import gc
import io
import json
import math
import os
import random
import resource
import wave
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from PIL import Image

from tiktok_music.adapters.audio import AudioCaps, read_audio
from tiktok_music.adapters.image import CoverCaps, write_cover
from tiktok_music.adapters.preview_writer import measured_file, write_preview
from tiktok_music.errors import AudioUnreadable, CoverUnreadable
from tiktok_music.refresh.media.policy import PreviewPolicy
from tiktok_music.refresh.media.sound.start import loudest_start_ms
from tiktok_music.refresh.media.sound.volume import VolumeLimits, judge_volume

# Address space, not memory: FFmpeg and numpy map more than they touch. An image of 25 million
# pixels needs 820 MB of it; two decoders and the function itself fit into its 3,538 MB.
ADDRESS_SPACE_BYTES = 1280 * 1024**2
# The first descriptor after stdin, stdout and stderr.
CONNECTION = 3

Answer = tuple[dict[str, Any], bytes]


def serve(descriptor: int) -> None:
    """Answers requests on `descriptor` until its other end is closed."""
    connection = _connection(descriptor)
    _warm_up()
    _discard_output()
    _limit_self()
    gc.freeze()
    settings = json.loads(connection.recv_bytes())
    limits = VolumeLimits(**settings["limits"])
    preview = PreviewPolicy(**settings["preview"])
    while True:
        try:
            request = json.loads(connection.recv_bytes())
            data = connection.recv_bytes()
        except EOFError:
            return
        _allow_cpu_seconds(request["cpu_seconds"])
        header, blob = _answer(request, data, limits, preview)
        connection.send_bytes(json.dumps(header).encode())
        connection.send_bytes(blob)
        # PyAV's containers are reference cycles around megabytes that the collector does not count.
        gc.collect()


def _connection(descriptor: int) -> Connection:
    """Moves the connection to the lowest descriptor after the standard ones."""
    if descriptor != CONNECTION:
        os.dup2(descriptor, CONNECTION)
        os.close(descriptor)
    return Connection(CONNECTION)


def _warm_up() -> None:
    """Does every kind of work once, as no module can be loaded under the limits."""
    image = Image.new("RGB", (128, 128))
    for name in ("JPEG", "PNG", "WEBP", "GIF", "AVIF"):
        file = io.BytesIO()
        image.save(file, name)
        write_cover(file.getvalue(), CoverCaps())
    sound = io.BytesIO()
    with wave.open(sound, "wb") as writer:
        writer.setparams((1, 2, 8_000, 0, "NONE", ""))
        writer.writeframes(random.Random(1).randbytes(2 * 8_000 * 10))  # noqa: S311 - noise
    decoded = read_audio(sound.getvalue(), AudioCaps())
    judge_volume(decoded.facts, VolumeLimits())
    mp3 = write_preview(decoded, sound.getvalue(), PreviewPolicy(), "warm", "up").mp3
    write_preview(read_audio(mp3, AudioCaps()), mp3, PreviewPolicy(), "warm", "up")
    for unreadable in (b"", b"ID3" + bytes(5_000)):
        with contextlib.suppress(AudioUnreadable):
            read_audio(unreadable, AudioCaps())


def _discard_output() -> None:
    """Discards what decoders print: in the function's log, a line may count as a metric."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _limit_self() -> None:
    """Sets permanent limits. No descriptor can be opened, not even to replace a closed one."""
    for kind, limit in (
        (resource.RLIMIT_AS, ADDRESS_SPACE_BYTES),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def _allow_cpu_seconds(seconds: int) -> None:
    """Limits the CPU time from now on; the kernel kills a process that exceeds it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _answer(
    request: dict[str, Any], data: bytes, limits: VolumeLimits, preview: PreviewPolicy
) -> Answer:
    try:
        if request["work"] == "cover":
            return _cover(data)
        if request["work"] == "waveform":
            return _waveform(data)
        return _preview(request, data, limits, preview)
    except (AudioUnreadable, CoverUnreadable) as exc:
        return {"unreadable": str(exc)}, b""
    except Exception as exc:  # noqa: BLE001 - any error rejects this file only
        return {"failed": type(exc).__name__}, b""


def _preview(
    request: dict[str, Any], data: bytes, limits: VolumeLimits, settings: PreviewPolicy
) -> Answer:
    decoded = read_audio(data, AudioCaps())
    finding = judge_volume(decoded.facts, limits)
    if finding is not None:
        return {"finding": asdict(finding)}, b""
    preview = write_preview(decoded, data, settings, request["title"], request["artist"])
    header = {
        "facts": asdict(preview.facts),
        "source": decoded.facts.to_dict(),
        "fingerprint": base64.b64encode(decoded.fingerprint.data).decode()
        if decoded.fingerprint
        else "",
    }
    return _packed(header, preview.mp3, preview.peaks)


def _cover(data: bytes) -> Answer:
    cover = write_cover(data, CoverCaps())
    header = {
        "sides": list(cover.small),
        "thumbHash": base64.b64encode(cover.thumb_hash).decode(),
        "color": cover.color,
        "onColor": cover.on_color,
    }
    return _packed(header, cover.jpeg, *cover.small.values())


def _waveform(mp3: bytes) -> Answer:
    """The waveform of a preview that was published earlier, and the start of its loudest part."""
    facts, peaks, short_term_lufs = measured_file(mp3)
    loudest_ms = loudest_start_ms(short_term_lufs, 0.0, facts.duration_seconds)
    return _packed({"loudestMs": loudest_ms}, peaks)


def _packed(header: dict[str, Any], *files: bytes) -> Answer:
    return {**header, "bytes": [len(file) for file in files]}, b"".join(files)
