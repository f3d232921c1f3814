"""Estimates the language of a title from word tables, spelling, fastText and a prior."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import fasttext  # type: ignore[import-untyped]  # fasttext-predict comes without types
import numpy as np
import numpy.typing as npt

from tiktok_music.refresh.curation.data_lines import data_lines
from tiktok_music.refresh.curation.languages.table import LanguageTable, words_of

SCRIPTS = ("latin", "cyrillic", "arabic", "devanagari", "han")
# Tuned on tests/data/language_development.tsv; `python -m tools.evaluation.measure_language`
# prints the scores.
FASTTEXT = 0.4
FASTTEXT_FLOOR = 0.01
_LOG_FLOOR = math.log(FASTTEXT_FLOOR)
# Half the time of fastText is in shares below this, which the floor makes worth nothing.
_LEAST_SHARE = 0.005
PRIOR = 1.2
CAUTION = 1.5
# Half bits: a word is never more likely than this, so that one "die" does not make a title German.
MOST_FREQUENT = 12
# Half bits: a word that is at least this rare (one in 33,000) is thin evidence.
INFREQUENT = 30
_NATS = math.log(2) / 2
# Languages of one family share most words, and a list ends at some word: what another list of the
# script has is a word of the most frequent language, too, a little rarer than the last one on its
# own list (half bits).
_SHARED_WORDS = {"cyrillic": ("ru", 43)}
_MOST_WORDS = 40
_SYLLABLES = frozenset({
    "ah", "ay", "da", "dam", "doo", "dum", "eh", "ey", "ha", "hey", "ho", "la", "li", "lo", "lu",
    "mm", "mmm", "na", "oh", "oo", "ooh", "ra", "ta", "tra", "uh", "whoa", "woah", "ya", "yeah",
})  # fmt: skip
# fastText distinguishes languages that are one here, and has one for several of these.
_LANGUAGES_OF_FASTTEXT = {"nn": ("no",), "sh": ("hr", "sr"), "bs": ("hr", "sr"), "ckb": ("ku",)}

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Constants:
    """The scores of a table's languages before any word, and their places by fastText's labels."""

    base: _Floats
    places: Mapping[str, tuple[int, ...]]


class Predictor(Protocol):
    """The part of fastText's interface in use."""

    def predict(
        self, text: str, k: int, threshold: float
    ) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """Naive Bayes over words and trigrams, with fastText's prediction as one more feature."""

    tables: Mapping[str, LanguageTable]
    priors: Mapping[tuple[str, str], float]
    predictor: Predictor
    _constants: dict[str, _Constants] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, folder: Path) -> "LanguageModel":
        """Reads the shipped tables and lid.176.ftz from `folder`; never uses the network."""
        tables = {script: LanguageTable.load(folder, script) for script in SCRIPTS}
        predictor = fasttext.load_model(str(folder / "lid.176.ftz"))
        return cls(tables, _priors(folder / "priors.tsv"), predictor)

    def most_likely(
        self, text: str, script: str, codes: tuple[str, ...]
    ) -> tuple[str, float] | None:
        """The most likely language of `text` among `codes` (all if empty), with a score of 0 to 1.

        None if `text` has no usable word, or there is no table for `script`.
        """
        words = _usable(words_of(text))
        table = self.tables.get(script)
        if table is None or not words:
            return None
        scores, names = self._scores(table, script, words), table.codes
        if codes:
            places = [place for place, code in enumerate(table.codes) if code in codes]
            scores, names = scores[places], tuple(table.codes[place] for place in places)
        best = int(np.argmax(scores))
        shares = np.exp((scores - scores[best]) / CAUTION)
        return names[best], float(1 / shares.sum())

    def most_frequent(self, script: str, codes: tuple[str, ...]) -> str | None:
        """The language of `codes` with the greatest prior in a script; None for Latin or none."""
        shares = {code: self.priors.get((script, code), 0.0) for code in codes}
        return max(shares, key=shares.__getitem__) if shares else None

    def share(self, script: str, code: str) -> float:
        """The prior share of a language among the titles of a script."""
        return self.priors.get((script, code)) or self.priors.get((script, "other"), 0.0)

    def is_spelt_more_like(self, other: str, text: str, code: str) -> bool:
        """True if no frequent word of a Latin text is of `code`, and its letters are of `other`."""
        table = self.tables["latin"]
        place, other_place = table.codes.index(code), table.codes.index(other)
        words = _usable(words_of(text))
        letters = np.sum([table.half_bits_of_letters(word) for word in words], axis=0)
        is_frequent = any(
            listed.get(place, INFREQUENT) < INFREQUENT for _, listed in _looked_up(table, words)
        )
        return not is_frequent and bool(letters[other_place] < letters[place])

    def _scores(self, table: LanguageTable, script: str, words: list[str]) -> _Floats:
        """A score for each language of the table, in its order."""
        constants = self._constants.get(script)
        if constants is None:
            shares = [self.share(script, code) for code in table.codes]
            base = PRIOR * np.log(shares) + FASTTEXT * math.log(FASTTEXT_FLOOR)
            constants = self._constants[script] = _Constants(base, _places_of_labels(table.codes))
        total = constants.base.copy()
        for place, share in self._fasttext(words, constants.places).items():
            total[place] += FASTTEXT * (math.log(share + FASTTEXT_FLOOR) - _LOG_FLOOR)
        shared = _SHARED_WORDS.get(script)
        for word in words:
            total += _word_score(table, word, shared)
        return total

    def _fasttext(
        self, words: list[str], places: Mapping[str, tuple[int, ...]]
    ) -> Mapping[int, float]:
        """fastText's shares by the place of a language in the table; the most likely come first."""
        labels, shares = self.predictor.predict(" ".join(words), k=-1, threshold=_LEAST_SHARE)
        predicted: dict[int, float] = {}
        for label, share in zip(labels, shares, strict=True):
            for place in places.get(label, ()):
                predicted.setdefault(place, share)
        return predicted


