"""The tables of words under data, read once from readable text."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

_TABLES = Path(__file__).parent / "data"


def _lines(name: str) -> Iterator[str]:
    for line in (_TABLES / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


@cache
def read_phrases(name: str) -> dict[str, tuple[str, ...]]:
    """The phrases of each name of a table written as `name: phrase, phrase, ...`."""
    table: dict[str, tuple[str, ...]] = {}
    for line in _lines(name):
        key, _, phrases = line.partition(":")
        table[key.strip()] = tuple(phrase.strip() for phrase in phrases.split(","))
    return table


@cache
def read_pairs(name: str, separator: str = " ") -> tuple[str, ...]:
    """The pairs of a table written as pairs with `separator` between them."""
    return tuple(pair for line in _lines(name) for pair in line.split(separator))
