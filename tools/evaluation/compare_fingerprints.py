"""Compares the project's fingerprint with Chromaprint's: separation of recordings, and CPU time.

Each composed tune becomes an MP3 of 30 s and an AAC copy of `seconds` at half the volume that
starts elsewhere; every pair of files is compared at its best offset over at least 8 s. Run by
`python -m tools.evaluation.compare_fingerprints [SECONDS]` with pyacoustid and libchromaprint.
"""

import importlib
import itertools
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tiktok_music.adapters.audio import AudioCaps, read_audio
from tiktok_music.adapters.pcm import mono_5512_hz
from tiktok_music.refresh.media.sound.fingerprint import bit_error_rate, fingerprint_of
from tools.fixtures.composer import SAMPLE_RATE_HZ, compose, tune_of
from tools.fixtures.encoding import encode_audio

TUNES = 40
# 8 s: Chromaprint has a word for every 1,365 samples at 11,025 Hz.
MIN_OVERLAP_WORDS = round(8 * 11_025 / 1_365)
Words = npt.NDArray[np.uint32]
Result = TypeVar("Result")


def chromaprint_of(pcm: npt.NDArray[np.float32], library: Any) -> Words:
    """The words of Chromaprint's default algorithm."""
    printer = library.Fingerprinter()
    printer.start(SAMPLE_RATE_HZ, 2)
    printer.feed((np.clip(pcm.T, -1, 1) * 32_767).astype("<i2").tobytes())
    words, _ = library.decode_fingerprint(printer.finish())
    return np.array(words, np.uint32)


def best_rate(a: Words, b: Words) -> float:
    """The lowest bit error rate over all offsets; same as `bit_error_rate`, without silence."""
    size = 1 << (len(a) + len(b) - 1).bit_length()
    first, second = (
        np.fft.rfft(np.unpackbits(words[:, None].view(np.uint8), axis=1) * 2.0 - 1, size, axis=0)
        for words in (a, b)
    )
    agreement = np.fft.irfft((first * np.conj(second)).sum(axis=1), size)
    ones = np.fft.rfft(np.ones(len(a)), size) * np.conj(np.fft.rfft(np.ones(len(b)), size))
    overlap = np.rint(np.fft.irfft(ones, size))
    enough = overlap >= MIN_OVERLAP_WORDS
    return float((0.5 - agreement[enough] / (64 * overlap[enough])).min())


def pairs_of_files(seconds: float) -> list[bytes]:
    """All originals, then their copies in the same order."""
    rng = np.random.default_rng(7)
    originals, copies = [], []
    for seed in range(TUNES):
        whole = compose(tune_of(seed, 40.0))
        start = int(rng.uniform(0.1, 12.0) * SAMPLE_RATE_HZ)
        cut = whole[:, start : start + int(seconds * SAMPLE_RATE_HZ)] * np.float32(0.5)
        clip = whole[:, : 30 * SAMPLE_RATE_HZ]
        originals.append(encode_audio(clip, "mp3", "libmp3lame", 128_000))
        copies.append(encode_audio(cut, "adts", "aac", 64_000))
    return originals + copies


def timed(step: Callable[[], Result]) -> tuple[Result, float]:
    began = time.process_time()
    result = step()
    return result, 1000 * (time.process_time() - began)


def show(name: str, cpu_ms: float, rates: dict[tuple[int, int], float]) -> None:
    same = [rate for (a, b), rate in rates.items() if b - a == TUNES]
    other = [rate for (a, b), rate in rates.items() if b - a != TUNES]
    print(
        f"{name:12} same recording: median {np.median(same):.3f}, highest {max(same):.3f}; "
        f"other: lowest {min(other):.3f} of {len(other)}; {cpu_ms:.1f} ms CPU per file"
    )


def main(seconds: float) -> None:
    library = importlib.import_module("chromaprint")
    recordings = [read_audio(data, AudioCaps()).pcm for data in pairs_of_files(seconds)]
    ours, cpu = timed(lambda: [fingerprint_of(mono_5512_hz(pcm)) for pcm in recordings])
    known = {place: each for place, each in enumerate(ours) if each is not None}
    rates = {
        (a, b): rate
        for a, b in itertools.combinations(known, 2)
        if (rate := bit_error_rate(known[a], known[b])) is not None
    }
    show("ours", cpu / len(recordings), rates)
    theirs, cpu = timed(lambda: [chromaprint_of(pcm, library) for pcm in recordings])
    pairs = itertools.combinations(range(len(theirs)), 2)
    found = {(a, b): best_rate(theirs[a], theirs[b]) for a, b in pairs}
    show("Chromaprint", cpu / len(recordings), found)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 24.0)
