"""The settings of the list function."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiktok_music.settings import SettingsReader


@dataclass(frozen=True, slots=True)
class ListSettings:
    """Where the catalog and the keys are, and the media that rows of old tracks point to."""

    catalog_table: str
    keys_table: str
    region: str
    media_base_url: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "ListSettings":
        """Raises SettingsError, which names everything that is missing or wrong."""
        reader = SettingsReader(environ)
        settings = cls(
            catalog_table=reader.text("CATALOG_TABLE"),
            keys_table=reader.text("KEYS_TABLE"),
            region=reader.text("AWS_REGION"),
            media_base_url=reader.url("MEDIA_BASE_URL", with_path=True),
        )
        reader.done()
        return settings
