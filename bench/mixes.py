"""Clips in any number, made quickly: each joins pieces of a few tunes in its own order and tempo.

Another order and another tempo make another recording, to the fingerprints as to the ear.
"""

from functools import cache

import numpy as np

from local.stand_in import MediaFile
from tools.fixtures.composer import SAMPLE_RATE_HZ, Samples, compose, tune_of
from tools.fixtures.encoding import encode_audio

TUNES = 12
PIECE_SECONDS = 2
# The fastest needs some more to play.
TEMPI, SPARE_PIECES = (0.8, 1.25), 3


def a_mix(number: int, seconds: int, container: str) -> MediaFile:
    """MP3 or M4A of 128 kbit/s, the same in every run."""
    pieces = pieces_of_tunes(seconds)
    dice = np.random.default_rng(number)
    chosen = dice.permutation(len(pieces))[: seconds // PIECE_SECONDS + SPARE_PIECES]
    joined = np.concatenate([pieces[index] for index in chosen], axis=1)
    places = np.arange(seconds * SAMPLE_RATE_HZ) * dice.uniform(*TEMPI)
    heard = [np.interp(places, np.arange(joined.shape[1]), channel) for channel in joined]
    samples = np.asarray(heard, np.float32)
    if container == "mp3":
        return encode_audio(samples, "mp3", "libmp3lame", 128_000), "audio/mpeg"
    return encode_audio(samples, "ipod", "aac", 128_000), "audio/mp4"


@cache
def pieces_of_tunes(seconds: int) -> list[Samples]:
    """Without the first and last piece of each, which fade."""
    size = PIECE_SECONDS * SAMPLE_RATE_HZ
    tunes = [compose(tune_of(1_000 + seed, seconds + 2 * PIECE_SECONDS)) for seed in range(TUNES)]
    return [
        np.ascontiguousarray(tune[:, start : start + size])
        for tune in tunes
        for start in range(size, tune.shape[1] - size, size)
    ]
