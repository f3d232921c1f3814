"""Reads the reviewed word lists of data into tables with constant-time lookup.

data/README.txt describes their notation.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tiktok_music.refresh.curation.data_lines import data_lines
from tiktok_music.refresh.curation.profanity.table import Entry, Hit, Table
from tiktok_music.refresh.curation.profanity.text import folded, legible, word_spans

DATA = Path(__file__).parent / "data"
# Lists that belong to no language; each is read by its name.
_SPECIAL = frozenset(
    {
        "README",
        "allow",
        "circled",
        "given_names",
        "glued",
        "languages",
        "lookalikes",
        "maskable",
        "mild",
    }
)


@dataclass(frozen=True, slots=True)
class WordList:
    """Entries by how they are matched: `plain` ignores accents, `exact` does not."""

    plain: Table = field(default_factory=Table)
    exact: Table = field(default_factory=Table)

    def read(self, path: Path) -> None:
        """Adds the entries of a list."""
        prefixes: list[str] = [""]
        all_exact = False
        for line in data_lines(path):
            if line.startswith("@prefixes "):
                prefixes += line.split()[1:]
            elif line == "@exact-accents":
                all_exact = True
            else:
                self.add_line(line, prefixes, all_exact=all_exact)

    def add_line(
        self, line: str, prefixes: Iterable[str] = ("",), *, all_exact: bool = False
    ) -> None:
        pattern = line.partition(" [")[0]
        exact = all_exact or pattern.startswith("=")
        table = self.exact if exact else self.plain
        pattern = legible(pattern.lstrip("=")).casefold().replace("'", " ")
        for prefix in prefixes:
            spelling = prefix + pattern
            table.add(spelling if exact else folded(spelling), line)
            if pattern.startswith("*") or " " in pattern:
                return

    def hits(self, exact: list[str], plain: list[str]) -> Iterator[Hit]:
        """Finds every entry among words, which are given with and without accents."""
        yield from self.plain.hits(plain)
        yield from self.exact.hits(exact)

    def whole_words(self, word: str) -> Iterator[Entry]:
        """Finds the entries that are this word, not only a part of it."""
        for table in (self.plain, self.exact):
            for line in (*table.words.get(word, ()), *table.stems.get(word, ())):
                yield Entry.of(line)

    def entries_of(self, word: str, *, accents_dropped: bool) -> Iterator[Entry]:
        """Finds the entries that match a single word."""
        lines = self.plain.lines_for(word)
        if not accents_dropped:
            lines += self.exact.lines_for(word)
        for line in lines:
            yield Entry.of(line)


def swear_words(*, with_mild: bool) -> WordList:
    """Reads the lists of all languages, and the mild list on request."""
    swear = WordList()
    for path in sorted(DATA.glob("*.txt")):
        if path.stem not in _SPECIAL:
            swear.read(path)
    if with_mild:
        swear.read(DATA / "mild.txt")
    return swear


@dataclass(frozen=True, slots=True)
class AllowList:
    """Names, words and phrases that are removed from a text before the search."""

    words: WordList
    parts: tuple[str, ...]

    @classmethod
    def load(cls) -> Self:
        words, parts = WordList(), []
        for line in data_lines(DATA / "allow.txt"):
            if line.startswith("*") and line.endswith("*"):
                parts.append(line.strip("*"))
            else:
                words.add_line(line)
        return cls(words, tuple(parts))

    def cut_from(self, text: str) -> str:
        """Replaces every allowed word, phrase and part of a legible text by a gap."""
        lowered = text.casefold()
        for part in self.parts:
            if part in lowered:
                text = re.sub(re.escape(part), " , ", text, flags=re.IGNORECASE)
        spans = word_spans(text)
        exact = [text[start:stop].casefold() for start, stop in spans]
        plain = exact if text.isascii() else [folded(word) for word in exact]
        for hit in reversed(list(self.words.hits(exact, plain))):
            start, stop = spans[hit.start][0], spans[hit.stop - 1][1]
            text = text[:start] + "," * (stop - start) + text[stop:]
        return text


def special_list(name: str) -> Iterable[str]:
    """Reads a list that is no language's: its lines, casefolded."""
    return (line.casefold() for line in data_lines(DATA / f"{name}.txt"))
