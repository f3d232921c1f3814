"""Folds text for searching: case, accents and width away, letters and vowel signs kept."""

import unicodedata

# Accents of Latin, Greek and Cyrillic; points of Hebrew; vowel marks of Arabic. The marks of Indic
# and other scripts are vowels and stay.
_MARKS = (*range(0x300, 0x370), *range(0x591, 0x5C8), *range(0x64B, 0x660), 0x670)
# Letters that Unicode does not take apart.
_LETTERS = str.maketrans("øØłŁđĐıŧŦħĦ", "oOlLdDitThH")
# As a phone writes them, and as a keyboard does; and what joins or parts unseen.
_SIGNS = str.maketrans("’‘ʼ“”„‐‑–—−", "'''\"\"\"-----")
_UNSEEN = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF))
_PAIRS = str.maketrans({"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"})
_FOLDED = {**dict.fromkeys(_MARKS), **_LETTERS, **_PAIRS, **_SIGNS, **_UNSEEN}


def fold(text: str) -> str:
    """`text` as it is compared: "Canción" and "CANCION" fold alike."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).translate(_FOLDED)
    return unicodedata.normalize("NFC", apart.casefold())
