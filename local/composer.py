"""Makes music out of nothing: short, distinct, pleasant clips, the same from the same seed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 44_100
Samples = npt.NDArray[np.float32]

# Semitones of a scale, and progressions as its degrees.
MAJOR, MINOR, DORIAN = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10)
PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 5, 4), (3, 4, 2, 5), (0, 2, 3, 4))


@dataclass(frozen=True, slots=True)
class Tune:
    """What makes one clip unlike another; `key_hz` is the tonic of the bass."""

    seed: int
    key_hz: float
    scale: tuple[int, ...]
    beats_per_minute: float
    seconds: float


def tune_of(seed: int, seconds: float) -> Tune:
    """A tune for a seed: key, scale and tempo spread so that neighbours differ."""
    return Tune(
        seed=seed,
        key_hz=55.0 * 2 ** ((seed * 7 % 12) / 12),
        scale=(MAJOR, MINOR, DORIAN)[seed % 3],
        beats_per_minute=76.0 + (seed * 23 % 60),
        seconds=seconds,
    )


def compose(tune: Tune) -> Samples:
    """The clip as two channels of samples, peaking at about -3 dBFS: shape (2, n)."""
    rng = np.random.default_rng(tune.seed)
    beat = 60.0 / tune.beats_per_minute
    bars = int(np.ceil(tune.seconds / (4 * beat)))
    mix = np.zeros((2, int((bars * 4 + 4) * beat * SAMPLE_RATE_HZ)), np.float32)
    progression = PROGRESSIONS[rng.integers(len(PROGRESSIONS))]
    motif = rng.integers(0, 7, size=8)
    for bar in range(bars):
        start, degree = bar * 4 * beat, progression[bar % 4]
        _chord(mix, tune, start, degree, 4 * beat)
        _bass(mix, tune, start, degree, beat)
        _melody(mix, tune, start, np.roll(motif, bar // 4), degree, beat, rng)
        _drums(mix, start, beat, rng, is_busy=bar % 4 >= 2)
    length = int(tune.seconds * SAMPLE_RATE_HZ)
    faded = mix[:, :length] * _edges(length)
    loudest = float(np.abs(faded).max())
    return np.asarray(faded * (0.7 / loudest), np.float32)


def _hz(tune: Tune, degree: int, octave: int) -> float:
    octaves, step = divmod(int(degree), 7)
    return float(tune.key_hz * 2 ** (octave + octaves + tune.scale[step] / 12))


def _note(
    hz: float, seconds: float, attack: float, decay: float, overtones: tuple[float, ...]
) -> Samples:
    t = np.arange(int(seconds * SAMPLE_RATE_HZ), dtype=np.float32) / SAMPLE_RATE_HZ
    wave = sum(
        level * np.sin(2 * np.pi * hz * number * t)
        for number, level in enumerate(overtones, start=1)
        if hz * number < 16_000
    )
    shape = np.minimum(t / attack, 1) * np.exp(-t / decay) * np.minimum((seconds - t) / 0.02, 1)
    return (wave * shape).astype(np.float32)


def _add(mix: Samples, start: float, sound: Samples, level: float, pan: float) -> None:
    at = int(start * SAMPLE_RATE_HZ)
    piece = sound[: max(mix.shape[1] - at, 0)]
    mix[0, at : at + len(piece)] += level * (1 - pan) * piece
    mix[1, at : at + len(piece)] += level * (1 + pan) * piece


def _chord(mix: Samples, tune: Tune, start: float, degree: int, seconds: float) -> None:
    for index, step in enumerate((0, 2, 4, 6)):
        sound = _note(_hz(tune, degree + step, 2), seconds, 0.25, 3.0, (1, 0.4, 0.2, 0.08))
        _add(mix, start, sound, 0.10, (index - 1.5) * 0.35)


def _bass(mix: Samples, tune: Tune, start: float, degree: int, beat: float) -> None:
    for offset in (0.0, 1.5, 2.0, 3.5):
        sound = _note(_hz(tune, degree, 0), beat * 0.9, 0.01, 0.5, (1, 0.5, 0.25, 0.1))
        _add(mix, start + offset * beat, sound, 0.30, 0.0)


def _melody(
    mix: Samples,
    tune: Tune,
    start: float,
    motif: npt.NDArray[np.int64],
    degree: int,
    beat: float,
    rng: np.random.Generator,
) -> None:
    for index, step in enumerate(motif):
        if rng.random() < 0.25:
            continue
        sound = _note(_hz(tune, degree + step, 3), beat, 0.008, 0.35, (1, 0.3, 0.15, 0.05))
        _add(mix, start + index * beat / 2, sound, 0.16, 0.3)
        _add(mix, start + (index + 1.5) * beat / 2, sound, 0.05, -0.4)


def _drums(
    mix: Samples, start: float, beat: float, rng: np.random.Generator, *, is_busy: bool
) -> None:
    t = np.arange(int(0.25 * SAMPLE_RATE_HZ), dtype=np.float32) / SAMPLE_RATE_HZ
    kick = np.sin(2 * np.pi * (45 * t + 12 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.08)
    noise = rng.standard_normal(len(t)).astype(np.float32)
    snare, hat = noise * np.exp(-t / 0.06), np.diff(noise, prepend=0) * np.exp(-t / 0.02)
    for count in range(4):
        drum, level = (kick, 0.5) if count % 2 == 0 else (snare, 0.10)
        _add(mix, start + count * beat, drum, level, 0.0)
    for count in range(8 if is_busy else 4):
        _add(mix, start + count * beat * (0.5 if is_busy else 1.0), hat, 0.03, 0.25)


def _edges(length: int) -> Samples:
    fade = int(0.8 * SAMPLE_RATE_HZ)
    edges = np.ones(length, np.float32)
    edges[-fade:] = np.linspace(1, 0, fade)
    return edges
