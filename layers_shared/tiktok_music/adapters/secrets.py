"""Secrets by name, from AWS Secrets Manager."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError, SetSecretError

from tiktok_music.adapters.untrusted_json import read_json
from tiktok_music.errors import SettingsError
from tiktok_music.settings import Secret

# A run makes one call for each secret, and the next run uses a rotated key.
CACHED_SECONDS = 300


class Secrets:
    """Reads secrets; the returned values are masked in logs."""

    def __init__(self, provider: SecretsProvider) -> None:
        self._provider = provider

    def text(self, name: str, field: str) -> Secret:
        """A secret that is a plain string, or a JSON object with the string `field`."""
        value = self.raw(name)
        document = _object(value)
        return Secret(value) if document is None else _field(document, name, field)

    def fields(self, name: str, *fields: str) -> tuple[Secret, ...]:
        """The named strings of a secret that is a JSON object."""
        document = _object(self.raw(name)) or {}
        return tuple(_field(document, name, field) for field in fields)

    def stored(self, name: str) -> "StoredSecret":
        """A secret that is a JSON object and can be written."""
        return StoredSecret(self, name, self._provider)

    def raw(self, name: str, *, is_fresh: bool = False) -> str:
        """The text of a secret; `is_fresh` skips the cache. Raises SettingsError if missing."""
        try:
            value = self._provider.get(name, max_age=CACHED_SECONDS, force_fetch=is_fresh)
        except GetParameterError as exc:
            raise SettingsError(f"the secret {name} cannot be read; does it exist?") from exc
        if not isinstance(value, str) or not value.strip():
            raise SettingsError(f"the secret {name} is empty")
        return value.strip()


class StoredSecret:
    """A JSON object in a secret that can be replaced."""

    def __init__(self, secrets: Secrets, name: str, provider: SecretsProvider) -> None:
        self._secrets = secrets
        self._name = name
        self._provider = provider

    def read(self) -> dict[str, Any]:
        """The stored object, uncached, as another attempt may have replaced it.

        Raises SettingsError if it is not a JSON object.
        """
        document = _object(self._secrets.raw(self._name, is_fresh=True))
        if document is None:
            raise SettingsError(f"the secret {self._name} is not a JSON object")
        return document

    def write(self, value: Mapping[str, Any]) -> None:
        """Replaces the object; raises SettingsError without the permission."""
        try:
            self._provider.set(self._name, json.dumps(dict(value)))
        except SetSecretError as exc:
            raise SettingsError(f"the secret {self._name} cannot be written") from exc


def _object(value: str) -> dict[str, Any] | None:
    try:
        document = read_json(value)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _field(document: dict[str, Any], name: str, field: str) -> Secret:
    value = document.get(field)
    if not isinstance(value, str) or not value:
        raise SettingsError(f"the secret {name} has no string {field!r}")
    return Secret(value)
