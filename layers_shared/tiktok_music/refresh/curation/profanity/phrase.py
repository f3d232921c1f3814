"""Guesses the languages of the words around a match: enough for homonyms, no language detector."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from tiktok_music.refresh.curation.profanity.lists import special_list
from tiktok_music.refresh.curation.profanity.table import Entry


@dataclass(frozen=True, slots=True)
class PhraseLanguages:
    """Frequent words and distinctive letters, each with the languages that use them."""

    languages_of_word: dict[str, tuple[str, ...]]
    languages_of_letter: dict[str, tuple[str, ...]]

    @classmethod
    def load(cls) -> Self:
        words: dict[str, tuple[str, ...]] = {}
        letters: dict[str, tuple[str, ...]] = {}
        for line in special_list("languages"):
            language, _, hints = line.partition(":")
            for hint in hints.split():
                is_letter = len(hint) == 1 and not hint.isascii()
                table = letters if is_letter else words
                table[hint] = (*table.get(hint, ()), language.strip())
        return cls(words, letters)

    def votes_of(self, words: Iterable[str]) -> Counter[str]:
        """Counts, per language, the words and distinct letters that point to it."""
        votes: Counter[str] = Counter()
        for word in words:
            votes.update(self.languages_of_word.get(word, ()))
            if not word.isascii():
                for letter in set(word):
                    votes.update(self.languages_of_letter.get(letter, ()))
        return votes


@dataclass(slots=True)
class Phrase:
    """The casefolded words of one text; the votes for languages are counted lazily."""

    languages: PhraseLanguages
    words: list[str]
    _votes: Counter[str] | None = None

    def lets_count(self, entry: Entry, own_words: Iterable[str] = ()) -> bool:
        """True if a homonym is meant as the swear word, judged by the other words of the text.

        A tie between languages counts as the innocent meaning.
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
    """Votes by which the best of `languages` leads the best of all others."""
    return _best(votes, languages) - _best(votes, frozenset(votes) - languages)
