"""Classifies a bracket or dash part of a title: version, remark, number or subtitle."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from tiktok_music.refresh.curation.titles.folding import fold
from tiktok_music.refresh.curation.titles.tables import read_phrases

_NO_VERSIONS: frozenset[str] = frozenset()
_WRITTEN_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_COINED_GENRE = re.compile(
    r"\w{3,}(?:core|tekk?|phonk|fonk|funk|wave|trance|beats?|bass|trap|rave)"
)
_MOST_WORDS_OF_A_GENRE = 2
# "V2" and "ver 3": the second version is another one, the first is the original.
_NUMBERED = re.compile(r"(?:v|ver|vers|version|take|alt|mix|edit|draft) ?(?P<number>\d{1,2})")
_YEAR = re.compile(r"(?:19|20)\d\d")


class PartKind(StrEnum):
    """The role of a part of a title; callers split credits off first."""

    NOISE = "noise"
    VERSION = "version"
    NUMBER = "number"
    SUBTITLE = "subtitle"


@dataclass(frozen=True, slots=True)
class PartMeaning:
    """`versions` are tags such as "slowed" or "remix:imanbek"; `venue` is the place or year of a
    live version; `origin` is the film, series or show that a remark names."""

    kind: PartKind
    versions: frozenset[str] = _NO_VERSIONS
    venue: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class _Word:
    """The meaning of a phrase of the tables; an everyday word has it only without other words."""

    role: str
    tag: str
    everyday: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """The words of a part: known phrases, unknown words (`rest`) and years."""

    words: tuple[_Word, ...]
    rest: tuple[str, ...]
    years: tuple[str, ...]
    ends_with_phrase: bool

    def has(self, *roles: str) -> bool:
        return any(word.role in roles for word in self.words)

    def tags(self, role: str) -> frozenset[str]:
        return frozenset(
            word.tag
            for word in self.words
            if word.role == role and not (word.everyday and self.rest)
        )

    def names(self, role: str) -> frozenset[str]:
        """Tags of words that are names, too ("Swedish House Mafia"): count alone or with a head."""
        has_head = self.has("remix", "mix", "version", "tag")
        return self.tags(role) if has_head or not self.rest else _NO_VERSIONS


@cache
def version_endings() -> frozenset[str]:
    """Folded phrases that name a version at the end of a title, even without brackets."""
    names = ("versions.txt", "genres.txt", "remixes.txt")
    phrases = (phrase for name in names for line in read_phrases(name).values() for phrase in line)
    return frozenset(fold(phrase[1:]) for phrase in phrases if phrase.startswith("*"))


@cache
def noise_endings() -> frozenset[str]:
    """Folded remarks of several words, which no title itself ends with."""
    return frozenset(
        {"m v"} | {fold(phrase) for phrase in read_phrases("noise.txt")["strong"] if " " in phrase}
    )


@cache
def endings_of_titles() -> frozenset[str]:
    """Both together."""
    return version_endings() | noise_endings()


@cache
def last_words(endings: frozenset[str]) -> frozenset[str]:
    """The last words of folded phrases, also where a head such as "version" follows them."""
    return frozenset(ending.split()[-1] for ending in endings) | {"version", "ver", "audio"}


@cache
def genres() -> frozenset[str]:
    """The tags of genres, whose names are titles, too ("Jungle")."""
    table = read_phrases("genres.txt")
    return frozenset(table) | frozenset(map(fold, table["each"]))


@lru_cache(maxsize=8192)
def read_part(folded: str) -> PartMeaning:
    """Classifies a folded part; any text has a meaning."""
    if not folded:
        return PartMeaning(PartKind.NOISE)
    if _number().fullmatch(folded):
        return PartMeaning(PartKind.NUMBER)
    numbered = _NUMBERED.fullmatch(folded)
    if numbered:
        return PartMeaning(PartKind.VERSION, frozenset({f"version:{numbered['number']}"}))
    if _dedication().search(folded):
        return PartMeaning(PartKind.NOISE)
    found = _find(folded)
    versions = _versions(found)
    opening = _opening().match(folded)
    if not versions and _is_staged(folded):
        versions = frozenset({"live"})
    if versions:
        venue = " ".join(found.rest + found.years) if "live" in versions else ""
        return PartMeaning(PartKind.VERSION, versions, venue)
    if opening or _season().search(folded):
        named = _find(folded[opening.end() :] if opening else folded)
        generic = read_phrases("stages.txt")["medium"]
        origin = " ".join(word for word in named.rest if word not in generic)
        return PartMeaning(PartKind.NOISE, origin=origin)
    if found.rest and _soundtrack().search(folded):
        generic = read_phrases("stages.txt")["medium"]
        origin = " ".join(word for word in found.rest if word not in generic)
        return PartMeaning(PartKind.NOISE, origin=origin)
    is_remark = found.has("strong") or (bool(found.words) and not found.rest)
    return PartMeaning(PartKind.NOISE if is_remark else PartKind.SUBTITLE)


def _is_staged(folded: str) -> bool:
    """True for "live berlin" and "wembley live", but not for "live your life" or "long live"."""
    words = folded.split()
    stage = read_phrases("stages.txt")
    is_named = words[0] in stage["live"] or words[-1] in stage["live"]
    return (is_named or _event().search(folded) is not None) and not any(
        word in stage["speech"] for word in words
    )


@cache
def _event() -> re.Pattern[str]:
    events = sorted(read_phrases("stages.txt")["event"], key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(events)})(?!\S)")


@cache
def _dedication() -> re.Pattern[str]:
    """Matches "avicii tribute", a song for somebody; "tribute to avicii" is a cover."""
    stage = read_phrases("stages.txt")
    return re.compile(rf"\S (?:{'|'.join(stage['homage'])})$|^(?:{'|'.join(stage['memory'])}) ")


@cache
def _soundtrack() -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{'|'.join(read_phrases('stages.txt')['soundtrack'])})(?!\S)")


@cache
def _season() -> re.Pattern[str]:
    """Matches "season 5" of a show, in which a song was sung or played."""
    seasons = "|".join(read_phrases("stages.txt")["season"])
    return re.compile(rf"\S (?:{seasons}) \d{{1,3}}$|\S \d{{1,3}} (?:{seasons})$|^s\d\de\d\d$")


@cache
def _number() -> re.Pattern[str]:
    table = read_phrases("numbers.txt")
    spelt = {word for number, words in table.items() if number.isdigit() for word in words}
    marker, number = "|".join(table["marker"]), rf"\d{{1,4}}|{'|'.join(spelt)}"
    return re.compile(rf"(?:(?:{marker}) ?)?(?:{number})|\d{{1,3}} ?(?:{marker})")


def _versions(found: _Found) -> frozenset[str]:
    genres = found.names("genre") or _unlisted_genres(found)
    languages = found.names("language")
    tags = found.tags("tag") | languages | genres
    name = " ".join(sorted(found.rest)) or " ".join(found.years)
    if found.has("remix") and (found.rest or not genres):
        return tags | {f"remix:{name}" if name else "remix"}
    if found.has("mix") and name and (found.rest or not found.has("qualifier")):
        return tags | {f"remix:{name}"}
    if found.has("version") and name and not tags and not found.has("strong"):
        return frozenset({f"version:{name}"})
    if tags:
        return tags
    return frozenset({"edit"}) if found.has("mix") and len(found.words) == 1 else _NO_VERSIONS


def _unlisted_genres(found: _Found) -> frozenset[str]:
    """Genres by their ending, as "krushfunk" and "cyberpunk phonk"; new ones come every month."""
    coined = frozenset(word for word in found.rest if _COINED_GENRE.fullmatch(word))
    if len(found.rest) == len(found.words) == 1 and found.ends_with_phrase:
        coined |= {f"{genre}:{found.rest[0]}" for genre in found.tags("genre")}
    return coined if len(found.rest) <= _MOST_WORDS_OF_A_GENRE else _NO_VERSIONS


def _find(folded: str) -> _Found:
    words, rest, years, end = [], [], [], 0
    fillers = _fillers()
    matches = [*_phrase_pattern().finditer(folded), None]
    for match in matches:
        for word in folded[end : match.start() if match else len(folded)].split():
            if _YEAR.fullmatch(word):
                years.append(word)
            elif word not in fillers:
                rest.append(word)
        if match:
            end = match.end()
            words.append(_phrases()[match[0]])
    return _Found(tuple(words), tuple(rest), tuple(years), ends_with_phrase=end == len(folded))


@cache
def _phrases() -> dict[str, _Word]:
    """All phrases with their meaning; of tables that share one, the later line here wins."""
    found: dict[str, _Word] = {}
    for role in ("qualifier", "weak", "strong"):
        _add(found, role, {role: read_phrases("noise.txt")[role]})
    _add(found, "language", read_phrases("languages.txt"), "language:")
    _add(found, "genre", read_phrases("genres.txt"))
    _add(found, "tag", read_phrases("versions.txt"))
    for role, phrases in read_phrases("remixes.txt").items():
        _add(found, role, {role: phrases})
    return found


def _add(
    found: dict[str, _Word], role: str, table: dict[str, tuple[str, ...]], prefix: str = ""
) -> None:
    for tag, phrases in table.items():
        for phrase in phrases:
            folded = fold(phrase.lstrip("*!"))
            named = folded if tag == "each" else tag
            found[folded] = _Word(role, prefix + named, phrase.startswith("!"))


@cache
def _phrase_pattern() -> re.Pattern[str]:
    """Matches any phrase, the longest first; only whole words in scripts with spaces."""
    spaced: list[str] = []
    unspaced: list[str] = []
    for phrase in sorted(_phrases(), key=len, reverse=True):
        has_spaces = _WRITTEN_WITHOUT_SPACES.search(phrase) is None
        (spaced if has_spaces else unspaced).append(re.escape(phrase))
    return re.compile(rf"(?<!\S)(?:{'|'.join(spaced)})(?!\S)|{'|'.join(unspaced)}")


@cache
def _opening() -> re.Pattern[str]:
    phrases = (re.escape(fold(phrase)) for phrase in read_phrases("noise.txt")["opening"])
    return re.compile(rf"(?:{'|'.join(sorted(phrases, key=len, reverse=True))}) ")


@cache
def _fillers() -> frozenset[str]:
    return frozenset(read_phrases("noise.txt")["filler"])
