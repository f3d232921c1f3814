"""Which languages the words around a find belong to: enough for homonyms, not a detector."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from tiktok_music.refresh.profanity_lists import plain_lines
from tiktok_music.refresh.profanity_table import Entry


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

    def lets_count(self, entry: Entry, others: Iterable[str]) -> bool:
        """Whether a homonym is meant as the swear word, judged by the other words of the phrase.

        A tie between languages speaks for the innocent meaning.
        """
        if not entry.only and not entry.unless:
            return True
        votes = self._votes(others)
        if entry.only:
            return _lead(votes, entry.only) > 0
        return _lead(votes, entry.unless) < 0 or not _best(votes, entry.unless)

    def _votes(self, words: Iterable[str]) -> Counter[str]:
        votes: Counter[str] = Counter()
        for word in words:
            votes.update(self.languages_of_word.get(word, ()))
            if not word.isascii():
                for letter in set(word):
                    votes.update(self.languages_of_letter.get(letter, ()))
        return votes


def _best(votes: Counter[str], languages: frozenset[str]) -> int:
    return max((votes[language] for language in languages), default=0)


def _lead(votes: Counter[str], languages: frozenset[str]) -> int:
    """By how many votes the best of `languages` is ahead of the best of all others."""
    return _best(votes, languages) - _best(votes, frozenset(votes) - languages)
