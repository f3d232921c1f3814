"""Finds profanity in a title, album or author: text -> words and disguises -> reviewed lists."""

import re
from dataclasses import dataclass
from typing import Self

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.profanity.disguise import Disguises
from tiktok_music.refresh.curation.profanity.joined import humps, with_vowels
from tiktok_music.refresh.curation.profanity.lists import (
    AllowList,
    WordList,
    special_list,
    swear_words,
)
from tiktok_music.refresh.curation.profanity.phrase import Phrase, PhraseLanguages
from tiktok_music.refresh.curation.profanity.table import Entry
from tiktok_music.refresh.curation.profanity.text import (
    chunks_of,
    folded,
    legible,
    spelled_runs,
    words_of,
)
from tiktok_music.refresh.rejection import Finding, RejectionReason

_BETWEEN_NAMES = re.compile(r"\s*(?:[,&+/]|\b(?:feat|featuring|ft|with|and|x)\b\.?)\s*", re.I)


@dataclass(frozen=True, slots=True)
class ProfanityMatch:
    """The matched list entry, without the marks of its line, and the matched text."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text: as written, casefolded, and casefolded without accents."""

    shown: list[str]
    exact: list[str]
    plain: list[str]

    @classmethod
    def of(cls, text: str) -> Self:
        shown = words_of(text)
        exact = [word.casefold() for word in shown]
        return cls(shown, exact, exact if text.isascii() else [folded(word) for word in exact])


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfanityFilter:
    """Finds strong swear words, slurs and vulgar sexual terms of about 40 languages.

    Mild words count only in a filter loaded `with_mild`.
    """

    swear: WordList
    allowed: AllowList
    disguises: Disguises
    languages: PhraseLanguages
    given_names: frozenset[str]

    @classmethod
    def load(cls, *, with_mild: bool = False) -> Self:
        return cls(
            swear=swear_words(with_mild=with_mild),
            allowed=AllowList.load(),
            disguises=Disguises.load(),
            languages=PhraseLanguages.load(),
            given_names=frozenset(special_list("given_names")),
        )

    def find(self, text: str) -> ProfanityMatch | None:
        """Finds the first unmistakable swear word, in time linear in the length of `text`."""
        if not text:
            return None
        rest = self.allowed.cut_from(legible(text))
        words = _Words.of(rest)
        phrase = Phrase(self.languages, words.exact)
        return self._listed(words, phrase) or self._split(words) or self._disguised(rest, phrase)

    def find_in_name(self, text: str) -> ProfanityMatch | None:
        """Finds as `find` does, but a given name such as "Dick" before a surname is clean."""
        names = _BETWEEN_NAMES.split(text)
        return self.find(", ".join(self._without_given_name(name) for name in names))

    def _without_given_name(self, name: str) -> str:
        given, _, surname = name.partition(" ")
        if given.casefold() in self.given_names and 1 <= len(surname.split()) <= 2:
            return surname
        return name

    def _listed(self, words: _Words, phrase: Phrase) -> ProfanityMatch | None:
        for hit in self.swear.hits(words.exact, words.plain):
            if phrase.lets_count(hit.entry, words.exact[hit.start : hit.stop]):
                return ProfanityMatch(hit.entry.word, " ".join(words.shown[hit.start : hit.stop]))
        return None

    def _split(self, words: _Words) -> ProfanityMatch | None:
        for start, stop, word in self.disguises.split_words(words.plain):
            return ProfanityMatch(word, " ".join(words.shown[start:stop]))
        return None

    def _disguised(self, text: str, phrase: Phrase) -> ProfanityMatch | None:
        for chunk in chunks_of(text):
            entry = self._behind(chunk.casefold(), phrase) or self._in_humps(chunk, phrase)
            if entry:
                return ProfanityMatch(entry.word, chunk)
        for run in spelled_runs(text):
            spelled = run.casefold()
            if entry := self._meant(spelled, phrase) or self._behind(spelled, phrase):
                return ProfanityMatch(entry.word, run)
        return None

    def _in_humps(self, chunk: str, phrase: Phrase) -> Entry | None:
        for piece in humps(chunk):
            if entry := self._meant(piece, phrase):
                return entry
        return None

    def _behind(self, chunk: str, phrase: Phrase) -> Entry | None:
        for word in self.disguises.masked(chunk):
            for entry in self.swear.entries_of(word, accents_dropped=False):
                return entry
        for word in with_vowels(chunk) if "*" in chunk else ():
            for entry in self.swear.whole_words(word):
                return entry
        for reading in self.disguises.readings(chunk):
            if meant := self._meant(reading, phrase):
                return meant
        plain = folded(chunk)
        if plain != chunk:
            for reading in self.disguises.readings(plain):
                if meant := self._meant(reading, phrase, accents_dropped=True):
                    return meant
        return None

    def _meant(self, word: str, phrase: Phrase, *, accents_dropped: bool = False) -> Entry | None:
        for entry in self.swear.entries_of(word, accents_dropped=accents_dropped):
            if phrase.lets_count(entry):
                return entry
        return None


def judge_profanity(candidate: Candidate, filter_: ProfanityFilter) -> Finding | None:
    """Checks title, album and author, in this order, up to the first match."""
    for field, match in (
        ("title", filter_.find(candidate.title)),
        ("album", filter_.find(candidate.album)),
        ("author", filter_.find_in_name(candidate.author)),
    ):
        if match is not None:
            detail = f'The {field} contains "{match.text}".'
            return Finding(RejectionReason.PROFANITY, detail, field=field, word=match.word)
    return None
