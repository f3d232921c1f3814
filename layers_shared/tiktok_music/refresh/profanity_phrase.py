"""Which languages the words around a find belong to: enough for homonyms, not a detector."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from tiktok_music.refresh.profanity_lists import Entry, plain_lines


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
        """Whether a homonym is meant as the swear word, judged by the other words of the phrase."""
        if entry.unless:
            return not self._read_as(entry.unless, others)
        return not entry.only or self._read_as(entry.only, others)

    def _read_as(self, wanted: frozenset[str], others: Iterable[str]) -> bool:
        votes = self._votes(others)
        best = max((votes[language] for language in wanted), default=0)
        return best > 0 and best >= max(
            (count for language, count in votes.items() if language not in wanted), default=0
        )

    def _votes(self, words: Iterable[str]) -> Counter[str]:
        votes: Counter[str] = Counter()
        for word in words:
            votes.update(self.languages_of_word.get(word, ()))
            if not word.isascii():
                for letter in set(word):
                    votes.update(self.languages_of_letter.get(letter, ()))
        return votes
