"""Which languages the words around a find belong to: enough for homonyms, not a detector."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from tiktok_music.refresh.curation.profanity.lists import plain_lines
from tiktok_music.refresh.curation.profanity.table import Entry


@dataclass(frozen=True, slots=True)
class PhraseLanguages:
    """Frequent words and telling letters, each with the languages that they point to."""

    languages_of_word: dict[str, tuple[str, ...]]
    languages_of_letter: dict[str, tuple[str, ...]]

    @classmethod
    def load(cls) -> Self:
        words: dict[str, tuple[str, ...]] = {}
        letters: dict[str, tuple[str, ...]] = {}
        for line in plain_lines("languages"):
            language, _, hints = line.partition(":")
            for hint in hints.split():
                is_letter = len(hint) == 1 and not hint.isascii()
                table = letters if is_letter else words
                table[hint] = (*table.get(hint, ()), language.strip())
        return cls(words, letters)

    def votes_of(self, words: Iterable[str]) -> Counter[str]:
        """How many of the words, and of the letters in them, point to each language."""
        votes: Counter[str] = Counter()
        for word in words:
            votes.update(self.languages_of_word.get(word, ()))
            if not word.isascii():
                for letter in set(word):
                    votes.update(self.languages_of_letter.get(letter, ()))
        return votes


@dataclass(slots=True)
class Phrase:
    """The casefolded words of one text; their languages are counted when first asked for."""

    languages: PhraseLanguages
    words: list[str]
    _votes: Counter[str] | None = None

    def lets_count(self, entry: Entry, own_words: Iterable[str] = ()) -> bool:
        """Whether a homonym is meant as the swear word, judged by the words other than its own.

        A tie between languages speaks for the innocent meaning.
        """
        if not entry.only and not entry.unless:
            return True
        if self._votes is None:
            self._votes = self.languages.votes_of(self.words)
        votes = self._votes - self.languages.votes_of(own_words)
        if entry.only:
            return _lead(votes, entry.only) > 0
        return _lead(votes, entry.unless) < 0 or not _best(votes, entry.unless)


def _best(votes: Counter[str], languages: frozenset[str]) -> int:
    return max((votes[language] for language in languages), default=0)


def _lead(votes: Counter[str], languages: frozenset[str]) -> int:
    """By how many votes the best of `languages` is ahead of the best of all others."""
    return _best(votes, languages) - _best(votes, frozenset(votes) - languages)
