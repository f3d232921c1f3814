"""The model's arithmetic, on tables of two languages."""

import math
from dataclasses import dataclass, field

import pytest

from tiktok_music.refresh.curation.languages.model import LanguageModel
from tiktok_music.refresh.curation.languages.table import LanguageTable

EVEN = {("latin", "aa"): 0.5, ("latin", "bb"): 0.5}


@dataclass
class FakePredictor:
    """Returns fixed shares and records the texts it got."""

    shares: dict[str, float] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def predict(
        self, text: str, k: int, threshold: float
    ) -> tuple[tuple[str, ...], tuple[float, ...]]:
        self.texts.append(text)
        return tuple(f"__label__{code}" for code in self.shares), tuple(self.shares.values())


def a_model(
    lines: str = "",
    grams: dict[str, bytes] | None = None,
    priors: dict[tuple[str, str], float] | None = None,
    predictor: FakePredictor | None = None,
) -> LanguageModel:
    table = LanguageTable(("aa", "bb"), (0.1, 0.1), lines.encode(), grams or {})
    return LanguageModel({"latin": table}, priors or EVEN, predictor or FakePredictor())


def likely(model: LanguageModel, text: str, codes: tuple[str, ...] = ()) -> tuple[str, float]:
    answer = model.most_likely(text, "latin", codes)
    assert answer is not None
    return answer


def test_a_listed_word_beats_its_spelling_elsewhere() -> None:
    model = a_model(lines='sol\t"1\n')

    assert likely(model, "Sol")[0] == "bb"


def test_a_rarer_word_loses_to_a_frequent_one() -> None:
    model = a_model(lines='sol\t!@"1\n')

    code, score = likely(model, "Sol")

    assert code == "bb"
    assert 0.9 < score < 1.0


def test_a_rare_listed_word_may_count_by_its_spelling() -> None:
    grams = {gram: bytes([2, 2]) for gram in ("^s", "^so", "sol", "ol$")}
    model = a_model(lines="sol\t!~\n", grams=grams)

    assert likely(model, "Sol")[1] == pytest.approx(0.5)


def test_spelling_decides_where_no_list_has_the_word() -> None:
    model = a_model(grams={"x": bytes([9, 1])})

    assert likely(model, "x-x xx")[0] == "bb"


def test_the_prior_decides_between_equals() -> None:
    model = a_model(priors={("latin", "aa"): 0.2, ("latin", "other"): 0.3})

    assert likely(model, "sol")[0] == "bb"


def test_fasttext_decides_between_equals() -> None:
    predictor = FakePredictor({"bb": 0.9, "aa": 0.1})

    assert likely(a_model(predictor=predictor), "Sol, Sol Mar!")[0] == "bb"
    assert predictor.texts == ["sol mar"]


def test_equals_share_the_score() -> None:
    code, score = likely(a_model(), "sol")

    assert code == "aa"
    assert score == pytest.approx(0.5)


def test_only_the_languages_that_letters_allow_are_weighed() -> None:
    model = a_model(lines='sol\t"1\n')

    assert likely(model, "sol", ("aa",)) == ("aa", 1.0)


def test_a_repeated_word_counts_once() -> None:
    model = a_model(lines='sol\t!9"7\n')

    assert likely(model, "sol sol sol sol") == likely(model, "sol")


def test_an_elided_word_counts_as_its_parts() -> None:
    model = a_model(lines="amour\t!1\nl\t!1\n")

    assert likely(model, "l'amour") == likely(model, "l amour")
    assert likely(model, "l'amour")[1] > 0.9


def test_a_listed_word_with_an_apostrophe_stays_whole() -> None:
    model = a_model(lines="don\t!1\ndon't\t\"1\nt\t!1\n")

    assert likely(model, "Don't")[0] == "bb"


@pytest.mark.parametrize("text", ["", "U.O.E.N.O.", "W O R K", "1 2 3", "La La La", "Oh Yeah"])
def test_initials_digits_and_sung_syllables_have_no_language(text: str) -> None:
    assert a_model().most_likely(text, "latin", ()) is None


def test_a_script_without_a_table_has_no_language() -> None:
    assert a_model().most_likely("ᏣᎳᎩ", "cherokee", ()) is None


def test_the_longest_word_has_a_finite_score() -> None:
    assert math.isfinite(likely(a_model(), "x" * 300)[1])


def test_fasttexts_nynorsk_speaks_for_norwegian() -> None:
    table = LanguageTable(("da", "no"), (0.1, 0.1), b"", {})
    priors = {("latin", "da"): 0.5, ("latin", "no"): 0.5}
    model = LanguageModel({"latin": table}, priors, FakePredictor({"nn": 0.9}))

    assert likely(model, "Sol")[0] == "no"


def test_a_word_of_another_list_is_a_rare_word_of_the_most_frequent_language() -> None:
    table = LanguageTable(("bg", "ru"), (0.1, 0.1), "дума\t!2\nягода\t!D\n".encode(), {})
    priors = {("cyrillic", "bg"): 0.06, ("cyrillic", "ru"): 0.7}
    model = LanguageModel({"cyrillic": table}, priors, FakePredictor())

    answers = [model.most_likely(word, "cyrillic", ()) for word in ("Ягода", "Дума")]

    assert [answer and answer[0] for answer in answers] == ["ru", "bg"]


@pytest.mark.parametrize(
    ("line", "letters", "expected"),
    [
        ("sol\t!D\n", bytes([9, 1]), True),
        ("sol\t!D\n", bytes([1, 9]), False),
        ("sol\t!1\n", bytes([9, 1]), False),
    ],
    ids=["an infrequent word", "its own spelling", "a frequent word"],
)
def test_an_infrequent_word_alone_is_thin_evidence(
    line: str, letters: bytes, expected: bool
) -> None:
    model = a_model(lines=line, grams={"l$": letters})

    assert model.is_spelt_more_like("bb", "Sol", "aa") is expected
