"""Reads settings from environment variables; reports all problems together."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from tiktok_music.errors import SettingsError

Parsed = TypeVar("Parsed")


class Secret:
    """A value hidden from repr() and str(), and so from logs and tracebacks."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


class SettingsReader:
    """Reads settings one by one and collects problems; `done()` raises them all together."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []

    def text(self, name: str, default: str | None = None, *, pattern: str = r".+") -> str:
        value = self._environ.get(name, "").strip() or default
        if value is None:
            self._problems.append(f"{name} is not set")
            return ""
        if value and re.fullmatch(pattern, value) is None:
            self._problems.append(f"{name} is {value!r}, which does not match {pattern}")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in choices:
            self._problems.append(f"{name} is {value!r}, not one of {', '.join(choices)}")
        return value

    def choices(self, name: str, choices: tuple[str, ...], default: str) -> tuple[str, ...]:
        """A comma-separated list of choices, without duplicates, in the order given."""
        values = tuple(dict.fromkeys(part.strip() for part in self.text(name, default).split(",")))
        for value in values:
            if value not in choices:
                self._problems.append(f"{name} has {value!r}, not one of {', '.join(choices)}")
        return values

    def parsed(self, name: str, parse: Callable[[str], Parsed], default: Parsed) -> Parsed:
        """A value in its own form, which `parse` reads; its ValueError says what is wrong."""
        text = self.text(name, "")
        try:
            return parse(text) if text else default
        except ValueError as exc:
            self._problems.append(f"{name} has {exc}")
            return default

    def whole(self, name: str, default: int, *, at_least: int = 0, at_most: int = 10**9) -> int:
        return int(self.number(name, default, at_least=at_least, at_most=at_most, whole=True))

    def number(
        self, name: str, default: float, *, at_least: float, at_most: float, whole: bool = False
    ) -> float:
        text = self.text(name, str(default))
        form = r"-?\d{1,9}" if whole else r"-?\d{1,9}(\.\d{1,6})?"
        if re.fullmatch(form, text, re.ASCII) is None:
            self._problems.append(f"{name} is {text!r}, not a {'whole ' if whole else ''}number")
            return default
        if not at_least <= float(text) <= at_most:
            self._problems.append(f"{name} is {text}, not within {at_least} and {at_most}")
        return float(text)

    def switch(self, name: str, *, default: bool) -> bool:
        return self.choice(name, ("true", "false"), str(default).lower()) == "true"

    def url(self, name: str, default: str | None = None, *, with_path: bool = False) -> str:
        """An http(s) address without a trailing slash, query or fragment."""
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            self._problems.append(f"{name} is {value!r}, not an http(s) address")
        elif parts.query or parts.fragment or parts.username:
            self._problems.append(f"{name} is {value!r}: no query, fragment or user belongs there")
        elif parts.path and not with_path:
            self._problems.append(f"{name} is {value!r}: no path belongs there")
        return value

    def done(self) -> None:
        if self._problems:
            raise SettingsError("settings: " + "; ".join(self._problems))
