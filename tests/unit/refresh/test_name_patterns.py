"""Patterns of operator overrides: the same verdicts as a regular expression, at a fixed cost."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_candidate
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation import name_patterns
from tiktok_music.refresh.curation.name_patterns import NamePatterns
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind, OperatorLists

PATTERNS = st.lists(st.text("abß* -", min_size=1, max_size=9), max_size=8)


def expected(patterns: list[str], name: str) -> int | None:
    """The first match by regular expressions."""
    for position, pattern in enumerate(patterns):
        words = map(re.escape, pattern.casefold().split("*"))
        if re.fullmatch(".*".join(words), name.casefold(), re.DOTALL):
            return position
    return None


@given(PATTERNS, st.text("abßAS -\n", max_size=12))
def test_patterns_match_as_regular_expressions_do(patterns: list[str], name: str) -> None:
    assert NamePatterns(dict(enumerate(patterns))).first_match(name) == expected(patterns, name)


def test_a_pattern_with_many_stars_is_matched_in_linear_time() -> None:
    patterns = NamePatterns({0: "*a" * 100 + "*b", 1: "*"})

    assert patterns.first_match("a" * 50_000) == 1


def test_the_first_entry_of_a_kind_applies() -> None:
    candidate = a_candidate(1)
    by_id = ListEntry(ListKind.DENY, "by id", candidate.track_id)
    by_name = ListEntry(ListKind.DENY, "by name", pattern="mira 1 - *")
    allow = ListEntry(ListKind.ALLOW, "a name", candidate.tiktok_id)
    expired = ListEntry(ListKind.DENY, "for a day", candidate.tiktok_id, expires_at=NOON)

    for first, second in ((by_id, by_name), (by_name, by_id)):
        lists = OperatorLists.at((expired, allow, first, second), NOON)
        finding = lists.judge_denied(candidate)
        assert finding is not None
        assert finding.detail == f"denied by the operator: {first.reason}"
        assert lists.allows(candidate)
        assert not lists.allows(a_candidate(2))


def test_thousands_of_patterns_are_matched_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    is_match = name_patterns._is_match

    def counted(parts: list[str], folded: str) -> bool:
        compared.append(folded)
        return is_match(parts, folded)

    monkeypatch.setattr(name_patterns, "_is_match", counted)
    words = ["".join(letters) for letters in product("lantern", repeat=4)][:2_000]
    lists = OperatorLists(
        tuple(ListEntry(ListKind.DENY, "x", pattern=f"*the {word} mix*") for word in words)
    )
    rows = [a_candidate(number, title=f"The Lantern {number} Mix") for number in range(1_000)]
    listed = Candidate("13660", "The nrel Mix", "Mira")

    denied = [each for each in (*rows, listed) if lists.judge_denied(each)]

    assert denied == [listed]
    assert len(compared) < 5_000  # not two million
