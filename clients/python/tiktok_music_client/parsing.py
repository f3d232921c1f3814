"""Parses JSON into models: missing or mistyped fields are a BadAnswer, unknown ones are ignored.

A model is read by its own annotations: `preview_url: str` is the string `previewUrl`.
"""

import types
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from tiktok_music_client.errors import BadAnswer

T = TypeVar("T")


def parse(kind: type[T], value: object) -> T:
    """Returns decoded JSON as the model `kind`; raises BadAnswer."""
    parsed: T = _parse(kind, value, kind.__name__)
    return parsed


def camel(name: str) -> str:
    """Returns `preview_url` as the API writes it: `previewUrl`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _parse(kind: Any, value: object, place: str) -> Any:
    origin = get_origin(kind)
    if origin in (types.UnionType, Union):  # the latter of `Literal[…] | None`
        return None if value is None else _parse(get_args(kind)[0], value, place)
    if origin is tuple:
        return tuple(_parse(get_args(kind)[0], row, place) for row in _typed(list, value, place))
    if origin is Mapping:
        rows = _typed(dict, value, place)
        return {name: _parse(get_args(kind)[1], row, place) for name, row in rows.items()}
    if origin is Literal:
        # The type names the values of today; a later API may send others, which pass through.
        return _typed(str, value, place)
    if kind is object:
        return value
    if kind is datetime:
        return _time(value, place)
    if kind is float:
        return _float(_typed((int, float), value, place), place)
    if kind in (str, int, bool):
        return _typed(kind, value, place)
    return _model(kind, _typed(dict, value, place))


def _model(kind: Any, row: dict[str, object]) -> Any:
    return kind(
        **{
            name: _parse(hint, row.get(key), f"{kind.__name__}.{key}")
            for name, key, hint in _shape(kind)
        }
    )


@cache
def _shape(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """Returns each field's name, JSON key and type."""
    hints = get_type_hints(kind)
    return tuple((part.name, camel(part.name), hints[part.name]) for part in fields(kind))


def _typed(kind: Any, value: Any, place: str) -> Any:
    # To Python a bool is an int.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadAnswer(f"the response has no valid {place}")
    return value


def _float(value: int | float, place: str) -> float:
    try:
        return float(value)
    except OverflowError as exc:
        raise BadAnswer(f"the response has no valid {place}") from exc


def _time(value: object, place: str) -> datetime:
    try:
        time = datetime.fromisoformat(_typed(str, value, place))
    except ValueError as exc:
        raise BadAnswer(f"the response has no valid {place}") from exc
    if time.utcoffset() != timedelta(0):
        raise BadAnswer(f"the response has a {place} that is not in UTC")
    return time
