"""Generates test signals with known properties, and encodes them."""

import io
import struct
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

Samples = npt.NDArray[np.float32]


def tone(
    hertz: float,
    dbfs: float,
    seconds: float,
    rate: int = 48_000,
    phase_degrees: float = 0.0,
    fade_seconds: float = 0.0,
) -> Samples:
    """One channel of a sine with its peak at `dbfs`."""
    time = np.arange(round(seconds * rate)) / rate
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * time + np.radians(phase_degrees))
    if fade_seconds:
        ramp = np.linspace(0, 1, round(fade_seconds * rate))
        wave[: len(ramp)] *= ramp
        wave[-len(ramp) :] *= ramp[::-1]
    return np.asarray(wave, np.float32)


def tones(*parts: tuple[float, float], rate: int = 48_000) -> Samples:
    """A stereo 1 kHz sine in parts of (dBFS, seconds), as EBU Tech 3341 describes its cases."""
    return stereo(np.concatenate([tone(1000, dbfs, seconds, rate) for dbfs, seconds in parts]))


def silence(seconds: float, rate: int = 44_100) -> Samples:
    return np.zeros((2, round(seconds * rate)), np.float32)


def stereo(mono: Samples) -> Samples:
    return np.stack((mono, mono))


def music(seed: int, seconds: float = 15.0, rate: int = 44_100) -> Samples:
    """Stereo of about -16 LUFS: chords, a melody and a drum, all drawn from `seed`.

    All pieces share the tempo and the scale, which makes them harder to tell apart.
    """
    rng = np.random.default_rng(seed)
    length = round(seconds * rate)
    mix = np.zeros((2, length + rate), np.float64)
    beat = rate // 2
    for at in range(0, length, beat):
        for note in (*rng.choice(_SCALE[:12], 3), rng.choice(_SCALE[8:])):
            sound = _note(float(note), rate, rng)
            pan = rng.uniform(0.3, 0.7)
            mix[0, at : at + rate] += sound * pan
            mix[1, at : at + rate] += sound * (1 - pan)
        mix[:, at : at + rate // 8] += 0.3 * _drum(rate // 8, rng)
    mix = mix[:, :length] / np.abs(mix).max() * 0.7
    return np.asarray(mix, np.float32)


def wav(samples: Samples, rate: int = 44_100) -> bytes:
    """32-bit float WAV of (channels, samples), which does not clip above full scale."""
    channels = len(samples)
    body = np.ascontiguousarray(samples.T, "<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, channels, rate, rate * channels * 4, channels * 4, 32)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


ENCODERS = {
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("ipod", "aac"),
    "aac": ("adts", "aac"),
    "ogg": ("ogg", "libopus"),
    "webm": ("webm", "libopus"),
    "flac": ("flac", "flac"),
}


def encoded(
    samples: Samples,
    extension: str,
    bit_rate: int = 128_000,
    rate: int = 44_100,
    layout: str = "stereo",
    source_rate: int = 44_100,
    metadata: dict[str, str] | None = None,
) -> bytes:
    """Encodes stereo `samples` with the usual encoder of the format."""
    container_format, codec = ENCODERS[extension]
    file = io.BytesIO()
    with av.open(file, "w", format=container_format) as container:
        container.metadata.update(metadata or {})
        stream: Any = container.add_stream(codec, rate=48_000 if codec == "libopus" else rate)
        context = stream.codec_context
        context.layout = layout
        context.bit_rate = bit_rate
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
        frame.sample_rate = source_rate
        context.format = {"libopus": "flt", "flac": "s16"}.get(codec, "fltp")
        context.open()
        resampler = AudioResampler(context.format, layout, context.rate, context.frame_size or 1152)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()


def long_silence(extension: str, seconds: int) -> bytes:
    """Hours of silence in a few megabytes; mono at 8 kHz, which is cheap to write."""
    container_format, codec = ENCODERS[extension]
    sample_format = {"aac": "fltp", "flac": "s16"}[codec]
    file = io.BytesIO()
    with av.open(file, "w", format=container_format) as container:
        stream: Any = container.add_stream(codec, rate=8_000)
        stream.codec_context.layout = "mono"
        stream.codec_context.format = sample_format
        for second in range(seconds):
            frame = AudioFrame(sample_format, "mono", 8_000)
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.sample_rate = 8_000
            frame.pts = second * 8_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


# Two and a half octaves of C major from 131 Hz.
_SCALE = 130.81 * 2 ** (
    np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 17, 19, 21, 23, 24, 26, 28, 29]) / 12
)


def _note(hertz: float, rate: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    time = np.arange(rate) / rate
    sound = np.zeros(rate)
    for harmonic in range(1, 9):
        level = rng.uniform(0.3, 1.0) / harmonic
        sound += level * np.sin(2 * np.pi * hertz * harmonic * time + rng.uniform(0, 6.28))
    return sound * np.exp(-time * rng.uniform(2, 6)) * np.minimum(time * 200, 1)


def _drum(length: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    return rng.normal(0, 1, length) * np.exp(-np.arange(length) / (length / 6))
