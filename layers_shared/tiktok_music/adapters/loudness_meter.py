"""Measures PCM for the volume rule: one-second blocks in, AudioFacts out."""

import math
from collections.abc import Iterable

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.filter import Graph

from tiktok_music.adapters.pcm import SAMPLE_RATE_HZ, Pcm
from tiktok_music.refresh.media.sound.volume import AudioFacts

# A step of 10 ms is silent below -60 dBFS RMS in both channels. Pauses shorter than 0.4 s, the
# momentary window of BS.1770, are music.
_STEP_SAMPLES = SAMPLE_RATE_HZ // 100
_STEPS_PER_SECOND = 100
_SILENT_MEAN_SQUARE = 1e-6
_PAUSE_STEPS = 40
# Clipped samples are at full scale before encoding. LAME writes them at 0.955, and every lossy
# codec ripples them: a threshold of 0.985 misses three quarters of them.
_CLIPPED_FROM = 0.94

# True peak after BS.1770-4, annex 2: 4x oversampling, here by a Kaiser-windowed sinc of 16 taps.
_TAPS = 16
_PHASES = (0.25, 0.5, 0.75)
_PEAK_STEP = 16
# BLAS computes products of this size on one core, whatever its settings: two processes share two.
_PEAK_BATCH = 256
# Between samples a signal exceeds its neighbours by more than 3 dB only near half the sample rate,
# where music has no energy; steps further below the peak so far are not oversampled.
_PEAK_NEARNESS = 0.707
_FLOOR_DB = -100.0
# The absolute gate of BS.1770.
_SILENT_LUFS = -70.0


def measure(blocks: Iterable[Pcm]) -> AudioFacts:
    """The facts of PCM without a file: its codec is "pcm", and no packet is damaged."""
    meter = LoudnessMeter()
    for block in blocks:
        meter.push(block)
    return meter.facts("pcm", 2, SAMPLE_RATE_HZ, 0.0)


class LoudnessMeter:
    """Takes 44.1 kHz stereo blocks (whole seconds except the last); `facts` may be called once."""

    def __init__(self) -> None:
        self._loudness = _IntegratedLoudness()
        self._peak = _TruePeak()
        self._silent_steps: list[npt.NDArray[np.bool_]] = []
        self._samples = 0
        self._clipped = 0
        self.has_sound = False

    def push(self, block: Pcm) -> None:
        self._loudness.push(block)
        self._peak.push(block)
        silent = _silent_steps(block)
        self._silent_steps.append(silent)
        self.has_sound = self.has_sound or not silent.all()
        self._samples += block.shape[1]
        self._clipped += int(np.count_nonzero(np.abs(block) >= _CLIPPED_FROM))

    @property
    def is_empty(self) -> bool:
        return self._samples == 0

    def short_term_lufs(self) -> npt.NDArray[np.float32]:
        """The loudness of the three seconds before each tenth of a second; -70 for silence."""
        return np.maximum(np.array(self._loudness.short_term, np.float32), np.float32(_SILENT_LUFS))

    def facts(
        self, codec: str, channels: int, sample_rate_hz: int, damaged_packet_share: float
    ) -> AudioFacts:
        silent = np.concatenate(self._silent_steps or [np.zeros(0, np.bool_)])
        leading, trailing, share = _silence(silent)
        return AudioFacts(
            integrated_lufs=self._loudness.finish(),
            true_peak_dbtp=_decibels(self._peak.finish()),
            duration_seconds=round(self._samples / SAMPLE_RATE_HZ, 3),
            leading_silence_seconds=leading,
            trailing_silence_seconds=trailing,
            silence_share=share,
            clipped_share=round(self._clipped / max(2 * self._samples, 1), 6),
            damaged_packet_share=round(damaged_packet_share, 6),
            channels=channels,
            sample_rate_hz=sample_rate_hz,
            codec=codec,
        )


