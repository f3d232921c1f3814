"""The settings of the announce function."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiktok_music.settings import SettingsReader


@dataclass(frozen=True, slots=True)
class AnnounceSettings:
    """The catalog table, and the name of the event bus."""

    catalog_table: str
    region: str
    event_bus: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "AnnounceSettings":
        """Reads the environment; raises SettingsError with all problems."""
        reader = SettingsReader(environ)
        settings = cls(
            catalog_table=reader.text("CATALOG_TABLE"),
            region=reader.text("AWS_REGION"),
            event_bus=reader.text("EVENT_BUS", "default", pattern=r"[A-Za-z0-9._/-]{1,256}"),
        )
        reader.done()
        return settings
