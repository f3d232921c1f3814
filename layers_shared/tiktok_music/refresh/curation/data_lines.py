"""Reads the text files of word lists and tables."""

from collections.abc import Iterator
from pathlib import Path


def data_lines(path: Path) -> Iterator[str]:
    """The lines of a file without blank lines, outer spaces and comments (from `#` to the end)."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if text := (line.partition("#")[0] if "#" in line else line).strip():
            yield text
