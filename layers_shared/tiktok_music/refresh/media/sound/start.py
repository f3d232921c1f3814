"""The suggested start of a preview: the chorus if it is known, else the loudest part."""

import numpy as np
import numpy.typing as npt

# About eight bars of pop music, the length in which a chorus is recognised.
WINDOW_SECONDS = 15.0
# What must be left to hear after a suggested start.
LEAST_LEFT_SECONDS = 5.0
# Short-term loudness (EBU Tech 3341) covers the three seconds before it, ten times a second.
_STEPS_PER_SECOND = 10
_SHORT_TERM_STEPS = 3 * _STEPS_PER_SECOND


def loudest_start_ms(
    short_term_lufs: npt.NDArray[np.float32], starts_at_seconds: float, duration_seconds: float
) -> int:
    """The start of the loudest 15 s within a part of a file, in milliseconds from its start.

    `short_term_lufs` are values of the whole file, ten a second. 0 for a part of less than 15 s.
    """
    first = round(starts_at_seconds * _STEPS_PER_SECOND)
    last = round((starts_at_seconds + duration_seconds) * _STEPS_PER_SECOND)
    steps = round(WINDOW_SECONDS * _STEPS_PER_SECOND)
    part = short_term_lufs[first + _SHORT_TERM_STEPS : last]
    window = steps - _SHORT_TERM_STEPS
    if len(part) <= window:
        return 0
    sums = np.concatenate(([0.0], np.cumsum(part, dtype=np.float64)))
    means = (sums[window:] - sums[:-window]) / window
    return int(np.argmax(np.round(means, 1))) * 1000 // _STEPS_PER_SECOND


def suggested_start_ms(
    *,
    chorus_start_ms: int | None,
    excerpt_start_ms: int | None,
    offset_ms: int,
    loudest_ms: int,
    duration_seconds: float,
) -> int:
    """The suggested start in the preview, in milliseconds from its start.

    `chorus_start_ms` and `excerpt_start_ms` (the start of the source's file) are positions in the
    song, `offset_ms` the preview's position in the source's file.
    """
    if chorus_start_ms is not None:
        start_ms = chorus_start_ms - (excerpt_start_ms or 0) - offset_ms
        if 0 <= start_ms <= 1000 * (duration_seconds - LEAST_LEFT_SECONDS):
            return start_ms
    return loudest_ms
