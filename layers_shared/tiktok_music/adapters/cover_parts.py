"""Small covers, placeholder and colours of a cover: a picture in, bytes and text out."""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageFilter

from tiktok_music.adapters.thumb_hash import MAX_SIDE, thumb_hash
from tiktok_music.track import SMALL_COVER_SIDES

_SMALL_QUALITY = 82
# Shrinking blurs edges; this restores them without a halo, at a third of the cost of a mask.
_SHARPEN = ImageFilter.Kernel((3, 3), (-1, -2, -1, -2, 24, -2, -1, -2, -1))
# Halves first where that is possible: half of the cost, and 46 dB from a single step.
_REDUCING_GAP = 1.0
_COLORS = 5
_LEAST_SHARE = 0.1
_COLOR_SIDE = 64


def small_covers(reduced: Image.Image, full_side: int) -> dict[int, bytes]:
    """JPEG files by the pixels of their longer side; only sizes below that of the full image."""
    return {side: _small(reduced, side) for side in SMALL_COVER_SIDES if side < full_side}


def placeholder(image: Image.Image) -> bytes:
    """The ThumbHash."""
    return thumb_hash(np.asarray(shrunk(image, MAX_SIDE)))


def main_color(image: Image.Image) -> tuple[int, int, int]:
    """The most saturated of five colours with at least a tenth of the area, else the average."""
    small = shrunk(image, _COLOR_SIDE)
    reduced = small.quantize(_COLORS, Image.Quantize.MEDIANCUT)
    palette = np.array(reduced.getpalette(), np.int64).reshape(-1, 3)
    counts = np.bincount(np.asarray(reduced).ravel(), minlength=len(palette))
    large = counts >= _LEAST_SHARE * counts.sum()
    saturation = np.ptp(palette, axis=1) / np.maximum(palette.max(axis=1), 1)
    best = int(np.argmax(np.where(large, saturation, -1)))
    color = palette[best] if large.any() else np.asarray(small).mean(axis=(0, 1))
    red, green, blue = (round(float(part)) for part in color)
    return red, green, blue


def contrasting(color: Iterable[int]) -> str:
    """`#000000` or `#ffffff`, whichever has the higher contrast on the colour (WCAG 2.2, 1.4.3)."""
    luminance = _relative_luminance(color)
    on_white, on_black = 1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05
    return "#000000" if on_black >= on_white else "#ffffff"


def _relative_luminance(color: Iterable[int]) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _small(image: Image.Image, side: int) -> bytes:
    file = io.BytesIO()
    shrunk(image, side).filter(_SHARPEN).save(
        file, "JPEG", quality=_SMALL_QUALITY, optimize=True, progressive=True
    )
    return file.getvalue()


def shrunk(image: Image.Image, side: int) -> Image.Image:
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)
    return small
