"""The settings of the list function."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from tiktok_music.publish_policy import SWITCHED_OFF, PublishPolicy
from tiktok_music.settings import SettingsReader


class ListSettings(NamedTuple):
    """Tables, media address, refresh interval, the policy of direct publish, charts, and the log.

    `media_base_url` is for tracks off the chart; the rows of a snapshot have full addresses.
    `charts` are the ids beside the default chart, whose coordinates follow from `source` (the first
    of the refresh), `country` and `period_days`. `request_log_share` is the share of requests that
    have a line of the log.
    """

    catalog_table: str
    keys_table: str
    region: str
    media_base_url: str
    refresh_every: timedelta
    policy: PublishPolicy = SWITCHED_OFF
    source: str = "aweme"
    country: str = "US"
    period_days: int = 7
    charts: frozenset[str] = frozenset()
    request_log_share: float = 1.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "ListSettings":
        """Reads the environment; raises SettingsError with all problems."""
        reader = SettingsReader(environ)
        source = reader.text("SOURCE", "aweme").partition(",")[0].strip()
        country = reader.text("SOURCE_COUNTRY", "US", pattern="[A-Z]{2}")
        period_days = int(reader.choice("SOURCE_PERIOD_DAYS", ("7", "30"), "7"))
        settings = cls(
            catalog_table=reader.text("CATALOG_TABLE"),
            keys_table=reader.text("KEYS_TABLE"),
            region=reader.text("AWS_REGION"),
            media_base_url=reader.url("MEDIA_BASE_URL", with_path=True),
            refresh_every=timedelta(
                hours=reader.whole("REFRESH_EVERY_HOURS", 12, at_least=1, at_most=12)
            ),
            policy=PublishPolicy.read(reader),
            source=source,
            country=country,
            period_days=period_days,
            charts=reader.parsed(
                "CHARTS", lambda text: _chart_ids(text, source, country, period_days), frozenset()
            ),
            request_log_share=reader.whole("REQUEST_LOG_PERCENT", 100, at_most=100) / 100,
        )
        reader.done()
        return settings


def _chart_ids(text: str, source: str, country: str, period_days: int) -> frozenset[str]:
    # Not needed where the setting is empty, to keep cold starts short.
    from tiktok_music.charts import default_chart, parse_charts

    charts = parse_charts(text, default_chart(source, country, period_days))
    return frozenset(chart.chart_id for chart in charts)
