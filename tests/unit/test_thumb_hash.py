"""ThumbHash against hashes of the reference implementation (npm thumbhash 0.1.1)."""

import base64

import numpy as np
import numpy.typing as npt
import pytest

from tiktok_music.adapters.thumb_hash import thumb_hash


def a_pattern(width: int, height: int) -> npt.NDArray[np.uint8]:
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack(((x * 5 + y) % 256, (y * 3 + x * 2) % 256, x * y % 256), axis=2).astype(
        np.uint8
    )


@pytest.mark.parametrize(
    ("width", "height", "reference"),
    [
        (100, 100, "HwgGFwR0A3lYRZkWiFm4Z2h2V/yUqDAK"),
        (100, 50, "YPgFFIoxQHoVaXiEaIZSCmifvg=="),
        (40, 90, "XxgKGxBQQwh5eWV2kkUAduk="),
        (100, 1, "Ujsm4Yx1hniIiAiKdYjghgg="),
    ],
)
def test_the_hash_is_that_of_the_reference(width: int, height: int, reference: str) -> None:
    assert base64.b64encode(thumb_hash(a_pattern(width, height))).decode() == reference


def test_terms_of_zero_give_one_hash_on_every_processor() -> None:
    """Red minus green repeats without a rest: its terms are zero, but for noise of either sign."""
    x, y = np.meshgrid(np.arange(100), np.arange(50))
    pattern = np.stack((x * 5 % 256, y * 3 % 256, x * y % 256), axis=2).astype(np.uint8)

    hashed = base64.b64encode(thumb_hash(pattern)).decode()

    assert hashed == "WmcKFJBjgGlxd3d3d3aUoDz2iA=="


@pytest.mark.parametrize("color", [(200, 30, 90), (0, 0, 0), (255, 255, 255), (12, 200, 7)])
def test_the_average_color_is_in_the_hash(color: tuple[int, int, int]) -> None:
    hashed = thumb_hash(np.full((60, 80, 3), color, np.uint8))

    assert average(hashed) == pytest.approx(color, abs=8)


def test_a_plain_picture_has_no_noise() -> None:
    hashed = thumb_hash(np.full((10, 10, 3), (200, 30, 90), np.uint8))

    assert hashed[5:] == bytes(len(hashed) - 5)


def average(hashed: bytes) -> tuple[float, float, float]:
    """The mean colour, from the first 18 bits: luminance, yellow - blue, red - green."""
    head = int.from_bytes(hashed[:3], "little")
    luminance, yellow, red_green = head & 63, head >> 6 & 63, head >> 12 & 63
    light, p, q = luminance / 63, yellow / 31.5 - 1, red_green / 31.5 - 1
    blue = light - 2 / 3 * p
    red = (3 * light - blue + q) / 2
    return 255 * red, 255 * (red - q), 255 * blue
