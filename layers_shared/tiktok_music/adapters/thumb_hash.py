"""ThumbHash of an opaque picture: some 25 bytes with its shape, average colour and blurred form.

The format of github.com/evanw/thumbhash without its alpha channel: the first terms of a cosine
transform of luminance (L), yellow - blue (P) and red - green (Q), four bits each.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# A larger picture costs more and gives the same terms.
MAX_SIDE = 100
_LUMINANCE_TERMS = 7
# More than the noise of the floating point, which differs between processors.
_NOISE = 1e-9


def thumb_hash(rgb: npt.NDArray[np.uint8]) -> bytes:
    """The hash of a picture of shape (height, width, 3), at most 100 x 100 pixels."""
    height, width = int(rgb.shape[0]), int(rgb.shape[1])
    red, green, blue = np.moveaxis(rgb / 255, 2, 0)
    columns, rows = (
        max(1, _rounded(_LUMINANCE_TERMS * side / max(width, height))) for side in (width, height)
    )
    luminance = _Channel((red + green + blue) / 3, max(3, columns), max(3, rows))
    yellow = _Channel((red + green) / 2 - blue, 3, 3)
    redness = _Channel(red - green, 3, 3)
    is_landscape = width > height
    head = (
        _rounded(63 * luminance.mean)
        | _rounded(31.5 + 31.5 * yellow.mean) << 6
        | _rounded(31.5 + 31.5 * redness.mean) << 12
        | _rounded(31 * luminance.scale) << 18
        | (rows if is_landscape else columns) << 24
        | _rounded(63 * yellow.scale) << 27
        | _rounded(63 * redness.scale) << 33
        | is_landscape << 39
    )
    nibbles = [*luminance.nibbles(), *yellow.nibbles(), *redness.nibbles()]
    nibbles += [0] * (len(nibbles) % 2)
    pairs = zip(nibbles[::2], nibbles[1::2], strict=True)
    return head.to_bytes(5, "little") + bytes(low | high << 4 for low, high in pairs)


class _Channel:
    """The mean of a channel and its lowest terms, scaled by the largest of them."""

    def __init__(self, plane: Floats, columns: int, rows: int) -> None:
        terms = _cosines(rows, plane.shape[0]) @ plane @ _cosines(columns, plane.shape[1]).T
        terms /= plane.size
        self.mean = float(terms[0, 0])
        self._terms = [
            float(terms[row, column])
            for row in range(rows)
            for column in range(columns)
            if (row or column) and column * rows < columns * (rows - row)
        ]
        scale = max(map(abs, self._terms))
        # The terms of a plain picture are noise.
        self.scale = scale if scale > _NOISE else 0.0

    def nibbles(self) -> Iterator[int]:
        for term in self._terms:
            yield _rounded(15 * (0.5 + 0.5 / self.scale * term if self.scale else 0))


def _cosines(terms: int, size: int) -> Floats:
    """A row for each term, of `size` samples."""
    cosines: Floats = np.cos(np.pi / size * np.outer(np.arange(terms), np.arange(size) + 0.5))
    return cosines


def _rounded(number: float) -> int:
    """Rounds halves up, those below by noise too: symmetric pictures have terms of exactly zero."""
    return int(np.floor(number + 0.5 + _NOISE))
