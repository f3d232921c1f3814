"""Peaks of a preview for drawing its waveform: PCM in, a JSON document out.

The format is version 2 of BBC audiowaveform's JSON, which peaks.js, waveform-data and wavesurfer.js
read: minimum and maximum of the mono mix in turn, as 8-bit numbers.
"""

import json

import numpy as np
import numpy.typing as npt

from tiktok_music.adapters.pcm import SAMPLE_RATE_HZ, Pcm

# Ten points a second; a block of one second has a whole number of them.
SAMPLES_PER_PIXEL = SAMPLE_RATE_HZ // 10


class Waveform:
    """Collects the peaks of blocks of PCM, each of whole seconds except the last."""

    def __init__(self) -> None:
        self._pairs: list[npt.NDArray[np.int8]] = []

    def push(self, block: Pcm) -> None:
        mono = (block[0] + block[1]) * np.float32(0.5)
        starts = np.arange(0, len(mono), SAMPLES_PER_PIXEL)
        pairs = np.stack(
            (np.minimum.reduceat(mono, starts), np.maximum.reduceat(mono, starts)), axis=1
        )
        self._pairs.append(np.clip(np.rint(pairs * 128), -128, 127).astype(np.int8))

    def json(self) -> bytes:
        """The document; some 4.5 KB a minute."""
        pairs = np.concatenate(self._pairs)
        document = {
            "version": 2,
            "channels": 1,
            "sample_rate": SAMPLE_RATE_HZ,
            "samples_per_pixel": SAMPLES_PER_PIXEL,
            "bits": 8,
            "length": len(pairs),
            "data": pairs.ravel().tolist(),
        }
        return json.dumps(document, separators=(",", ":")).encode()


def waveform_json(pcm: Pcm) -> bytes:
    """The document of PCM in memory."""
    waveform = Waveform()
    waveform.push(pcm)
    return waveform.json()
