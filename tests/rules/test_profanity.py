"""The profanity rule: matches, clean texts and findings."""

import pytest

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.profanity.rule import (
    ProfanityFilter,
    ProfanityMatch,
    judge_profanity,
)
from tiktok_music.refresh.rejection import Finding, RejectionReason


@pytest.fixture(scope="module")
def filter_() -> ProfanityFilter:
    return ProfanityFilter.load()


def flagged_words(filter_: ProfanityFilter, texts: list[str]) -> dict[str, str | None]:
    return {text: match.word if (match := filter_.find(text)) else None for text in texts}


def test_a_plain_swear_word_is_found_with_its_entry_and_its_text(filter_: ProfanityFilter) -> None:
    match = filter_.find("Same Old Bullshit")

    assert match == ProfanityMatch(word="bullshit", text="Bullshit")


def test_masks_of_the_words_own_length_are_read(filter_: ProfanityFilter) -> None:
    found = flagged_words(filter_, ["F**k It", "Sh*t", "B****", "Work B**ch", "П*здец", "F* This"])

    assert found == {
        "F**k It": "fuck",
        "Sh*t": "shit",
        "B****": "bitch",
        "Work B**ch": "bitch",
        "П*здец": "пизд",
        "F* This": "fuck",
    }


def test_bare_and_stylised_asterisks_are_no_masks(filter_: ProfanityFilter) -> None:
    texts = [
        "***",
        "***k",
        "***Flawless",
        "M*A*S*H",
        "N*E*R*D",
        "*NSYNC",
        "B*Witched",
        "A*Teens",
        "5% Tint",
    ]

    assert flagged_words(filter_, texts) == dict.fromkeys(texts)


@pytest.mark.parametrize(
    "disguised",
    [
        "ｆｕｃｋ",
        "𝓯𝓾𝓬𝓴",
        "ⓕⓤⓒⓚ",
        "🅵🆄🅲🅺",
        "🇫🇺🇨🇰",
        "ꜰᴜᴄᴋ",
        "fυсk",
        "fück",
        "f̶u̶c̶k̶",
        "f\u200bu\u00adc\ufe0fk",
        r"\u0066uck",
        "&#102;uck",
        "f u c k",
        "F.U.C.K.",
        "f-u-c-k",
        "fu-ck",
        "fu ck",
        "fuuuuck",
        "fuucckk",
        "fvck",
        "fxck",
        "phuck",
        "fuсk you",
    ],
)
def test_every_disguise_of_one_word_is_recognised(filter_: ProfanityFilter, disguised: str) -> None:
    assert filter_.find(disguised) is not None


def test_leet_is_read_between_letters_only(filter_: ProfanityFilter) -> None:
    texts = [
        "b1tch",
        "a$$",
        "@ss",
        "5hit",
        "bitch99",
        "A55",
        "1455",
        "P!nk",
        "A$AP",
        "Bo$$",
    ]

    assert flagged_words(filter_, texts) == {
        "b1tch": "bitch",
        "a$$": "ass",
        "@ss": "ass",
        "5hit": "shit",
        "bitch99": "bitch",
        "A55": None,
        "1455": None,
        "P!nk": None,
        "A$AP": None,
        "Bo$$": None,
    }


def test_letters_of_another_script_count_in_both_directions(filter_: ProfanityFilter) -> None:
    found = flagged_words(filter_, ["рussy", "xуй", "cука", "KoЯn", "Соск"])

    assert found == {"рussy": "pussy", "xуй": "хуй", "cука": "сука", "KoЯn": None, "Соск": None}


def test_words_that_only_hold_a_swear_word_are_clean(filter_: ProfanityFilter) -> None:
    texts = ["Scunthorpe", "Assassin", "Sussex", "Cockburn", "Shiitake", "Fukushima", "Ashita"]

    assert flagged_words(filter_, texts) == dict.fromkeys(texts)


def test_a_homonym_is_clean_in_its_own_languages_phrase(filter_: ProfanityFilter) -> None:
    texts = ["Slut på sommaren", "Dick und doof", "Hoe Het Danst", "Fica Comigo", "Aku Suka Dia"]

    assert flagged_words(filter_, texts) == dict.fromkeys(texts)
    assert flagged_words(filter_, ["Slut!", "Big Dick", "That Hoe", "Che bella fica sei"]) == {
        "Slut!": "slut",
        "Big Dick": "dick",
        "That Hoe": "hoe",
        "Che bella fica sei": "fica",
    }


