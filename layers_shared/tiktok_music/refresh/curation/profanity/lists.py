"""The reviewed word lists of data, read into tables that answer in constant time.

The notation of the lists is described in data/README.txt.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tiktok_music.refresh.curation.profanity.table import Entry, Hit, Table
from tiktok_music.refresh.curation.profanity.text import folded, legible, word_spans

DATA = Path(__file__).parent / "data"
# Lists that are not a language's: they are read by name.
_SPECIAL = frozenset(
    {"README", "allow", "given_names", "languages", "lookalikes", "maskable", "mild"}
)


@dataclass(frozen=True, slots=True)
class WordList:
    """Entries in both spellings: `plain` is matched without accents, `exact` with them."""

    plain: Table = field(default_factory=Table)
    exact: Table = field(default_factory=Table)

    def read(self, path: Path) -> None:
        prefixes: list[str] = [""]
        exact_file = False
        for line in lines_of(path):
            if line.startswith("@prefixes "):
                prefixes += line.split()[1:]
            elif line == "@exact-accents":
                exact_file = True
            else:
                self.add_line(line, prefixes, exact_file=exact_file)

    def add_line(
        self, line: str, prefixes: Iterable[str] = ("",), *, exact_file: bool = False
    ) -> None:
        pattern = line.partition(" [")[0]
        exact = exact_file or pattern.startswith("=")
        table = self.exact if exact else self.plain
        pattern = legible(pattern.lstrip("=")).casefold().replace("'", " ")
        for prefix in prefixes:
            spelling = prefix + pattern
            table.add(spelling if exact else folded(spelling), line)
            if pattern.startswith("*") or " " in pattern:
                return

    def hits(self, exact: list[str], plain: list[str]) -> Iterator[Hit]:
        """Every entry that the words show, given with and without their accents."""
        yield from self.plain.hits(plain)
        yield from self.exact.hits(exact)

    def entries_of(self, word: str, *, accents_dropped: bool) -> Iterator[Entry]:
        """The entries that one word shows by itself."""
        lines = self.plain.lines_for(word)
        if not accents_dropped:
            lines += self.exact.lines_for(word)
        for line in lines:
            yield Entry.of(line)


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a list without comments and blanks."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if text := (line.partition("#")[0] if "#" in line else line).strip():
            yield text


def swear_words(*, with_mild: bool) -> WordList:
    """The lists of all languages, and the mild one if asked for."""
    swear = WordList()
    for path in sorted(DATA.glob("*.txt")):
        if path.stem not in _SPECIAL:
            swear.read(path)
    if with_mild:
        swear.read(DATA / "mild.txt")
    return swear


@dataclass(frozen=True, slots=True)
class AllowList:
    """Names, words and phrases that are cut out before anything is looked for."""

    words: WordList
    pieces: tuple[str, ...]

    @classmethod
    def load(cls) -> Self:
        words, pieces = WordList(), []
        for line in lines_of(DATA / "allow.txt"):
            if line.startswith("*") and line.endswith("*"):
                pieces.append(line.strip("*"))
            else:
                words.add_line(line)
        return cls(words, tuple(pieces))

    def cut_from(self, text: str) -> str:
        """The legible text with a gap where an allowed word, phrase or piece was."""
        lowered = text.casefold()
        for piece in self.pieces:
            if piece in lowered:
                text = re.sub(re.escape(piece), " , ", text, flags=re.IGNORECASE)
        spans = word_spans(text)
        exact = [text[start:stop].casefold() for start, stop in spans]
        plain = exact if text.isascii() else [folded(word) for word in exact]
        for hit in reversed(list(self.words.hits(exact, plain))):
            start, stop = spans[hit.start][0], spans[hit.stop - 1][1]
            text = text[:start] + "," * (stop - start) + text[stop:]
        return text


def plain_lines(name: str) -> Iterable[str]:
    """The lines of a special list, casefolded."""
    return (line.casefold() for line in lines_of(DATA / f"{name}.txt"))
