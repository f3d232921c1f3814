"""Writes the stand-in's files as TikTok's hosts serve them: MP3, M4A, JPEG."""

import io

import av
import numpy as np
from PIL import Image, ImageDraw

from local.composer import SAMPLE_RATE_HZ, Samples

# Three times as fast as the encoders' own choice, and good enough to listen to.
QUICK: dict[str, dict[str, str]] = {
    "libmp3lame": {"compression_level": "9"},
    "aac": {"aac_coder": "fast"},
}


def encode_audio(samples: Samples, container: str, codec: str, bit_rate: int) -> bytes:
    """Two channels of samples as a file, such as ("mp3", "libmp3lame", 128_000)."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=SAMPLE_RATE_HZ, layout="stereo")
        assert isinstance(stream, av.AudioStream)  # noqa: S101 - what an audio codec gives
        stream.bit_rate = bit_rate
        stream.options = dict(QUICK[codec])
        block = SAMPLE_RATE_HZ
        for start in range(0, samples.shape[1], block):
            piece = np.ascontiguousarray(samples[:, start : start + block])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, start
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def draw_cover(seed: int, side: int = 720) -> bytes:
    """A cover of a few coloured discs, JPEG."""
    rng = np.random.default_rng(seed)
    hue = rng.random()
    image = Image.new("RGB", (side, side), _colour(hue, 0.25))
    draw = ImageDraw.Draw(image)
    for index in range(7):
        x, y = rng.integers(0, side, 2)
        radius = int(rng.integers(side // 12, side // 3))
        draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius),
            fill=_colour(hue + index * 0.06, 0.45 + 0.07 * index),
        )
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return file.getvalue()


def _colour(hue: float, light: float) -> tuple[int, int, int]:
    angles = 2 * np.pi * (hue + np.array([0.0, 1 / 3, 2 / 3]))
    red, green, blue = (255 * np.clip(light + 0.35 * np.cos(angles), 0, 1)).astype(int)
    return int(red), int(green), int(blue)
