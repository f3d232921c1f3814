"""Identifies the language of a track: by upstream's name, else the title's script, else a model."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tiktok_music.refresh.curation.languages.model import LanguageModel
from tiktok_music.refresh.curation.languages.names import iso_639_1
from tiktok_music.refresh.curation.languages.scripts import Reading, reading_of
from tiktok_music.refresh.curation.languages.table import plain, words_of

_FOLDER = Path(__file__).parent / "data"
_LEAST_SCORE = 0.3
# English is then more likely than all other languages together.
_LIKELY_SCORE = 0.5
# A language with a smaller share of the charts needs a frequent word, or its own spelling.
_RARE_SHARE = 0.005
_MOST_CHARACTERS = 300
_ENGLISH = "en"
# Spellings of English dialects that are frequent words of other languages.
_DIALECT = frozenset({"da", "dat", "dem", "dey", "die", "dis", "ova", "tha", "wit"})
_VERSION = (
    r"(?:feat|ft|with|con|prod|from|remix|rmx|mix|edit|version|versión|remaster(?:ed|izado)?|live"
    r"|ao vivo|en vivo|acoustic|sped up|slowed|nightcore|instrumental|mashup|soundtrack)\b"
)
_TAG = re.compile(
    rf"[(\[][^()\[\]]*\b{_VERSION}[^()\[\]]*[)\]]|\s-\s[^-]*\b{_VERSION}.*", re.IGNORECASE
)


class LanguageSource(StrEnum):
    """The origin of a language, from the most trusted to the least."""

    UPSTREAM = "upstream"
    SCRIPT = "script"
    MODEL = "model"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Language:
    """The language of a track: `code` is ISO 639-1, `score` is 0 to 1 with three decimals."""

    code: str
    source: LanguageSource
    score: float


@dataclass(frozen=True, slots=True)
class LanguageRule:
    """Identifies the language of a track by its title and upstream's name of the language."""

    model: LanguageModel
    default_code: str

    @classmethod
    def load(cls, *, default_code: str = "en") -> "LanguageRule":
        """Reads the shipped tables (about 5 MB on disk, under a second)."""
        return cls(LanguageModel.load(_FOLDER), default_code)

    def identify(self, title: str, language_name: str | None) -> Language:
        """Identifies the language of a title; `language_name` is upstream's English name of it."""
        named = iso_639_1(language_name) if language_name else None
        if named:
            return Language(named, LanguageSource.UPSTREAM, 1.0)
        cut = plain(title[:_MOST_CHARACTERS])
        untagged = _TAG.sub(" ", cut)
        return self._of_text(untagged) or self._of_text(cut) or self._default()

    def _of_text(self, text: str) -> Language | None:
        reading = reading_of(text)
        if reading is None:
            return None
        if len(reading.codes) == 1:
            return Language(reading.codes[0], LanguageSource.SCRIPT, 1.0)
        likely = self.model.most_likely(text, reading.script, reading.codes)
        if likely is not None and reading.script == "latin":
            likely = self._without_dialect(text, likely)
        is_guess = likely is None or likely[1] < _LEAST_SCORE
        if likely is None or is_guess or self._is_far_fetched(text, reading.script, likely):
            return self._most_frequent(reading) or self._default()
        return Language(likely[0], LanguageSource.MODEL, round(likely[1], 3))

    def _is_far_fetched(self, text: str, script: str, likely: tuple[str, float]) -> bool:
        """True for a rare language by an infrequent word alone: "Reptilia" as Malay."""
        return (
            script == "latin"
            and text.isascii()
            and self.model.share(script, likely[0]) < _RARE_SHARE
            and self.model.is_spelt_more_like(_ENGLISH, text, likely[0])
        )

    def _without_dialect(self, text: str, likely: tuple[str, float]) -> tuple[str, float]:
        """Reads "In Da Hood" as English: without "da", which other languages have, too, it is."""
        words = words_of(text) if likely[0] != _ENGLISH else []
        rest = [word for word in words if word not in _DIALECT]
        if not rest or len(rest) == len(words):
            return likely
        other = self.model.most_likely(" ".join(rest), "latin", ())
        is_english = other is not None and other[0] == _ENGLISH and other[1] >= _LIKELY_SCORE
        return other if other is not None and is_english else likely

    def _most_frequent(self, reading: Reading) -> Language | None:
        """The most frequent language of a script that the default language is not written in."""
        code = self.model.most_frequent(reading.script, reading.codes)
        return Language(code, LanguageSource.SCRIPT, 0.0) if code else None

    def _default(self) -> Language:
        return Language(self.default_code, LanguageSource.DEFAULT, 0.0)
