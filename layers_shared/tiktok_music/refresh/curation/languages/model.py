"""Estimates the language of a title from word tables, spelling, fastText and a prior."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import fasttext  # type: ignore[import-untyped]  # fasttext-predict comes without types

from tiktok_music.refresh.curation.data_lines import data_lines
from tiktok_music.refresh.curation.languages.table import LanguageTable, words_of

SCRIPTS = ("latin", "cyrillic", "arabic", "devanagari", "han")
# Tuned on tests/data/language_development.tsv; `python -m tools.evaluation.measure_language`
# prints the scores.
FASTTEXT = 0.4
FASTTEXT_FLOOR = 0.01
PRIOR = 1.2
CAUTION = 1.5
# Half bits: a word is never more likely than this, so that one "die" does not make a title German.
MOST_FREQUENT = 12
_NATS = math.log(2) / 2
_MOST_WORDS = 40
# fastText distinguishes languages that are one here, and has one for several of these.
_FASTTEXT_NAMES = {
    "no": ("no", "nn"),
    "hr": ("hr", "sh", "bs"),
    "sr": ("sr", "sh", "bs"),
    "ku": ("ku", "ckb"),
}


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
        scores = self._scores(table, script, words)
        allowed = {code: score for code, score in scores.items() if code in codes or not codes}
        best = max(allowed, key=allowed.__getitem__)
        total = sum(math.exp((score - allowed[best]) / CAUTION) for score in allowed.values())
        return best, 1 / total

    def most_frequent(self, script: str, codes: tuple[str, ...]) -> str | None:
        """The language of `codes` with the greatest prior in a script; None for Latin or none."""
        shares = {code: self.priors.get((script, code), 0.0) for code in codes}
        return max(shares, key=shares.__getitem__) if shares else None

    def _scores(self, table: LanguageTable, script: str, words: list[str]) -> dict[str, float]:
        predicted = self._fasttext(words)
        return {
            code: score
            + FASTTEXT * math.log(predicted[code] + FASTTEXT_FLOOR)
            + PRIOR * self._prior(script, code)
            for code, score in _words_score(table, words).items()
        }

    def _prior(self, script: str, code: str) -> float:
        return math.log(self.priors.get((script, code)) or self.priors[script, "other"])

    def _fasttext(self, words: list[str]) -> Mapping[str, float]:
        labels, shares = self.predictor.predict(" ".join(words), k=-1, threshold=0.0005)
        predicted: defaultdict[str, float] = defaultdict(float)
        for label, share in zip(labels, shares, strict=True):
            predicted[label.removeprefix("__label__")] = share
        for code, names in _FASTTEXT_NAMES.items():
            predicted[code] = max(predicted[name] for name in names)
        return predicted


def _usable(words: list[str]) -> list[str]:
    """Distinct words, as "la la la" is no more French than "la"; none if all are single letters."""
    once = list(dict.fromkeys(words))[:_MOST_WORDS]
    is_initials = all(len(word) == 1 and word.isascii() for word in once)
    return [] if is_initials else once


def _words_score(table: LanguageTable, words: list[str]) -> dict[str, float]:
    """Natural logarithm of the probability of `words` in each language of `table`.

    A word is either on a language's list or spelt like the language: the greater one counts.
    """
    totals = [0.0] * len(table.codes)
    for word, listed in _looked_up(table, words):
        spelled = table.half_bits_of_letters(word)
        for place, (letters, unlisted) in enumerate(zip(spelled, table.unlisted, strict=True)):
            score = math.log(unlisted) - _NATS * letters
            if place in listed:
                level = max(MOST_FREQUENT, listed[place])
                score = max(score, math.log1p(-unlisted) - _NATS * level)
            totals[place] += score
    return dict(zip(table.codes, totals, strict=True))


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
