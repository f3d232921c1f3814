"""Builds the tables of refresh/curation/languages/data: word lists in, compressed text out."""

import argparse
import gzip
import itertools
import lzma
import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from tiktok_music.characters import LATIN_LETTERS
from tiktok_music.refresh.curation.languages.table import ZERO, grams_of, plain, words_of

_HERE = Path(__file__).parent
_OWN_WORDS = _HERE / "language_words.txt"
_TARGET = _HERE.parents[1] / "layers_shared/tiktok_music/refresh/curation/languages/data"
_HELP = """The word lists come from the Python package wordfreq 3.1 (its "small" and "large" lists).
Only this command needs it: install it into a separate environment (`pip install wordfreq`) and run
`PYTHONPATH=layers_shared:. python -m tools.evaluation.build_language_table`."""

_HEAD = """# {title} in the languages of one script, for
# tiktok_music/refresh/curation/languages/table.py.
# Made by tools/evaluation/build_language_table.py from the word lists of wordfreq 3.1 (Robyn Speer,
# doi.org/10.5281/zenodo.7199437; they credit SUBTLEX, OpenSubtitles, Wikipedia and others) and from
# tools/evaluation/language_words.txt. This table is shared under CC BY-SA 4.0, as wordfreq's data
# is: https://creativecommons.org/licenses/by-sa/4.0/
# {columns}
# languages: {codes}

"""
_WORD_COLUMNS = "word, then a language (chr 33 + place) and half bits (chr 33 + n) for each"
_GRAM_COLUMNS = "trigram, then half bits (chr 33 + n) in each language"

# wordfreq's code -> (our code, number of words). English, in every chart, has the longest list.
_LATIN = {
    "en": ("en", 80000),
    **{code: (code, 45000) for code in ("es", "pt", "fr", "it", "de", "id", "tr")},
    **{code: (code, 20000) for code in ("ca", "cs", "da", "fi", "hu", "is", "lt", "lv", "ms")},
    **{code: (code, 20000) for code in ("nl", "pl", "ro", "sk", "sl", "sv", "vi")},
    "nb": ("no", 20000),
    "fil": ("tl", 20000),
}
_LISTS: dict[str, dict[str, tuple[str, int]]] = {
    "latin": _LATIN,
    "cyrillic": {
        "ru": ("ru", 60000),
        "uk": ("uk", 30000),
        **{code: (code, 20000) for code in ("bg", "mk")},
    },
    "arabic": {code: (code, 12000) for code in ("ar", "fa", "ur")},
    "devanagari": {"hi": ("hi", 8000)},
    "han": {"zh": ("zh", 25000), "ja": ("ja", 20000)},
}
# Percent of a language's running words that its list lacks: the long English list has nearly all,
# Vietnamese syllables are few, and a list in language_words.txt has a few hundred words.
_UNLISTED = {"en": 4, "vi": 3}
_UNLISTED_ELSE = 10
_UNLISTED_OWN = 40
_SCRIPT_NAMES = {
    "latin": "LATIN",
    "cyrillic": "CYRILLIC",
    "arabic": "ARABIC",
    "devanagari": "DEVANAGARI",
    "han": "CJK",
}
# Titles often lack the accents of their language: such a spelling counts as one in eight, at most.
# Only frequent words (the first 10,000) get a second line.
_ACCENTLESS = 6
_FREQUENT = 33
# Croatian and Serbian share one list; a word in the other's pronunciation is eight times rarer.
_OTHER_PRONUNCIATION = 6
_SERBOCROATIAN_WORDS = 20000
_PLAIN_LETTERS = LATIN_LETTERS | {"ß": "ss"}
_FEWEST_GRAMS = 0.9
_WORST = 60
_PRESET = 6 | lzma.PRESET_EXTREME

Levels = dict[str, dict[str, int]]


def half_bits(probability: float) -> int:
    return round(-2 * math.log2(probability))


def by_rank(words: Iterable[str], script: str, most: int) -> dict[str, int]:
    """Half bits by the rank of a word in a list: a frequency of 0.1 / (rank + 3), after Zipf."""
    spelt = (
        word for text in words for word in words_of(plain(text)) if is_written_in(word, script)
    )
    ranked = itertools.islice(dict.fromkeys(spelt), most)
    return {word: half_bits(0.1 / (rank + 3)) for rank, word in enumerate(ranked)}


def is_written_in(word: str, script: str) -> bool:
    name = _SCRIPT_NAMES[script]
    return all(name in unicodedata.name(letter, "") for letter in word if letter != "'")


def with_accentless(levels: dict[str, int]) -> dict[str, int]:
    frequent = [word for word, level in levels.items() if level <= _FREQUENT]
    added = {accentless(word): levels[word] + _ACCENTLESS for word in reversed(frequent)}
    return added | levels


def accentless(word: str) -> str:
    plain = "".join(_PLAIN_LETTERS.get(letter, letter) for letter in word)
    letters = unicodedata.normalize("NFD", plain)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def serbocroatian(words: Iterable[str]) -> Levels:
    """Splits one list in two: "lijepo" is more likely Croatian if "lepo" exists for Serbian."""
    croatian = by_rank(words, "latin", _SERBOCROATIAN_WORDS)
    serbian = dict(croatian)
    for word in croatian:
        for other in (word.replace("ije", "e", 1), word.replace("je", "e", 1)):
            if len(other) > 2 and other != word and other in croatian:
                serbian[word] += _OTHER_PRONUNCIATION
                croatian[other] += _OTHER_PRONUNCIATION
                break
    return {"hr": croatian, "sr": serbian}


