"""The settings of the charts beside the default one."""

from dataclasses import dataclass, field

from tiktok_music.charts import Coordinates, parse_charts
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.settings import SettingsReader


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSettings:
    """The charts, the pause before each call of their sources, and their publish limits."""

    charts: tuple[Coordinates, ...] = ()
    spacing_seconds: float = 0.3
    gates: GateLimits = field(
        default_factory=lambda: GateLimits(min_tracks_setting="MIN_CHART_TRACKS")
    )

    @classmethod
    def read(cls, reader: SettingsReader, default: Coordinates) -> "ChartSettings":
        floor = reader.whole("MIN_CHART_TRACKS", 10, at_least=1)
        return cls(
            charts=reader.parsed("CHARTS", lambda text: parse_charts(text, default), ()),
            spacing_seconds=reader.whole("SOURCE_SPACING_MS", 300, at_most=10_000) / 1000,
            gates=GateLimits(min_tracks=floor, min_tracks_setting="MIN_CHART_TRACKS"),
        )
