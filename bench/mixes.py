"""Generates any number of clips quickly: each joins pieces of a few tunes.

Order, tempo and loudness differ between clips, so that their fingerprints do too.
"""

from functools import cache

import numpy as np

from local.stand_in import MediaFile
from tools.fixtures.composer import SAMPLE_RATE_HZ, Samples, compose, tune_of
from tools.fixtures.encoding import encode_audio

TUNES = 12
PIECE_SECONDS = 2
# The fastest tempo consumes more pieces.
TEMPI, SPARE_PIECES = (0.8, 1.25), 3
# Gives about -18 to -8 LUFS, the range that TikTok states for its clips: loud ones are limited.
DRIVE_DB = (-3, 9)


def a_mix(number: int, seconds: int, container: str) -> MediaFile:
    """MP3 or M4A of 128 kbit/s; the same number gives the same clip."""
    pieces = pieces_of_tunes(seconds)
    rng = np.random.default_rng(number)
    chosen = rng.permutation(len(pieces))[: seconds // PIECE_SECONDS + SPARE_PIECES]
    joined = np.concatenate([pieces[index] for index in chosen], axis=1)
    places = np.arange(seconds * SAMPLE_RATE_HZ) * rng.uniform(*TEMPI)
    channels = [np.interp(places, np.arange(joined.shape[1]), channel) for channel in joined]
    drive = 10 ** (rng.uniform(*DRIVE_DB) / 20)
    samples = np.tanh(drive * np.asarray(channels, np.float32))
    if container == "mp3":
        return encode_audio(samples, "mp3", "libmp3lame", 128_000), "audio/mpeg"
    return encode_audio(samples, "ipod", "aac", 128_000), "audio/mp4"


@cache
def pieces_of_tunes(seconds: int) -> list[Samples]:
    """Pieces of all tunes, without the first and last of each, which fade in and out."""
    size = PIECE_SECONDS * SAMPLE_RATE_HZ
    tunes = [compose(tune_of(1_000 + seed, seconds + 2 * PIECE_SECONDS)) for seed in range(TUNES)]
    return [
        np.ascontiguousarray(tune[:, start : start + size])
        for tune in tunes
        for start in range(size, tune.shape[1] - size, size)
    ]
