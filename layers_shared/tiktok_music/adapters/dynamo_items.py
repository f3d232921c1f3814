"""Reads items that may be unreadable, and conditions on raw items for optimistic locks."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.models import Model

from tiktok_music.adapters.dynamo_models import StoredRow
from tiktok_music.errors import StoreUnavailable

_logger = logging.getLogger(__name__)

RowT = TypeVar("RowT", bound=StoredRow)
ValueT = TypeVar("ValueT")
# An item as DynamoDB returns it: attribute -> {type: value}.
RawItem = Mapping[str, Mapping[str, Any]]
KEYS_PER_CALL = 100
PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.4)
# Errors of PynamoDB, JSON and the parsers on an item with a missing or malformed value.
UNREADABLE = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip


def parsed(rows: type[RowT], item: RawItem, parse: Callable[[RowT], ValueT]) -> ValueT | None:
    """The value of an item, None if it is unreadable, which is logged."""
    try:
        return parse(rows.from_raw_data(dict(item)))
    except UNREADABLE as exc:
        _logger.warning("%s is unreadable and set aside: %r", key_of(item), exc)
        return None


def key_of(item: RawItem) -> str:
    """The partition key."""
    return str(item["pk"]["S"])


def read_item(rows: type[Model], key: str) -> RawItem | None:
    """One item, strongly consistent; None if there is none."""
    item: RawItem | None = rows._get_connection().get_item(key, consistent_read=True).get("Item")
    return item


def set_aside(rows: type[Model], item: RawItem) -> None:
    """Copies an unreadable item to `ASIDE#<key>`, before its key is written again."""
    values = {name: value for name, value in item.items() if name != "pk"}
    rows._get_connection().put_item(f"ASIDE#{key_of(item)}", attributes=values)


def scan_items(rows: type[Model], prefix: str = "") -> Iterator[RawItem]:
    """All items of the table whose keys begin with `prefix`. Reads the whole table."""
    start: Any = None
    only = Path("pk").startswith(prefix) if prefix else None
    while True:
        page = rows._get_connection().scan(exclusive_start_key=start, filter_condition=only)
        yield from page["Items"]
        start = page.get("LastEvaluatedKey")
        if not start:
            return


def number_in(item: RawItem | None, name: str) -> int:
    """A whole number of an item, 0 if it is missing or of another type."""
    try:
        return int((item or {})[name]["N"])
    except (KeyError, ValueError):
        return 0


def is_unchanged(item: RawItem | None, *names: str) -> Condition:
    """The condition that the texts `names` of an item are still those that were read."""
    if item is None:
        return Path("pk").does_not_exist()
    conditions = [_is_same(item, name) for name in names]
    whole = conditions[0]
    for each in conditions[1:]:
        whole &= each
    return whole


def is_typed(attribute: Attribute[Any]) -> Condition:
    """The condition that an attribute exists and has its type."""
    condition: Condition = attribute.is_type()  # type: ignore[no-untyped-call]
    return condition


def _is_same(item: RawItem, name: str) -> Condition:
    path: Any = Path(name)
    text = item.get(name, {}).get("S")
    same: Condition = path == text if text is not None else path.exists()
    if name not in item:
        same = Path("pk").exists() & path.does_not_exist()
    return same


def batch_read(
    rows: type[RowT],
    keys: Iterable[str],
    parse: Callable[[RowT], ValueT],
    *,
    consistent: bool = False,
    on_unreadable: Callable[[RawItem], None] = lambda _: None,
    pause: Callable[[float], None] = time.sleep,
) -> list[ValueT]:
    """The readable values of those keys, a hundred per call; an unreadable item is left out.

    DynamoDB returns unprocessed keys under load. PynamoDB's own loop retries them without a pause
    and without a limit; this one backs off, and raises StoreUnavailable after a second.
    """
    distinct = list(dict.fromkeys(keys))
    found: list[ValueT] = []
    for start in range(0, len(distinct), KEYS_PER_CALL):
        left: Any = [{"pk": key} for key in distinct[start : start + KEYS_PER_CALL]]
        for seconds in (*PAUSES_SECONDS, None):
            page, left = rows._batch_get_page(left, consistent, None)  # type: ignore[no-untyped-call]
            for item in page:
                value = parsed(rows, item, parse)
                if value is None:
                    on_unreadable(item)
                else:
                    found.append(value)
            if not left:
                break
            if seconds is None:
                raise StoreUnavailable(f"DynamoDB left {len(left)} keys of a batch unprocessed")
            pause(seconds)
    return found
