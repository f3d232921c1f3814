"""Looks up words in one spelling of the lists: words in, matching lines and positions out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_CONDITION = re.compile(r"(.*) \[(only|not) ([a-z ]+)\]")
_LONGEST_STEM = 20
_MOST_REMEMBERED = 16_384


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list.

    With `only`, its word counts only among words of these languages; with `unless`, never there.
    """

    word: str
    only: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()

    @classmethod
    def of(cls, line: str) -> "Entry":
        """Parses a line: `word [not sv da]`."""
        condition = _CONDITION.fullmatch(line)
        if condition is None:
            return cls(line.strip("*="))
        word, languages = condition[1].strip("*="), frozenset(condition[3].split())
        if condition[2] == "only":
            return cls(word, only=languages)
        return cls(word, unless=languages)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry and its place: the words from `start` up to, not including, `stop`."""

    entry: Entry
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Table:
    """Whole words, stems, parts of words, and phrases by their first word.

    Lines are stored unparsed and parsed on a match, as few ever match. Parts are keyed by their
    first two characters, or by the only one.
    """

    words: dict[str, list[str]] = field(default_factory=dict)
    stems: dict[str, list[str]] = field(default_factory=dict)
    stem_heads: set[str] = field(default_factory=set)
    parts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    phrases: dict[str, list[tuple[list[str], str]]] = field(default_factory=dict)
    _found: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def add(self, pattern: str, line: str) -> None:
        """Adds a pattern in the notation of the lists; a hit reports `line`."""
        self._found.clear()
        if " " in pattern:
            first, *rest = pattern.split()
            self.phrases.setdefault(first, []).append((rest, line))
        elif "*" not in pattern:
            self.words.setdefault(pattern, []).append(line)
        elif pattern.startswith("*"):
            part = pattern.strip("*")
            self.parts.setdefault(part[:2], []).append((part, line))
        else:
            self.stems.setdefault(pattern[:-1], []).append(line)
            self.stem_heads.add(pattern[:2])

    def hits(self, words: list[str]) -> Iterator[Hit]:
        """Finds every entry among `words`, in their order."""
        for start, word in enumerate(words):
            for line in self.lines_for(word):
                yield Hit(Entry.of(line), start, start + 1)
            for rest, line in self.phrases.get(word, ()):
                stop = start + 1 + len(rest)
                if _continues(words[start + 1 : stop], rest):
                    yield Hit(Entry.of(line), start, stop)

    def lines_for(self, word: str) -> tuple[str, ...]:
        """Finds the lines of whole words, stems and parts that match one word.

        Titles share most of their words: results are remembered.
        """
        found = self._found.get(word)
        if found is None:
            if len(self._found) >= _MOST_REMEMBERED:
                self._found.clear()
            found = self._found[word] = tuple(self._search(word))
        return found

    def _search(self, word: str) -> list[str]:
        lines = list(self.words.get(word, ()))
        if word[:2] in self.stem_heads:
            for end in range(2, min(len(word), _LONGEST_STEM) + 1):
                lines += self.stems.get(word[:end], ())
        parts = self.parts
        for start in range(len(word)):
            if (head := word[start : start + 2]) in parts:
                lines += (line for part, line in parts[head] if word.startswith(part, start))
        if not word.isascii():
            for char in set(word) & parts.keys():
                lines += (line for _, line in parts[char])
        return lines


def _continues(words: list[str], rest: list[str]) -> bool:
    if len(words) != len(rest) or words[:-1] != rest[:-1]:
        return False
    last = rest[-1]
    return words[-1].startswith(last[:-1]) if last.endswith("*") else words[-1] == last
