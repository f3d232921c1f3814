"""Matches many `*` patterns against a name in one pass over the name."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

# Long enough to be rare in names: nearly every lookup finds no pattern.
LONGEST_PIECE = 5


class NamePatterns:
    """Patterns by position, found by their rarest piece of literal text.

    A pattern matches the whole name, ignoring case; `*` matches any text. The cost of a name
    depends on its length and on the patterns that it nearly matches, not on their number.
    """

    def __init__(self, patterns: Mapping[int, str]) -> None:
        parts = {position: text.casefold().split("*") for position, text in patterns.items()}
        pieces = {position: set(_pieces(each)) for position, each in parts.items()}
        uses = Counter(piece for each in pieces.values() for piece in each)
        self._found_by: dict[str, list[tuple[int, Sequence[str]]]] = {}
        for position, each in pieces.items():
            rarest = min(each, key=lambda piece: (uses[piece], -len(piece), piece), default="")
            self._found_by.setdefault(rarest, []).append((position, parts[position]))
        self._lengths = sorted({len(piece) for piece in self._found_by})

    def first_match(self, name: str) -> int | None:
        """The lowest position of a matching pattern, None if none matches."""
        folded = name.casefold()
        found = (
            position
            for piece in self._pieces_in(folded)
            for position, parts in self._found_by[piece]
            if _is_match(parts, folded)
        )
        return min(found, default=None)

    def _pieces_in(self, folded: str) -> set[str]:
        """The pieces of patterns that occur in a name."""
        return {
            piece
            for length in self._lengths
            for start in range(len(folded) - length + 1)
            if (piece := folded[start : start + length]) in self._found_by
        }


def _pieces(parts: Sequence[str]) -> Iterator[str]:
    """The pieces of a pattern's literal parts, each of which a matching name contains."""
    for part in filter(None, parts):
        length = min(len(part), LONGEST_PIECE)
        for start in range(len(part) - length + 1):
            yield part[start : start + length]


def _is_match(parts: Sequence[str], folded: str) -> bool:
    """True if the parts are in the name, in order; linear, whatever the number of `*`."""
    if len(parts) == 1:
        return folded == parts[0]
    first, *middle, last = parts
    at, end = len(first), len(folded) - len(last)
    if at > end or not (folded.startswith(first) and folded.endswith(last)):
        return False
    for part in middle:
        found = folded.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
