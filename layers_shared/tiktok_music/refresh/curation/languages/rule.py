"""Identifies the language of a track: by upstream's name, else the title's script, else a model."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tiktok_music.refresh.curation.languages.model import LanguageModel
from tiktok_music.refresh.curation.languages.names import iso_639_1
from tiktok_music.refresh.curation.languages.scripts import reading_of
from tiktok_music.refresh.curation.languages.table import plain

_FOLDER = Path(__file__).parent / "data"
_LEAST_SCORE = 0.3
_MOST_CHARACTERS = 300
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
        return self._of_text(_TAG.sub(" ", cut)) or self._of_text(cut) or self._default()

    def _of_text(self, text: str) -> Language | None:
        reading = reading_of(text)
        if reading is None:
            return None
        if len(reading.codes) == 1:
            return Language(reading.codes[0], LanguageSource.SCRIPT, 1.0)
        likely = self.model.most_likely(text, reading.script, reading.codes)
        if likely is None or likely[1] < _LEAST_SCORE:
            return self._default()
        return Language(likely[0], LanguageSource.MODEL, round(likely[1], 3))

    def _default(self) -> Language:
        return Language(self.default_code, LanguageSource.DEFAULT, 0.0)
