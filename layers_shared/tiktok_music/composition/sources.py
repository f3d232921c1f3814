"""Composes the sources of the charts: settings -> providers -> sources."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from tiktok_music.adapters.aweme_source import AwemeSource
from tiktok_music.adapters.cml_source import CmlSource
from tiktok_music.adapters.cml_token import CmlToken
from tiktok_music.adapters.creative_center_source import CreativeCenterSource
from tiktok_music.adapters.joined_source import JoinedSource
from tiktok_music.adapters.r2_media import R2MediaStore
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.adapters.static_source import StaticSource
from tiktok_music.adapters.upstream import FETCH_SECONDS, Upstream
from tiktok_music.charts import GENRES, STATIC, Coordinates, default_chart
from tiktok_music.errors import SourceUnavailable, StoreUnavailable
from tiktok_music.refresh.chart import ChartSource, ConfiguredChart
from tiktok_music.refresh.settings import RefreshSettings

# Without the library, a run lists the songs of the last one, and their publish facts stay.
OPTIONAL_SOURCES = ("cml",)
# One of fifty charts must not take the time of the others.
CHART_FETCH_SECONDS = 60.0


class Sources:
    """The sources of one run; their secrets are read when the first source needs them."""

    def __init__(
        self, settings: RefreshSettings, secrets: Secrets, http: SafeHttp, bucket: R2MediaStore
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._http = http
        self._bucket = bucket

    def default(self) -> ChartSource:
        """The source of the plain list."""
        source = self._settings.source
        made = [
            (kind, self._static() if kind == STATIC else self._of(self._default_part(kind)))
            for kind in source.kinds
        ]
        return JoinedSource(made, OPTIONAL_SOURCES)

    def charts(self) -> tuple[ConfiguredChart, ...]:
        """The charts beside it, each with a source of its own."""
        charts = self._settings.charts
        return tuple(
            ConfiguredChart(
                each, self._of(each, CHART_FETCH_SECONDS, spacing_seconds=charts.spacing_seconds)
            )
            for each in charts.charts
        )

    def _default_part(self, kind: str) -> Coordinates:
        source = self._settings.source
        return default_chart(kind, source.country, source.period_days)

    def _of(
        self,
        chart: Coordinates,
        fetch_seconds: float = FETCH_SECONDS,
        *,
        spacing_seconds: float = 0.0,
    ) -> ChartSource:
        source = self._settings.source
        days = chart.period or source.period_days
        base_url = source.cml_base_url if chart.source == "cml" else source.base_url
        headers = self._library.headers if chart.source == "cml" else self._provider_headers
        upstream = Upstream(
            self._http,
            base_url,
            headers,
            time.sleep,
            fetch_seconds=fetch_seconds,
            spacing_seconds=spacing_seconds,
        )
        makers: Mapping[str, Callable[[], ChartSource]] = {
            "app": lambda: AwemeSource(upstream, source.scenes),
            "cml": lambda: CmlSource(
                upstream,
                self._library,
                chart.country,
                f"{days}DAY",
                now=lambda: datetime.now(UTC),
                genre=GENRES[chart.genre],
            ),
            "cc": lambda: CreativeCenterSource(upstream, chart.country, days, chart.kind),
        }
        return makers[chart.source]()

    @cached_property
    def _library(self) -> CmlToken:
        """The token of the commercial library, which all of its charts share."""
        source = self._settings.source
        secret = self._secrets.stored(source.cml_secret_name)
        return CmlToken(self._http, source.cml_base_url, secret, lambda: datetime.now(UTC))

    @cached_property
    def _provider_headers(self) -> Callable[[], Mapping[str, str]]:
        api_key = self._secrets.text(self._settings.source.secret_name, "apiKey")
        headers = {"Authorization": f"Bearer {api_key.reveal()}"}
        return lambda: headers

    def _static(self) -> ChartSource:
        location = self._settings.source.location
        return StaticSource(location, lambda: _document(location, self._bucket))


def _document(location: str, bucket: R2MediaStore) -> bytes:
    """`s3://<bucket>/<key>` is read with the media bucket's keys, anything else is a file."""
    parts = urlsplit(location)
    try:
        if parts.scheme == "s3":
            return bucket.read(parts.path.lstrip("/"), bucket=parts.netloc)
        return Path(location).read_bytes()
    except (OSError, StoreUnavailable) as exc:
        raise SourceUnavailable(f"SOURCE_LOCATION {location} cannot be read: {exc}") from exc
