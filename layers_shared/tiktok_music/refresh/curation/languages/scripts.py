"""Narrows languages down by letters: text in, a script and its possible languages out."""

import unicodedata
from collections import Counter
from dataclasses import dataclass

# Scripts with one language in the charts, by the first word of their letters' names in Unicode. For
# the other half-dozen, the letters below or the model decide.
_OF_ONE_LANGUAGE = {
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "KATAKANA-HIRAGANA": "ja",
    "BOPOMOFO": "zh",
    "THAI": "th",
    "GREEK": "el",
    "HEBREW": "he",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "ORIYA": "or",
    "KHMER": "km",
    "LAO": "lo",
    "MYANMAR": "my",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
    "TIBETAN": "bo",
    "THAANA": "dv",
    "MONGOLIAN": "mn",
    "JAVANESE": "jv",
    "SUNDANESE": "su",
    "YI": "ii",
    "CANADIAN": "iu",
}

# Letters that only some languages of their script use. A language is possible if it uses every such
# letter of the title.
_LETTERS_OF = {
    "cyrillic": (
        ("ы", "ru be kk ky mn tt"),
        ("э", "ru be kk ky mn tg tt"),
        ("ё", "ru be kk ky mn tg tt"),
        ("щ", "ru uk bg"),
        ("ъ", "ru bg tg"),
        ("йьюя", "ru uk be bg kk ky mn tg tt"),
        ("іІ", "uk be kk"),
        ("їєґ", "uk"),
        ("ў", "be"),
        ("јљњџ", "sr mk"),
        ("ћђ", "sr"),
        ("ќѓѕѝѐ", "mk"),
        ("ң", "kk ky tt"),
        ("өү", "kk ky mn tt"),
        ("ә", "kk tt"),
        ("һ", "kk tt"),
        ("қғ", "kk tg"),
        ("ұ", "kk"),
        ("җ", "tt"),
        ("ҳҷӣӯ", "tg"),
    ),
    "arabic": (
        ("پ", "fa ur ps ku sd ug"),
        ("چگ", "fa ur ps ku sd ug"),
        ("ژ", "fa ur ps ku ug"),
        ("ک", "fa ur ps ku sd"),
        ("ی", "fa ur ps ku"),
        ("ٹڑےں", "ur"),
        ("ہ", "ur"),
        ("ھ", "ur ku sd ug"),
        ("ڈ", "ur"),
        ("ځڅډړږښګڼېۍ", "ps"),
        ("ڕڵێ", "ku"),
        ("ە", "ku ug"),
        ("ۆ", "ku ug"),
        ("ۇۈۋ", "ug"),
        ("ڭ", "ug"),
        ("ٻڀٺٿڦڄڃڇڊڌڍڏڙڪڳڱڻ", "sd"),
        ("ةىإ", "ar"),
        ("أؤ", "ar fa ur"),
        ("ي", "ar ps sd ug"),
        ("ك", "ar ug"),
    ),
    "devanagari": (("\u0933", "mr hi"), ("\u0931\u0972", "mr"), ("\u093c", "hi")),
}
_LANGUAGES_OF = {
    "cyrillic": "ru uk bg sr mk be kk ky mn tg tt",
    "arabic": "ar fa ur ps ku sd ug",
    "devanagari": "hi mr ne",
}
_LETTER_SETS = {
    script: [(frozenset(letters), frozenset(codes.split())) for letters, codes in rows]
    for script, rows in _LETTERS_OF.items()
}
_YIDDISH = frozenset("װױײ")
_YIDDISH_VOWELS = ("אַ", "אָ", "ײַ", "יִ", "פּ", "פֿ")
_ASSAMESE = frozenset("ৰৱ")
# Characters that are common in Chinese and unused in Japanese. All three old national standards
# contain them, so the standards do not decide.
_CHINESE = frozenset("你我的是了在不有他也都就很吗呢吧啊么這那它她們把被讓给給得过說话誰您爱愛")
_JAPANESE = frozenset("々〆俺僕達込畑働峠匂")
# Single Greek and Cyrillic letters are decoration in English titles.
_DECORATIVE = ("GREEK", "CYRILLIC")
_SMALLEST_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class Reading:
    """The script of a text, in lower case, and the languages that its letters allow.

    No language means that letters alone do not decide: the script is Latin.
    """

    script: str
    codes: tuple[str, ...]


def reading_of(text: str) -> Reading | None:
    """Finds the script that decides the language of `text`; None without any letter.

    A title in another script is often half English, so any other script with an eighth of all
    letters precedes Latin.
    """
    if text.isascii():
        return Reading("latin", ()) if any(map(str.isalpha, text)) else None
    scripts = Counter(_script_of(letter) for letter in text if letter.isalpha())
    scripts.pop("", None)
    if not scripts:
        return None
    script = _leading(scripts)
    if script in ("HIRAGANA", "KATAKANA", "CJK"):
        return Reading("han", _chinese_or_japanese(text, scripts))
    if script in _OF_ONE_LANGUAGE:
        return Reading(script.lower(), (_relative(text, _OF_ONE_LANGUAGE[script]),))
    return Reading(script.lower(), _allowed(script.lower(), text))


def _script_of(letter: str) -> str:
    name = unicodedata.name(letter, "").partition(" ")[0]
    return "CJK" if name == "IDEOGRAPHIC" else name


def _leading(scripts: Counter[str]) -> str:
    others = ((count, script) for script, count in scripts.items() if script != "LATIN")
    count, script = max(others, default=(0, "LATIN"))
    if count == scripts.total():
        return script
    is_decoration = count == 1 and script in _DECORATIVE
    return "LATIN" if is_decoration or count < _SMALLEST_SHARE * scripts.total() else script


def _relative(text: str, code: str) -> str:
    """The rarer of two languages that share a script, if its own letters occur."""
    if code == "he" and (_YIDDISH & set(text) or any(vowel in text for vowel in _YIDDISH_VOWELS)):
        return "yi"
    return "as" if code == "bn" and _ASSAMESE & set(text) else code


def _allowed(script: str, text: str) -> tuple[str, ...]:
    every = tuple(_LANGUAGES_OF.get(script, "").split())
    letters = frozenset(text.lower())
    allowed = frozenset(every).intersection(
        *(codes for own, codes in _LETTER_SETS.get(script, ()) if own & letters)
    )
    return tuple(code for code in every if code in allowed) or every


def _chinese_or_japanese(text: str, scripts: Counter[str]) -> tuple[str, ...]:
    letters = frozenset(text)
    if scripts["HIRAGANA"] or scripts["KATAKANA"] or letters & _JAPANESE:
        return ("ja",)
    characters = [letter for letter in letters if _script_of(letter) == "CJK"]
    # Simplified and Japanese characters are missing from each other's standards.
    if letters & _CHINESE or not _are_in("euc_jp", characters):
        return ("zh",)
    is_chinese = _are_in("gb2312", characters) or _are_in("big5", characters)
    return ("zh", "ja") if is_chinese else ("ja",)


def _are_in(standard: str, letters: list[str]) -> bool:
    text = "".join(letters)
    return text.encode(standard, "ignore").decode(standard) == text
