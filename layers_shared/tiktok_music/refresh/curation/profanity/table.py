"""One way of spelling the listed words: which lines of the lists a text shows, and where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_CONDITION = re.compile(r"(.*) \[(only|not) ([a-z ]+)\]")
_LONGEST_STEM = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: `only` and `unless` tell the languages where its word (never) counts."""

    word: str
    only: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()

    @classmethod
    def of(cls, line: str) -> "Entry":
        """The entry that a line of a list stands for."""
        condition = _CONDITION.fullmatch(line)
        if condition is None:
            return cls(line.strip("*="))
        word, languages = condition[1].strip("*="), frozenset(condition[3].split())
        if condition[2] == "only":
            return cls(word, only=languages)
        return cls(word, unless=languages)


@dataclass(frozen=True, slots=True)
class Hit:
    """Where an entry stands: the words from `start` up to `stop`."""

    entry: Entry
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Table:
    """Whole words, stems, parts of words, and phrases by their first word.

    Lines are kept as they are written: few of them are ever shown, so they are parsed then.
    RefreshDependencies are keyed by their first two characters, or by the only one.
    """

    words: dict[str, list[str]] = field(default_factory=dict)
    stems: dict[str, list[str]] = field(default_factory=dict)
    stem_heads: set[str] = field(default_factory=set)
    parts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    phrases: dict[str, list[tuple[list[str], str]]] = field(default_factory=dict)

    def add(self, pattern: str, line: str) -> None:
        """Enters a pattern of the lists' notation; `line` is what a hit is told by."""
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
        """Every entry that the words show, in their order."""
        for start, word in enumerate(words):
            for line in self.lines_for(word):
                yield Hit(Entry.of(line), start, start + 1)
            for rest, line in self.phrases.get(word, ()):
                stop = start + 1 + len(rest)
                if _continues(words[start + 1 : stop], rest):
                    yield Hit(Entry.of(line), start, stop)

    def lines_for(self, word: str) -> list[str]:
        """The lines of all single-word tiers that one word shows."""
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
