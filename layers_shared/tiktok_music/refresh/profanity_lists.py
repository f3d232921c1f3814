"""The reviewed word lists of data/profanity, read into tables that answer in constant time.

The notation of the lists is described in data/profanity/README.txt.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tiktok_music.refresh.profanity_text import folded, legible, word_spans

DATA = Path(__file__).parent / "data" / "profanity"
# Lists that are not a language's: they are read by name.
_SPECIAL = frozenset(
    {"README", "allow", "given_names", "languages", "lookalikes", "maskable", "mild"}
)
_CONDITION = re.compile(r"\s*\[(only|not) ([a-z ]+)\]$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: `only` and `unless` are the languages that its phrase must (not) be in."""

    word: str
    only: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """Where an entry stands: the words from `start` up to `stop`."""

    entry: Entry
    start: int
    stop: int


Accepts = Callable[[Hit], bool]


@dataclass(frozen=True, slots=True)
class Table:
    """The three tiers of one way of spelling, plus phrases by their first word."""

    words: dict[str, list[Entry]] = field(default_factory=dict)
    stems: dict[str, list[Entry]] = field(default_factory=dict)
    parts: dict[str, list[tuple[str, Entry]]] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[str, ...], Entry]]] = field(default_factory=dict)
    stem_heads: set[str] = field(default_factory=set)

    def add(self, pattern: str, entry: Entry) -> None:
        if " " in pattern:
            first, *rest = pattern.split()
            self.phrases.setdefault(first, []).append((tuple(rest), entry))
        elif pattern.startswith("*"):
            part = pattern.strip("*")
            self.parts.setdefault(part[:2], []).append((part, entry))
        elif pattern.endswith("*"):
            self.stems.setdefault(pattern[:-1], []).append(entry)
            self.stem_heads.add(pattern[:2])
        else:
            self.words.setdefault(pattern, []).append(entry)

    def hits(self, words: list[str]) -> Iterator[Hit]:
        """Every entry that the words show, cheapest tier first within each word."""
        for start, word in enumerate(words):
            for entry in self.entries_of(word):
                yield Hit(entry, start, start + 1)
            for rest, entry in self.phrases.get(word, ()):
                stop = start + 1 + len(rest)
                if _continues(words[start + 1 : stop], rest):
                    yield Hit(entry, start, stop)

    def entries_of(self, word: str) -> Iterator[Entry]:
        """The entries of all three tiers that one word shows."""
        yield from self.words.get(word, ())
        if word[:2] in self.stem_heads:
            for end in range(2, min(len(word), 20) + 1):
                yield from self.stems.get(word[:end], ())
        for start in range(len(word) - 1):
            for part, entry in self.parts.get(word[start : start + 2], ()):
                if word.startswith(part, start):
                    yield entry


def _continues(words: list[str], rest: tuple[str, ...]) -> bool:
    if len(words) != len(rest) or words[:-1] != list(rest[:-1]):
        return False
    last = rest[-1]
    return words[-1].startswith(last[:-1]) if last.endswith("*") else words[-1] == last


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
        entry, pattern = parsed(line)
        exact = exact_file or pattern.startswith("=")
        pattern = legible(pattern.lstrip("=")).casefold()
        for prefix in prefixes:
            if exact:
                self.exact.add(prefix + pattern, entry)
            else:
                self.plain.add(folded(prefix + pattern), entry)
            if pattern.startswith("*") or " " in pattern:
                return

    def hits(self, exact: list[str], plain: list[str]) -> Iterator[Hit]:
        """Every entry that the words show, given with and without their accents."""
        yield from self.plain.hits(plain)
        yield from self.exact.hits(exact)

    def entries_of(self, word: str) -> Iterator[Entry]:
        """The entries that one word shows by itself."""
        yield from self.plain.entries_of(word)
        yield from self.exact.entries_of(word)


def parsed(line: str) -> tuple[Entry, str]:
    """An entry and its pattern, with the stars and the `=` that say how it is matched."""
    condition = _CONDITION.search(line)
    if condition is None:
        return Entry(line.strip("*=")), line
    pattern = line[: condition.start()]
    languages = frozenset(condition[2].split())
    if condition[1] == "only":
        return Entry(pattern.strip("*="), only=languages), pattern
    return Entry(pattern.strip("*="), unless=languages), pattern


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a list without comments and blanks."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if text := line.partition("#")[0].strip():
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
