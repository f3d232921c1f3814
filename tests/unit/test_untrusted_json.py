"""JSON from upstream, as large, deep and long as it can be made."""

import json
import math
from typing import Any

import pytest

from tiktok_music.adapters.untrusted_json import DEEPEST, MOST_DIGITS, MOST_VALUES, read_json


def nested(depth: int, inner: str = "1") -> str:
    return "[" * depth + inner + "]" * depth


@pytest.mark.parametrize(
    "document",
    [
        {"a": [1, -2.5, True, None, 'quo"te\\', "[[[[{{{{"], "b": {"c": {}}},
        [],
        "text",
        7,
        '"' * 7,
        "\\",
        "]" * 50,
        json.loads(nested(DEEPEST)),
    ],
)
def test_ordinary_json_is_read_as_it_is(document: Any) -> None:
    text = json.dumps(document)

    assert read_json(text) == document
    assert read_json(text.encode()) == document
    assert read_json(text.encode("utf-16")) == document
    assert read_json(b"\xef\xbb\xbf" + text.encode()) == document


@pytest.mark.parametrize("depth", [DEEPEST + 1, 1_000, 200_000])
def test_what_is_nested_too_deep_is_null(depth: int) -> None:
    cut = json.loads(nested(DEEPEST, "null"))

    assert read_json(nested(depth)) == cut
    assert read_json(f'{{"a": 1, "b": {nested(depth)}, "c": "]"}}') == {
        "a": 1,
        "b": json.loads(nested(DEEPEST - 1, "null")),
        "c": "]",
    }
    assert read_json('{"a":' * depth + "1" + "}" * depth)


def test_an_integer_of_too_many_digits_is_infinite() -> None:
    longest = "9" * MOST_DIGITS

    document = read_json(f"[{longest}, 9{longest}, -{'9' * 10_000}, 1e999]")

    assert document == [int(longest), math.inf, -math.inf, math.inf]


@pytest.mark.parametrize(
    "text",
    ["", "{", "nul", "[1,]", "[" * 15_000, "]", '"' + '\\"' * 100_000, '"' + '\\"' * 9 + "\\"],
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(b"\xff\xfe\x00")


@pytest.mark.parametrize("value", ["{}", "[]", "1", '"a"'])
def test_millions_of_values_are_refused_before_they_are_parsed(value: str) -> None:
    document = "[" + f"{value}," * MOST_VALUES + "1]"

    with pytest.raises(ValueError, match=f"more than {MOST_VALUES} values"):
        read_json(document)
