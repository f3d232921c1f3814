"""Reads the word tables of data, each once."""

from functools import cache
from pathlib import Path

from tiktok_music.refresh.curation.data_lines import data_lines

_TABLES = Path(__file__).parent / "data"


@cache
def read_phrases(name: str) -> dict[str, tuple[str, ...]]:
    """Reads lines of `name: phrase, phrase, ...`: the phrases by their name."""
    table: dict[str, tuple[str, ...]] = {}
    for line in data_lines(_TABLES / name):
        key, _, phrases = line.partition(":")
        table[key.strip()] = tuple(phrase.strip() for phrase in phrases.split(","))
    return table


@cache
def read_pairs(name: str, separator: str = " ") -> tuple[str, ...]:
    """Reads lines of pairs with `separator` between them."""
    return tuple(pair for line in data_lines(_TABLES / name) for pair in line.split(separator))
