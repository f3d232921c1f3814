"""Secrets by name, from AWS Secrets Manager."""

import json
from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from tiktok_music.errors import SettingsError
from tiktok_music.settings import Secret

# A rotated key is taken up by the next run, and a run makes one call for each secret.
CACHED_SECONDS = 300


class Secrets:
    """Reads secrets; what it returns never shows itself in a log."""

    def __init__(self, provider: SecretsProvider) -> None:
        self._provider = provider

    def text(self, name: str, field: str) -> Secret:
        """A secret that is a plain string, or a JSON object with the string `field`."""
        value = self._read(name)
        document = _object(value)
        return Secret(value) if document is None else _field(document, name, field)

    def fields(self, name: str, *fields: str) -> tuple[Secret, ...]:
        """The named strings of a secret that is a JSON object."""
        document = _object(self._read(name)) or {}
        return tuple(_field(document, name, field) for field in fields)

    def _read(self, name: str) -> str:
        try:
            value = self._provider.get(name, max_age=CACHED_SECONDS)
        except GetParameterError as exc:
            raise SettingsError(f"the secret {name} cannot be read; does it exist?") from exc
        if not isinstance(value, str) or not value.strip():
            raise SettingsError(f"the secret {name} is empty")
        return value.strip()


def _object(value: str) -> dict[str, Any] | None:
    try:
        document = json.loads(value)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _field(document: dict[str, Any], name: str, field: str) -> Secret:
    value = document.get(field)
    if not isinstance(value, str) or not value:
        raise SettingsError(f"the secret {name} has no string {field!r}")
    return Secret(value)