class _IntegratedLoudness:
    """FFmpeg's `ebur128` filter, read from frame metadata, which the flush frame lacks."""

    def __init__(self) -> None:
        graph = Graph()
        graph.threads = 1
        source = f"sample_rate={SAMPLE_RATE_HZ}:sample_fmt=fltp:channel_layout=stereo"
        self._source = graph.add("abuffer", f"{source}:time_base=1/{SAMPLE_RATE_HZ}")
        meter = graph.add("ebur128", "metadata=1:framelog=quiet")
        self._sink = graph.add("abuffersink")
        self._source.link_to(meter)
        meter.link_to(self._sink)
        graph.configure()
        # A context does not keep its graph alive.
        self._graph = graph
        self._samples = 0
        self._lufs = _SILENT_LUFS
        self.short_term: list[float] = []

    def push(self, block: Pcm) -> None:
        frame = AudioFrame.from_ndarray(block, "fltp", "stereo")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts = self._samples
        self._samples += block.shape[1]
        self._source.push(frame)
        self._drain()

    def finish(self) -> float:
        self._source.push(None)
        self._drain()
        return round(max(self._lufs, _SILENT_LUFS), 2)

    def _drain(self) -> None:
        while True:
            try:
                metadata = self._sink.pull().metadata
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if "lavfi.r128.I" in metadata:
                self._lufs = float(metadata["lavfi.r128.I"])
                self.short_term.append(float(metadata["lavfi.r128.S"]))


class _TruePeak:
    """True peak; oversamples only the loudest steps, at a tenth of the cost of all of them."""

    def __init__(self) -> None:
        self._peak = 0.0
        self._before = np.zeros((2, _TAPS), np.float32)

    def push(self, block: Pcm) -> None:
        samples = np.concatenate((self._before, block), axis=1)
        steps = (samples.shape[1] - _TAPS) // _PEAK_STEP
        self._before = samples[:, steps * _PEAK_STEP :]
        self._peak = max(self._peak, float(np.abs(samples).max()))
        for channel in samples:
            self._oversample(channel[: (steps + 1) * _PEAK_STEP].reshape(-1, _PEAK_STEP))

    def finish(self) -> float:
        self.push(np.zeros((2, 2 * _TAPS), np.float32))
        return self._peak

    def _oversample(self, steps: npt.NDArray[np.float32]) -> None:
        """Interpolates between each step and the next, if one of them is loud."""
        loudest = _largest_of_each(np.abs(steps))
        chosen = np.flatnonzero(
            np.maximum(loudest[:-1], loudest[1:]) >= self._peak * _PEAK_NEARNESS
        )
        for start in range(0, len(chosen), _PEAK_BATCH):
            at = chosen[start : start + _PEAK_BATCH]
            between = np.concatenate((steps[at], steps[at + 1]), axis=1) @ _INTERPOLATION
            self._peak = max(self._peak, float(np.abs(between).max()))


def _largest_of_each(steps: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The maximum of each row of 16, by halving: five times faster than along the short axis."""
    while steps.shape[1] > 1:
        half = steps.shape[1] // 2
        steps = np.maximum(steps[:, :half], steps[:, half:])
    return steps[:, 0]


def _interpolation() -> npt.NDArray[np.float32]:
    """A matrix with one column for each quarter position (three) after each sample of a step."""
    matrix = np.zeros((_PEAK_STEP + _TAPS, _PEAK_STEP * len(_PHASES)))
    window = np.kaiser(_TAPS * 4 + 1, 6.0)
    for sample in range(_PEAK_STEP):
        for column, phase in enumerate(_PHASES):
            taps = np.arange(_TAPS)
            distance = taps - (_TAPS // 2 - 1) - phase
            shape = window[(2 * _TAPS + np.round(distance * 4)).astype(int)]
            weights = np.sinc(distance) * shape
            matrix[sample + taps, sample * len(_PHASES) + column] = weights / weights.sum()
    return matrix.astype(np.float32)


_INTERPOLATION = _interpolation()


def _silent_steps(block: Pcm) -> npt.NDArray[np.bool_]:
    whole = block.shape[1] // _STEP_SAMPLES * _STEP_SAMPLES
    steps = block[:, :whole].reshape(2, -1, _STEP_SAMPLES)
    energy = np.einsum("ijk,ijk->ij", steps, steps).max(axis=0) / _STEP_SAMPLES
    return np.asarray(energy < _SILENT_MEAN_SQUARE)


def _silence(silent: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Leading and trailing silence in seconds, and the share of time in pauses."""
    if silent.all():
        return len(silent) / _STEPS_PER_SECOND, 0.0, 1.0
    edges = np.flatnonzero(np.diff(np.concatenate(([0], silent.view(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    lengths = ends - starts
    leading = int(ends[0]) if silent[0] else 0
    trailing = len(silent) - int(starts[-1]) if silent[-1] else 0
    share = int(lengths[lengths >= _PAUSE_STEPS].sum()) / len(silent)
    return leading / _STEPS_PER_SECOND, trailing / _STEPS_PER_SECOND, round(share, 4)


def _decibels(amplitude: float) -> float:
    return round(max(20 * math.log10(amplitude), _FLOOR_DB), 2) if amplitude > 0 else _FLOOR_DB