def test_a_word_counts_in_the_accents_that_it_is_listed_with(filter_: ProfanityFilter) -> None:
    texts = ["coño", "cono", "địt", "dit", "göt", "got", "cabron", "bîtch"]

    assert flagged_words(filter_, texts) == {
        "coño": "coño",
        "cono": None,
        "địt": "địt",
        "dit": None,
        "göt": "göt",
        "got": None,
        "cabron": "cabron",
        "bîtch": "bitch",
    }


def test_a_run_of_katakana_is_a_word_of_its_own(filter_: ProfanityFilter) -> None:
    texts = ["俺のビッチ", "ストイコビッチ", "パチンコ", "ワンマンコンサート"]

    assert flagged_words(filter_, texts) == {
        "俺のビッチ": "ビッチ",
        "ストイコビッチ": None,
        "パチンコ": None,
        "ワンマンコンサート": None,
    }


def test_arabic_particles_and_spelling_variants_are_recognised(filter_: ProfanityFilter) -> None:
    found = flagged_words(filter_, ["والقحبة", "شَرْمُوطة", "زبيدة", "نيك جوناس"])

    assert found == {"والقحبة": "قحبه", "شَرْمُوطة": "شرموطه", "زبيدة": None, "نيك جوناس": None}


def test_mild_words_count_only_on_request(filter_: ProfanityFilter) -> None:
    strict = ProfanityFilter.load(with_mild=True)
    texts = ["Highway to Hell", "Sexy Back", "Badass", "WTF", "Damn"]

    assert flagged_words(filter_, texts) == dict.fromkeys(texts)
    assert None not in flagged_words(strict, texts).values()


def test_a_given_name_is_clean_before_a_surname_of_the_author(filter_: ProfanityFilter) -> None:
    assert filter_.find_in_name("Dick Annesley & Fanny Bloom") is None
    assert filter_.find_in_name("Big Dick") == ProfanityMatch("dick", "Dick")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "🔥" * 50,
        "\ud800",
        "\udfff\ud800",
        "\\u",
        "\\ud83d",
        "شكرا",
        "*",
        "**",
        "&;",
        "&#;",
        "_",
    ],
)
def test_unusual_text_gets_a_verdict(filter_: ProfanityFilter, text: str) -> None:
    assert filter_.find(text) is None


@pytest.mark.parametrize(
    "filler", ["a", "ab ", "a ", "* ", "f*", "é", "и", "草", "1", "a.", "\u0301"]
)
def test_a_swear_word_behind_ten_thousand_characters_is_found(
    filter_: ProfanityFilter, filler: str
) -> None:
    text = filler * (10_000 // len(filler)) + " fucking"

    assert filter_.find(text) is not None


@pytest.mark.parametrize(
    ("candidate", "finding"),
    [
        (
            Candidate("12345", "Motherf*cker", "Somebody", album="Songs"),
            Finding(
                RejectionReason.PROFANITY,
                'The title contains "Motherf*cker".',
                field="title",
                word="fuck",
            ),
        ),
        (
            Candidate("12345", "Song", "Somebody", album="Holy Shit"),
            Finding(
                RejectionReason.PROFANITY, 'The album contains "Shit".', field="album", word="shit"
            ),
        ),
        (
            Candidate("12345", "Song", "Fuck Buttons", album="Songs"),
            Finding(
                RejectionReason.PROFANITY,
                'The author contains "Fuck".',
                field="author",
                word="fuck",
            ),
        ),
        (Candidate("12345", "Song", "Dick Dale", album="Songs"), None),
    ],
)
def test_a_finding_names_the_field_and_the_word(
    filter_: ProfanityFilter, candidate: Candidate, finding: Finding | None
) -> None:
    assert judge_profanity(candidate, filter_) == finding


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("m*mada", "mamada"),
        ("J*bać to", "jebać*"),
        ("C*ntrol", None),
        ("b*witched", None),
        ("l*ve", None),
        ("k*n*k", None),
    ],
)
def test_one_masked_vowel_is_read_in_whole_words_of_the_lists(
    filter_: ProfanityFilter, text: str, word: str | None
) -> None:
    found = filter_.find(text)

    assert (found and found.word) == (word and word.strip("*"))
