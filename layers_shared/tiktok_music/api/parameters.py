"""Reads query parameters strictly; reports all problems together."""

import re
from collections.abc import Iterable

from tiktok_music.errors import Invalid

_WHOLE = re.compile(r"[0-9]{1,4}", re.ASCII)
LONGEST_CURSOR = 200
ONCE = "Must be given once."


class Parameters:
    """Reads parameters one by one and collects problems; `done()` raises them all together.

    Messages never repeat input.
    """

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        self._issues: list[tuple[str, str]] = []
        for name, value in items:
            self._values.setdefault(name, []).append(value)

    def has_any(self, names: Iterable[str]) -> bool:
        return any(name in self._values for name in names)

    def add_issue(self, path: str, message: str) -> None:
        self._issues.append((path, message))

    def several(self, name: str) -> list[str]:
        """All values of a repeatable parameter."""
        return self._values.get(name, [])

    def one(self, name: str) -> str | None:
        """The value of a parameter that must not be repeated, or None."""
        values = self._values.get(name, [])
        if len(values) > 1:
            self.add_issue(name, ONCE)
        return values[0] if len(values) == 1 else None

    def whole(self, name: str, default: int, *, at_least: int, at_most: int) -> int:
        text = self.one(name)
        if text is None:
            return default
        if _WHOLE.fullmatch(text) is None or not at_least <= int(text) <= at_most:
            self.add_issue(name, f"Must be a whole number from {at_least} to {at_most}.")
            return default
        return int(text)

    def cursor(self) -> str | None:
        cursor = self.one("cursor")
        if cursor is not None and not 1 <= len(cursor) <= LONGEST_CURSOR:
            self.add_issue("cursor", "Must be a nextCursor of this list.")
        return cursor

    def switch(self, name: str) -> bool:
        return self.choice(name, ("false", "true")) == "true"

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of `choices`, of which the first is the default."""
        text = self.one(name)
        if text is None or text in choices:
            return text or choices[0]
        self.add_issue(name, f"Must be one of {', '.join(sorted(choices))}.")
        return choices[0]

    def done(self) -> None:
        if self._issues:
            raise Invalid(tuple(self._issues))
