"""Parses the body of a request for a token. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tiktok_music.api.tokens.form import MOST_ORIGINS, MOST_SECONDS
from tiktok_music.api.tokens.origins import FORM, covers, is_origin_pattern
from tiktok_music.api.tokens.restrictions import FLAGS, NAMES
from tiktok_music.api_key import ApiKey
from tiktok_music.errors import Invalid, Issue

MEMBERS = ("origins", "ttlSeconds", "sub", "restrict")
LEAST_SECONDS, DEFAULT_SECONDS = 60, 900
LONGEST_VISITOR = 64
MOST_LANGUAGES = 10
_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)
_CHART = re.compile(r"[a-z0-9._-]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class MintRequest:
    """A valid request for a token."""

    origins: tuple[str, ...]
    ttl_seconds: int
    visitor: str | None
    restrictions: Mapping[str, Any]


def parse_mint_request(body: object, key: ApiKey, parameters: Collection[str]) -> MintRequest:
    """Parses a body; raises Invalid with all problems. `parameters` are those of the list."""
    if not isinstance(body, dict):
        raise Invalid((("body", "Must be an object."),))
    allowed = key.browser.origins if key.browser else ()
    origins = body.get("origins", list(allowed))
    restrict = body.get("restrict", {})
    issues = [
        *_unknown("body", body, MEMBERS),
        *_origin_issues(origins, allowed, key),
        *_number_issues(body.get("ttlSeconds", DEFAULT_SECONDS)),
        *_visitor_issues(body),
        *_restriction_issues(restrict, tuple(name for name in NAMES if name in parameters)),
    ]
    if issues:
        raise Invalid(tuple(issues))
    return MintRequest(
        origins=tuple(dict.fromkeys(origins)),
        ttl_seconds=body.get("ttlSeconds", DEFAULT_SECONDS),
        visitor=body.get("sub"),
        restrictions=restrict,
    )


def _unknown(path: str, fields: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Issue]:
    if any(name not in known for name in fields):
        yield path, f"Unknown member; known are {', '.join(known)}."


def _origin_issues(origins: object, allowed: tuple[str, ...], key: ApiKey) -> Iterator[Issue]:
    if not isinstance(origins, list) or not 1 <= len(origins) <= MOST_ORIGINS:
        yield "origins", f"Must be a list of 1 to {MOST_ORIGINS} origins."
        return
    for index, origin in enumerate(origins):
        if origin in allowed:
            continue
        if not is_origin_pattern(origin, key.environment):
            yield f"origins[{index}]", FORM
        elif not any(covers(pattern, origin) for pattern in allowed):
            yield f"origins[{index}]", "Must be one of the key's own origins."


def _number_issues(seconds: object) -> Iterator[Issue]:
    is_whole = isinstance(seconds, int) and not isinstance(seconds, bool)
    if not (is_whole and seconds in range(LEAST_SECONDS, MOST_SECONDS + 1)):
        yield "ttlSeconds", f"Must be a whole number from {LEAST_SECONDS} to {MOST_SECONDS}."


def _visitor_issues(body: Mapping[str, Any]) -> Iterator[Issue]:
    visitor = body.get("sub", "-")
    is_text = isinstance(visitor, str) and visitor.isprintable()
    if not is_text or not 1 <= len(visitor) <= LONGEST_VISITOR:
        yield "sub", f"Must be 1 to {LONGEST_VISITOR} printable characters."


def _restriction_issues(restrict: object, known: tuple[str, ...]) -> Iterator[Issue]:
    if not isinstance(restrict, dict):
        yield "restrict", "Must be an object."
        return
    yield from _unknown("restrict", restrict, known)
    for name in known:
        if name in restrict and not _is_value(name, restrict[name]):
            yield f"restrict.{name}", _VALUES.get(name, "Must be true or false.")


_VALUES = {
    "language": "Must be two letters (ISO 639-1), or a list of 1 to 10 such codes.",
    "chart": "Must be the id of a chart.",
}


def _is_value(name: str, value: object) -> bool:
    if name in FLAGS:
        return isinstance(value, bool)
    if name == "chart":
        return isinstance(value, str) and _CHART.fullmatch(value) is not None
    codes = value if isinstance(value, list) else [value]
    are_codes = all(isinstance(code, str) and _LANGUAGE.fullmatch(code) for code in codes)
    return are_codes and 1 <= len(codes) <= MOST_LANGUAGES