def _places_of_labels(codes: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """The places of the languages that each label of fastText stands for."""
    names = {code: (code,) for code in codes} | _LANGUAGES_OF_FASTTEXT
    return {
        f"__label__{name}": tuple(codes.index(code) for code in meant if code in codes)
        for name, meant in names.items()
    }


def _usable(words: list[str]) -> list[str]:
    """Distinct words, as "sol sol sol" is no more Spanish than "sol".

    None if all are single letters, or syllables that are sung in every language ("Oh Yeah"); a
    repeated one has no language beside other words, either ("La La Land").
    """
    sung = {word for word, following in pairwise(words) if word == following} & _SYLLABLES
    once = [word for word in dict.fromkeys(words) if word not in sung][:_MOST_WORDS]
    is_initials = all(len(word) == 1 and word.isascii() for word in once)
    return [] if is_initials or _SYLLABLES.issuperset(once) else once


@lru_cache(maxsize=8192)
def _word_score(table: LanguageTable, word: str, shared: tuple[str, int] | None) -> _Floats:
    """Natural logarithm of the probability of a word in each language of `table`.

    A word is either on a language's list or spelt like the language: the greater one counts.
    `shared` is the language that has the words of all lists, and their half bits.
    """
    unlisted = np.array(table.unlisted)
    total = np.zeros(len(table.codes))
    for part, listed in _looked_up(table, [word]):
        scores = np.log(unlisted) - _NATS * table.half_bits_of_letters(part)
        if listed:
            places = list(listed)
            levels = np.maximum(MOST_FREQUENT, list(listed.values()))
            on_list = np.log1p(-unlisted[places]) - _NATS * levels
            scores[places] = np.maximum(scores[places], on_list)
        if shared and listed:
            place = table.codes.index(shared[0])
            scores[place] = max(scores[place], -_NATS * shared[1])
        total += scores
    return total


def _looked_up(table: LanguageTable, words: list[str]) -> Iterator[tuple[str, dict[int, int]]]:
    """Yields words with their half bits; "l'amour" is split unless a list has it whole."""
    for word in words:
        listed = table.half_bits_of_word(word)
        if listed or "'" not in word:
            yield word, listed
        else:
            yield from ((part, table.half_bits_of_word(part)) for part in word.split("'") if part)


def _priors(path: Path) -> dict[tuple[str, str], float]:
    rows = (line.split("\t") for line in data_lines(path))
    return {(script, code): float(share) for script, code, share in rows}
