"""A bounded cache in memory."""

from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """Maps text keys to at most `size` values; evicts the least recently used one."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[str, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, key: str) -> Value:
        self._values.move_to_end(key)
        return self._values[key]

    def get(self, key: str) -> Value | None:
        return self[key] if key in self._values else None

    def save(self, key: str, value: Value) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._size:
            self._values.popitem(last=False)

    def remove(self, key: str) -> None:
        self._values.pop(key, None)
