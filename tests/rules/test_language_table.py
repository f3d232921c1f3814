"""The tables: spelling of words, look-ups, half bits."""

import lzma
import re
from pathlib import Path

import pytest

from tiktok_music.refresh.curation.languages import model as language_model
from tiktok_music.refresh.curation.languages.model import SCRIPTS, LanguageModel
from tiktok_music.refresh.curation.languages.table import (
    BACK_OFF,
    UNSEEN_LETTER,
    LanguageTable,
    grams_of,
    plain,
    words_of,
)

FOLDER = Path(language_model.__file__).parent / "data"
HEAD = "# A table\n# languages: aa:10 bb:40\n\n"


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return LanguageModel.load(FOLDER)


def a_table(folder: Path, words: str = "", grams: str = "") -> LanguageTable:
    (folder / "latin.words.txt.xz").write_bytes(lzma.compress((HEAD + words).encode()))
    (folder / "latin.grams.txt.xz").write_bytes(lzma.compress((HEAD + grams).encode()))
    return LanguageTable.load(folder, "latin")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't Stop", ["don't", "stop"]),
        ("’Cause I’m Thinkin’", ["cause", "i'm", "thinkin"]),
        ("İMDAT", ["imdat"]),
        ("Besos Moja2", ["besos", "moja"]),
        ("x100to", ["x", "to"]),
        ("तुम ही हो", ["तुम", "ही", "हो"]),
        ("H̸e̴y", ["hey"]),
        ("𝓗𝓮𝔂 ﬁre", ["hey", "fire"]),
        (r"Ma\u00f1ana", ["mañana"]),
        ("\ud800 🔥 42", []),
    ],
)
def test_words_are_letters_in_lower_case(text: str, words: list[str]) -> None:
    assert words_of(plain(text)) == words


def test_grams_end_at_every_letter_and_at_the_end() -> None:
    assert grams_of("abc") == ["^a", "^ab", "abc", "bc$"]


def test_the_head_of_a_table_names_languages_and_what_they_lack(tmp_path: Path) -> None:
    table = a_table(tmp_path)

    assert (table.codes, table.unlisted) == (("aa", "bb"), (0.1, 0.4))


@pytest.mark.parametrize(
    ("word", "figures"),
    [
        ("amor", {0: 12}),
        ("love", {0: 20, 1: 15}),
        ("ñandú", {1: 1}),
        ("lov", {}),
        ("lovex", {}),
        ("a", {}),
        ("ż", {}),
    ],
)
def test_a_word_is_found_at_any_place_of_the_lines(
    tmp_path: Path, word: str, figures: dict[int, int]
) -> None:
    table = a_table(tmp_path, words='amor\t!-\nlove\t!5"0\nñandú\t""\n')

    assert table.half_bits_of_word(word) == figures


def test_no_word_is_found_in_an_empty_table(tmp_path: Path) -> None:
    assert a_table(tmp_path).half_bits_of_word("love") == {}


def test_spelling_adds_up_and_backs_off_to_shorter_endings(tmp_path: Path) -> None:
    table = a_table(tmp_path, grams='^a\t"#\na$\t$%\n')

    assert table.half_bits_of_letters("a").tolist() == [1 + 3 + BACK_OFF, 2 + 4 + BACK_OFF]


def test_a_letter_that_no_language_knows_counts_alike_in_each(tmp_path: Path) -> None:
    backed_off = 2 * UNSEEN_LETTER + BACK_OFF * len("^þ" + "^þ$")

    assert a_table(tmp_path).half_bits_of_letters("þ").tolist() == [backed_off] * 2


@pytest.mark.parametrize("script", SCRIPTS)
def test_shipped_tables_are_sorted_and_complete(model: LanguageModel, script: str) -> None:
    table = model.tables[script]
    words = re.findall(rb"^[^\t]+", table.lines, re.MULTILINE)

    assert words == sorted(set(words))
    assert {len(figures) for figures in table.grams.values()} == {len(table.codes)}


def test_every_language_of_a_table_has_a_prior(model: LanguageModel) -> None:
    lacking = {
        (script, code)
        for script, table in model.tables.items()
        for code in table.codes
        if (script, code) not in model.priors and (script, "other") not in model.priors
    }

    assert lacking == set()


def test_the_data_stays_small() -> None:
    size = sum(path.stat().st_size for path in FOLDER.iterdir())

    assert size < 5_000_000


@pytest.mark.parametrize("script", SCRIPTS)
def test_shipped_tables_name_their_source_and_licence(script: str) -> None:
    for kind in ("words", "grams"):
        head = lzma.decompress((FOLDER / f"{script}.{kind}.txt.xz").read_bytes()).partition(
            b"\n\n"
        )[0]

        assert b"wordfreq" in head
        assert b"CC BY-SA 4.0" in head
