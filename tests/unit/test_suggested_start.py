"""The suggested start of a preview."""

import numpy as np
import pytest

from tiktok_music.refresh.media.sound.start import loudest_start_ms, suggested_start_ms


def loudness(seconds: int, *loud: tuple[int, int]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Short-term values of quiet audio with loud parts (start and end in seconds)."""
    values = np.full(seconds * 10, -30, np.float32)
    for start, end in loud:
        # A value covers the three seconds before it.
        values[(start + 3) * 10 : (end + 1) * 10] = -10
    return values


@pytest.mark.parametrize(
    ("parts", "starts_at", "duration", "expected"),
    [
        (((20, 40),), 0.0, 60.0, 20_000),
        (((20, 40),), 5.0, 50.0, 15_000),
        (((0, 15), (30, 60)), 0.0, 60.0, 0),
        ((), 0.0, 60.0, 0),
        (((20, 40),), 0.0, 14.0, 0),
        (((20, 40),), 0.0, 15.0, 0),
    ],
)
def test_the_loudest_quarter_of_a_minute_is_found(
    parts: tuple[tuple[int, int], ...], starts_at: float, duration: float, expected: int
) -> None:
    found = loudest_start_ms(loudness(60, *parts), starts_at, duration)

    assert found == pytest.approx(expected, abs=3_000 if expected else 0)


def test_silent_audio_starts_at_its_beginning() -> None:
    assert loudest_start_ms(np.full(600, -70, np.float32), 0.0, 60.0) == 0
    assert loudest_start_ms(np.zeros(0, np.float32), 0.0, 0.0) == 0


@pytest.mark.parametrize(
    ("chorus", "excerpt", "offset", "expected"),
    [
        (None, 19_000, 0, 4_000),
        (31_000, 19_000, 300, 11_700),
        (31_000, None, 0, 4_000),
        (10_000, 19_000, 0, 4_000),
        (38_000, 19_000, 0, 19_000),
        (38_001, 19_000, 0, 4_000),
        (19_000, 19_000, 0, 0),
    ],
)
def test_a_chorus_inside_the_preview_comes_first(
    chorus: int | None, excerpt: int | None, offset: int, expected: int
) -> None:
    start_ms = suggested_start_ms(
        chorus_start_ms=chorus,
        excerpt_start_ms=excerpt,
        offset_ms=offset,
        loudest_ms=4_000,
        duration_seconds=24.0,
    )

    assert start_ms == expected
