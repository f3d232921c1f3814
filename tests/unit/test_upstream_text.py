"""Names as people should read them."""

import unicodedata

import pytest

from tiktok_music.adapters.upstream_text import clean_name


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Sunset \t Drive\n", "Sunset Drive"),
        ("Ma\\u00f1ana", "Mañana"),
        ("\\ud83d\\ude00 smile", "😀 smile"),
        ("lone \ud83d half", "lone half"),
        ("half \\ud83d escape", "half escape"),
        ("e\u0301", "é"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("\u202eevil\u202c", "evil"),
        ("نسيم الليل", "نسيم الليل"),
        ("𝕒𝕟𝕚𝕞𝕖（cover）", "𝕒𝕟𝕚𝕞𝕖（cover）"),
        ("family 👨‍👩‍👧", "family 👨‍👩‍👧"),
        ("\\u00", "\\u00"),
        ("Me &amp; U", "Me & U"),
        ("AT&T; R&amp;amp;B &#39;n&#x27; &copy", "AT&T; R&B 'n' &copy"),
        *((blank, "") for blank in "\u200b\u2060\u2800\u3164\u0301\u00ad\uffa0\u200d\ufe0f"),
        ("\u3164\u2800 \u0301\u200b", ""),
        ("Pa\u200bper\u3164Moons\u2060", "Paper Moons"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("", ""),
        (None, ""),
        ("x" * 10_000, "x" * 300),
    ],
)
def test_a_name_is_cleaned(raw: str | None, clean: str) -> None:
    assert clean_name(raw) == clean


@pytest.mark.parametrize("char", ["\ufdfa", "\u3300", "…", "a\ufdfa"])
def test_a_name_that_grows_when_it_is_folded_is_cut(char: str) -> None:
    name = clean_name(char * 10_000)

    assert name
    assert (char * 300).startswith(name)
    assert len(unicodedata.normalize("NFKC", name)) <= 600


def test_a_clean_name_can_always_be_written_as_utf_8() -> None:
    name = clean_name("".join(map(chr, range(0xD700, 0xE000, 7))))

    assert name.encode().decode() == name
