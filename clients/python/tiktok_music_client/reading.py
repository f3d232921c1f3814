"""From JSON to values: what is missing or of another kind is a BadAnswer, what is new is left out.

A model is read by its own annotations: `preview_url: str` is the string `previewUrl`.
"""

import types
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from tiktok_music_client.errors import BadAnswer

T = TypeVar("T")


def read(kind: type[T], value: object) -> T:
    """`value`, as decoded from JSON, as the model `kind`; raises BadAnswer."""
    made: T = _read(kind, value, kind.__name__)
    return made


def camel(name: str) -> str:
    """`preview_url` as the API writes it: `previewUrl`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _read(kind: Any, value: object, place: str) -> Any:
    origin = get_origin(kind)
    if origin is types.UnionType:
        return None if value is None else _read(get_args(kind)[0], value, place)
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], row, place) for row in _is(list, value, place))
    if origin is Mapping:
        rows = _is(dict, value, place)
        return {name: _read(get_args(kind)[1], row, place) for name, row in rows.items()}
    if kind is object:
        return value
    if kind is datetime:
        return _time(value, place)
    if kind is float:
        return _float(_is((int, float), value, place), place)
    if kind in (str, int, bool):
        return _is(kind, value, place)
    return _model(kind, _is(dict, value, place))


def _model(kind: Any, row: dict[str, object]) -> Any:
    return kind(
        **{
            name: _read(hint, row.get(key), f"{kind.__name__}.{key}")
            for name, key, hint in _shape(kind)
        }
    )


@cache
def _shape(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((part.name, camel(part.name), hints[part.name]) for part in fields(kind))


def _is(kind: Any, value: Any, place: str) -> Any:
    # To Python a bool is an int.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadAnswer(f"the answer has no usable {place}")
    return value


def _float(value: int | float, place: str) -> float:
    try:
        return float(value)
    except OverflowError as exc:
        raise BadAnswer(f"the answer has no usable {place}") from exc


def _time(value: object, place: str) -> datetime:
    try:
        time = datetime.fromisoformat(_is(str, value, place))
    except ValueError as exc:
        raise BadAnswer(f"the answer has no usable {place}") from exc
    if time.utcoffset() != timedelta(0):
        raise BadAnswer(f"the answer has a {place} that is not in UTC")
    return time
