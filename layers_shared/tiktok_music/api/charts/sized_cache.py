"""A cache in memory that is bounded by bytes."""

from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class SizedCache(Generic[Value]):
    """Maps text keys to values of at most `most_bytes` in all; evicts the least recently used.

    The value that was saved last stays, however large.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._values: OrderedDict[str, tuple[Value, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: str) -> Value | None:
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def save(self, key: str, value: Value, size: int) -> None:
        """Saves a value of `size` bytes."""
        _, replaced = self._values.pop(key, (None, 0))
        self._values[key] = (value, size)
        self._bytes += size - replaced
        while self._bytes > self._most_bytes and len(self._values) > 1:
            _, (_, evicted) = self._values.popitem(last=False)
            self._bytes -= evicted
