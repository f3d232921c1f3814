"""Maps upstream's English name of a language to ISO 639-1."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from tiktok_music.refresh.curation.data_lines import data_lines

_NAMES = Path(__file__).parent / "data" / "names.tsv"
_NO_LANGUAGE = "-"
_MOST_CHARACTERS = 100
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LOCALE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8}){1,4}")
_SEPARATOR = re.compile(r"[-,;:/|]")
_NOT_LETTERS = re.compile(r"[^\w]+")


def iso_639_1(name: str) -> str | None:
    """The code for a name, code or locale of a language; None if unknown.

    "Chinese (Simplified)", "zh-Hant" and "cmn" are all "zh". None is also the answer for names that
    mean no language, such as "Instrumental".
    """
    code = _meaning(name)
    return None if code == _NO_LANGUAGE else code


def is_unknown_name(name: str | None) -> bool:
    """True for a name without a code that does not mean "no language"; reports list these."""
    return bool(name and _key(name)) and _meaning(name or "") is None


def _meaning(name: str) -> str | None:
    """The code of `name`, "-" for no language, None if unknown; the most exact reading wins."""
    known, short = _known(), name[:_MOST_CHARACTERS]
    for key in (_key(short), _key(_BRACKETS.sub(" ", short)), _code_of_locale(short)):
        if key in known:
            return known[key]
    first, *rest = (known.get(_key(part)) for part in _SEPARATOR.split(short))
    return first if all(other in (None, first) for other in rest) else None


def _code_of_locale(name: str) -> str:
    locale = _LOCALE.fullmatch(name.strip().lower())
    return locale[1] if locale else ""


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return _NOT_LETTERS.sub(" ", plain).strip()


@cache
def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for line in data_lines(_NAMES):
        code, others, names = line.split("\t")
        known |= {_key(alias): code for alias in (code, *others.split(), *names.split(";"))}
    known.pop("", None)
    return known