def in_cyrillic(word: str) -> str:
    for latin, cyrillic in (("lj", "љ"), ("nj", "њ"), ("dž", "џ")):
        word = word.replace(latin, cyrillic)
    return word.translate(
        str.maketrans("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш")
    )


def in_traditional(word: str) -> str:
    """Spells a word in traditional characters: wordfreq lists Chinese in simplified ones only."""
    return word.translate(_traditional())


@cache
def _traditional() -> dict[int, str]:
    packed = Path(import_module("wordfreq.util").data_path("_chinese_mapping.msgpack.gz"))
    simplified: dict[int, str] = import_module("msgpack").unpackb(
        gzip.decompress(packed.read_bytes()), strict_map_key=False
    )
    return {ord(new): chr(old) for old, new in simplified.items() if is_in_big5(chr(old))}


def is_in_big5(letter: str) -> bool:
    return letter.encode("big5", "ignore") != b""


def own_words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = defaultdict(list)
    code = ""
    for line in _OWN_WORDS.read_text().splitlines():
        if line.startswith("["):
            code = line.strip("[]")
        elif not line.startswith("#"):
            words[code] += line.split()
    return words


def levels_of(script: str, word_list: Callable[[str], Iterator[str]]) -> Levels:
    """Half bits of each word in each language of `script`."""
    found = {
        code: by_rank(word_list(name), script, most)
        for name, (code, most) in _LISTS[script].items()
    }
    if script == "latin":
        found |= serbocroatian(word_list("sh"))
    if script == "cyrillic":
        shared = list(serbocroatian(word_list("sh"))["sr"])[: _LISTS["cyrillic"]["bg"][1]]
        found["sr"] = by_rank(map(in_cyrillic, shared), script, len(shared))
    if script == "han":
        old = {in_traditional(word): level for word, level in found["zh"].items()}
        found["zh"] = old | found["zh"]
    for code, words in own_words().items():
        own = by_rank(words, script, len(words))
        if own and code not in found:
            found[code] = own
    if script == "latin":
        found = {code: with_accentless(words) for code, words in found.items()}
    return found


def unlisted_percent(script: str, code: str) -> int:
    listed = {code for code, _ in _LISTS[script].values()} | {"hr", "sr"}
    return _UNLISTED.get(code, _UNLISTED_ELSE if code in listed else _UNLISTED_OWN)


def word_lines(levels: Levels, codes: list[str]) -> list[str]:
    rows: dict[str, str] = defaultdict(str)
    for place, code in enumerate(codes):
        for word, level in levels[code].items():
            rows[word] += chr(ZERO + place) + chr(ZERO + level)
    return [f"{word}\t{rows[word]}" for word in sorted(rows, key=str.encode)]


class Letters:
    """Witten-Bell smoothed trigrams of a language's words, weighted by frequency."""

    def __init__(self, words: Iterable[str]) -> None:
        self.counts: Counter[str] = Counter()
        self.heads: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        for rank, word in enumerate(words):
            weight = 3 / math.sqrt(rank + 10)
            for gram in grams_of(word):
                for start in range(len(gram)):
                    self.counts[gram[start:]] += weight  # type: ignore[assignment]  # fractions
        for gram, count in self.counts.items():
            self.heads[gram[:-1]] += count
            self.kinds[gram[:-1]] += 1

    def probability(self, gram: str) -> float:
        if not gram:
            return 1 / 300
        shorter = self.probability(gram[1:])
        head, kinds = self.heads[gram[:-1]], self.kinds[gram[:-1]]
        return (self.counts[gram] + kinds * shorter) / (head + kinds) if head else shorter


def gram_lines(levels: Levels, codes: list[str]) -> list[str]:
    models = [Letters(sorted(levels[code], key=levels[code].__getitem__)) for code in codes]
    total: Counter[str] = Counter()
    for model in models:
        total.update(model.counts)
    grams = sorted(gram for gram, count in total.items() if len(gram) < 3 or count > _FEWEST_GRAMS)
    return [
        gram
        + "\t"
        + "".join(chr(ZERO + min(_WORST, half_bits(m.probability(gram)))) for m in models)
        for gram in grams
    ]


def write(
    name: str, *, title: str, columns: str, languages: dict[str, int], lines: list[str]
) -> None:
    shares = (f"{code}:{percent}" for code, percent in languages.items())
    head = _HEAD.format(title=title, columns=columns, codes=" ".join(shares))
    text = head + "\n".join(lines) + "\n"
    packed = lzma.compress(text.encode(), preset=_PRESET)
    (_TARGET / name).write_bytes(packed)
    print(f"{name}: {len(lines)} lines, {len(packed) / 1e6:.2f} MB")


def main() -> None:
    argparse.ArgumentParser(description=__doc__, epilog=_HELP).parse_args()
    wordfreq = import_module("wordfreq")
    large = wordfreq.available_languages("large")

    def word_list(name: str) -> Iterator[str]:
        size = "large" if name in large else "small"
        return iter(wordfreq.iter_wordlist(name, size))

    for script in _LISTS:
        levels = levels_of(script, word_list)
        codes = sorted(levels)
        shares = {code: unlisted_percent(script, code) for code in codes}
        write(
            f"{script}.words.txt.xz",
            title="Words",
            columns=_WORD_COLUMNS,
            languages=shares,
            lines=word_lines(levels, codes),
        )
        write(
            f"{script}.grams.txt.xz",
            title="Trigrams",
            columns=_GRAM_COLUMNS,
            languages=shares,
            lines=gram_lines(levels, codes),
        )


if __name__ == "__main__":
    main()
