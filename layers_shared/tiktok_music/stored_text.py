"""Base class of choices that are stored as text."""

from enum import StrEnum
from typing import Self


class StoredText(StrEnum):
    """A stored choice.

    A value of another release equals no member and survives reading and writing.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = "UNKNOWN"
        unknown._value_ = value
        return unknown

    def is_known(self) -> bool:
        """False for a value of another release."""
        return self._value_ in type(self)._value2member_map_
