"""Converts PCM: decoded frames of any format in, blocks of 44.1 kHz stereo out."""

from collections.abc import Iterable, Iterator
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph

# Planar: one row of float32 samples for each of the two channels.
Pcm = npt.NDArray[np.float32]

SAMPLE_RATE_HZ = 44_100
BLOCK_SAMPLES = SAMPLE_RATE_HZ

# FFmpeg mixes down known layouts only; a WAV may have a number of channels without a layout.
_USUAL_LAYOUTS = {
    1: "mono",
    2: "stereo",
    3: "3.0",
    4: "quad",
    5: "5.0",
    6: "5.1",
    7: "6.1",
    8: "7.1",
}
# Scaled so that channels with the same signal cannot add up to more than full scale.
_MIX_DOWN = {"rematrix_maxval": "1"}
# Above any peak of music, so that a broken float is measured as damage.
_BROKEN_SAMPLE = 100.0

_DECIMATION = 8
_LOW_PASS_TAPS = 64
# BLAS computes small products on one core, whatever its settings: two processes share two cores.
_ROWS_AT_ONCE = 1024
_LOW_PASS_HZ = 2400


class PcmConverter:
    """Converts frames of one format to 44.1 kHz stereo, resampling only if needed.

    Frames are joined to about a second first: a call into FFmpeg costs more than the samples.
    """

    def __init__(self, frame: AudioFrame) -> None:
        self._shape = _shape_of(frame)
        self._seconds: _WholeSeconds | None = None
        self._frames: list[npt.NDArray[Any]] = []
        self._samples = 0
        channels = frame.layout.nb_channels
        if frame.format.name == "fltp" and frame.sample_rate == SAMPLE_RATE_HZ and channels <= 2:
            self._seconds = _WholeSeconds("mono" if channels == 1 else "stereo")
            return
        layout = "mono" if channels == 1 else "stereo"
        self._resampler = AudioResampler("fltp", layout, SAMPLE_RATE_HZ, options=_MIX_DOWN)

    def takes(self, frame: AudioFrame) -> bool:
        return _shape_of(frame) == self._shape

    def push(self, frame: AudioFrame) -> Iterator[Pcm]:
        if self._seconds is not None:
            yield from map(_stereo, self._seconds.push(frame))
            return
        self._frames.append(frame.to_ndarray())
        self._samples += frame.samples
        if self._samples >= frame.sample_rate:
            yield from self._joined()

    def flush(self) -> Iterator[Pcm]:
        if self._seconds is not None:
            yield from map(_stereo, self._seconds.push(None))
            return
        if self._frames:
            yield from self._joined()
        yield from map(_stereo, self._resampler.resample(None))

    def _joined(self) -> Iterator[Pcm]:
        joined = np.concatenate(self._frames, axis=1)
        self._frames, self._samples = [], 0
        format_name, layout, rate = self._shape
        frame = AudioFrame.from_ndarray(joined, format_name, layout)
        frame.sample_rate = rate
        yield from map(_stereo, self._resampler.resample(frame))


class _WholeSeconds:
    """Joins frames that need no resampling, inside FFmpeg."""

    def __init__(self, layout: str) -> None:
        graph = Graph()
        graph.threads = 1
        source = f"sample_rate={SAMPLE_RATE_HZ}:sample_fmt=fltp:channel_layout={layout}"
        self._source = graph.add("abuffer", f"{source}:time_base=1/{SAMPLE_RATE_HZ}")
        joiner = graph.add("asetnsamples", f"n={BLOCK_SAMPLES}:p=0")
        self._sink = graph.add("abuffersink")
        self._source.link_to(joiner)
        joiner.link_to(self._sink)
        graph.configure()
        # A context does not keep its graph alive.
        self._graph = graph
        self._waiting = 0

    def push(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        """The seconds that are complete after this frame; None flushes the rest."""
        self._source.push(frame)
        self._waiting += frame.samples if frame is not None else BLOCK_SAMPLES
        while self._waiting >= BLOCK_SAMPLES:
            try:
                joined = self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert isinstance(joined, AudioFrame)  # noqa: S101 - the sink is one of audio
            self._waiting -= joined.samples
            yield joined


def _shape_of(frame: AudioFrame) -> tuple[str, str, int]:
    layout = frame.layout.name
    if layout.endswith("channels"):
        layout = _USUAL_LAYOUTS.get(frame.layout.nb_channels, layout)
    return frame.format.name, layout, frame.sample_rate


def _stereo(frame: AudioFrame) -> Pcm:
    return _two_rows(frame.to_ndarray())


def _two_rows(samples: npt.NDArray[Any]) -> Pcm:
    """Copies mono to both channels; replaces NaN and infinity by loud samples."""
    rows = np.broadcast_to(samples, (2, samples.shape[1])) if len(samples) == 1 else samples
    if np.abs(rows).max(initial=0.0) <= _BROKEN_SAMPLE:
        return rows.astype(np.float32, copy=False)
    whole: Pcm = np.nan_to_num(rows, nan=_BROKEN_SAMPLE)
    return np.clip(whole, -_BROKEN_SAMPLE, _BROKEN_SAMPLE)


def one_second_each(pieces: Iterable[Pcm]) -> Iterator[Pcm]:
    rest = np.empty((2, 0), np.float32)
    for piece in pieces:
        if not rest.size and piece.shape[1] == BLOCK_SAMPLES:
            yield np.ascontiguousarray(piece)
            continue
        rest = np.concatenate((rest, piece), axis=1)
        while rest.shape[1] >= BLOCK_SAMPLES:
            yield np.ascontiguousarray(rest[:, :BLOCK_SAMPLES])
            rest = rest[:, BLOCK_SAMPLES:]
    if rest.shape[1]:
        yield np.ascontiguousarray(rest)


def mono_5512_hz(pcm: Pcm) -> npt.NDArray[np.float32]:
    """Every eighth sample of the low-passed mono mix (5512.5 Hz), for the fingerprint.

    The low-pass is a windowed sinc of 64 taps (-6 dB at 2.4 kHz), which leaves the fingerprint's
    300 to 2000 Hz alone; as rows of eight samples it is one small matrix product.
    """
    mono = (pcm[0] + pcm[1]) * np.float32(0.5)
    rows = mono[: len(mono) // _DECIMATION * _DECIMATION].reshape(-1, _DECIMATION)
    parts = np.empty_like(rows)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        batch = slice(start, start + _ROWS_AT_ONCE)
        np.matmul(rows[batch], _LOW_PASS, out=parts[batch])
    length = max(len(rows) - parts.shape[1] + 1, 0)
    output = np.zeros(length, np.float32)
    for shift in range(parts.shape[1]):
        output += parts[shift : shift + length, shift]
    return output


def _low_pass() -> npt.NDArray[np.float32]:
    """The weights of the low-pass: column k is for the k-th row of eight samples."""
    taps = np.arange(_LOW_PASS_TAPS) - (_LOW_PASS_TAPS - 1) / 2
    weights = np.sinc(taps * 2 * _LOW_PASS_HZ / SAMPLE_RATE_HZ) * np.kaiser(_LOW_PASS_TAPS, 5.0)
    weights /= weights.sum()
    return np.asarray(weights.reshape(-1, _DECIMATION).T, np.float32)


_LOW_PASS = _low_pass()
