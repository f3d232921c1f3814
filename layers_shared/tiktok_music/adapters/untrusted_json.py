"""Parses untrusted JSON within limits of size, depth and digits."""

import json
import math
import re
from typing import Any

# A chart of 100,000 rows has fewer; each value takes 64 bytes or more in memory.
MOST_VALUES = 2_000_000
# Rows of real charts are nested ten deep with their envelopes; CPython fails at some thousands.
DEEPEST = 32
# Python refuses to convert more than 4,300 digits, which would cost the whole document.
MOST_DIGITS = 400
# A string, closed or not, is one token, so that brackets in it do not count.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.?[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


def read_json(data: bytes | str) -> Any:
    """The document; raises ValueError if it is not JSON or has too many values.

    What is nested deeper than `DEEPEST` is null and an integer of more than `MOST_DIGITS` digits
    is infinite, so that they cost the field they are in and not the document.
    """
    text = data if isinstance(data, str) else _decoded(data)
    if sum(text.count(mark) for mark in ",[{") > MOST_VALUES:
        raise ValueError(f"the document has more than {MOST_VALUES} values")
    return json.loads(_without_deep_parts(text), parse_int=_integer)


def _decoded(data: bytes) -> str:
    return data.decode(json.detect_encoding(data), "surrogatepass")


def _integer(digits: str) -> int | float:
    if len(digits) <= MOST_DIGITS:
        return int(digits)
    return -math.inf if digits.startswith("-") else math.inf


def _without_deep_parts(text: str) -> str:
    parts: list[str] = []
    depth, kept_until = 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == DEEPEST + 1:
                parts.append(text[kept_until : token.start()])
                kept_until = len(text)  # unless it is closed
        elif token[0] in ("]", "}"):
            depth -= 1
            if depth == DEEPEST:
                parts.append("null")
                kept_until = token.end()
    return "".join([*parts, text[kept_until:]]) if parts else text
