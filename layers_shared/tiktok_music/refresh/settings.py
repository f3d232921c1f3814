"""The settings of the refresh function and of the media plan and batch functions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tiktok_music.charts import Coordinates, default_chart
from tiktok_music.refresh.chart_settings import ChartSettings
from tiktok_music.refresh.curation.text_rules import RuleSettings
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.policy import MediaPolicy, PreviewPolicy
from tiktok_music.refresh.media.sound.volume import VolumeLimits
from tiktok_music.settings import SettingsReader

TIKHUB = "https://api.tikhub.io"
BUSINESS_API = "https://business-api.tiktok.com"
BUCKET_NAME = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
SOURCES = ("aweme", "cml", "creative_center", "static")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """The sources (`kinds`, in order of trust) and their access.

    `secret_name` is the secret with the API key of the provider at `base_url`, `cml_secret_name`
    the one with the Business API's token; `country` is ISO 3166-1 alpha-2.
    """

    kinds: tuple[str, ...]
    base_url: str
    secret_name: str
    scenes: tuple[int, ...]
    location: str
    cml_base_url: str
    cml_secret_name: str
    country: str
    period_days: int

    def default_chart(self) -> Coordinates:
        """The coordinates of the plain list, which are those of its first source."""
        return default_chart(self.kinds[0], self.country, self.period_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSettings:
    """The bucket behind the media domain; `secret_name` is the secret with its S3 keys."""

    base_url: str
    endpoint_url: str
    bucket: str
    secret_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSettings:
    """All settings of the refresh function."""

    catalog_table: str
    region: str
    source: SourceSettings
    media: MediaSettings
    gates: GateLimits
    rules: RuleSettings
    media_policy: MediaPolicy
    media_hosts: tuple[str, ...]
    allow_private_hosts: bool
    refresh_every: timedelta
    charts: ChartSettings = field(default_factory=ChartSettings)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "RefreshSettings":
        """Reads the environment; raises SettingsError, which names all that is missing or wrong."""
        reader = SettingsReader(environ)
        source = _source(reader)
        settings = cls(
            catalog_table=reader.text("CATALOG_TABLE"),
            region=reader.text("AWS_REGION"),
            source=source,
            charts=_charts(reader, source),
            media=_media(reader),
            gates=_gates(reader),
            rules=_rules(reader),
            media_policy=_media_policy(reader),
            media_hosts=_hosts(reader),
            allow_private_hosts=reader.switch("ALLOW_PRIVATE_HOSTS", default=False),
            refresh_every=_refresh_every(reader),
        )
        reader.done()
        return settings


@dataclass(frozen=True, slots=True)
class MediaPlanSettings:
    """The settings of the plan function: those of the refresh, and the bucket for plans.

    `plans_bucket` is a private S3 bucket.
    """

    refresh: RefreshSettings
    plans_bucket: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "MediaPlanSettings":
        """Reads the environment; raises SettingsError, which names all that is missing or wrong."""
        reader = SettingsReader(environ)
        plans_bucket = reader.text("PLANS_BUCKET", pattern=BUCKET_NAME)
        reader.done()
        return cls(RefreshSettings.from_env(environ), plans_bucket)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaBatchSettings:
    """The settings of the batch function; it needs no sources, rules or operator overrides."""

    catalog_table: str
    region: str
    media: MediaSettings
    media_policy: MediaPolicy
    media_hosts: tuple[str, ...]
    allow_private_hosts: bool
    refresh_every: timedelta

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "MediaBatchSettings":
        """Reads the environment; raises SettingsError, which names all that is missing or wrong."""
        reader = SettingsReader(environ)
        settings = cls(
            catalog_table=reader.text("CATALOG_TABLE"),
            region=reader.text("AWS_REGION"),
            media=_media(reader),
            media_policy=_media_policy(reader),
            media_hosts=_hosts(reader),
            allow_private_hosts=reader.switch("ALLOW_PRIVATE_HOSTS", default=False),
            refresh_every=_refresh_every(reader),
        )
        reader.done()
        return settings


def rule_settings(environ: Mapping[str, str]) -> RuleSettings:
    """The settings of the rules that need no media; raises SettingsError."""
    reader = SettingsReader(environ)
    rules = _rules(reader)
    reader.done()
    return rules


def gate_limits(environ: Mapping[str, str]) -> GateLimits:
    """The limits of the publish gates; raises SettingsError."""
    reader = SettingsReader(environ)
    limits = _gates(reader)
    reader.done()
    return limits


def _refresh_every(reader: SettingsReader) -> timedelta:
    hours = reader.whole("REFRESH_EVERY_HOURS", 12, at_least=1, at_most=12)
    return timedelta(hours=hours)


def _gates(reader: SettingsReader) -> GateLimits:
    return GateLimits(min_tracks=reader.whole("MIN_TRACKS", 10, at_least=1))


def _source(reader: SettingsReader) -> SourceSettings:
    kinds = reader.choices("SOURCE", SOURCES, "aweme")
    needs_key = bool({"aweme", "creative_center"} & set(kinds))
    scenes = reader.text("SOURCE_SCENES", "0,1", pattern=r"[0-9](,[0-9])*")
    return SourceSettings(
        kinds=kinds,
        base_url=reader.url("SOURCE_BASE_URL", TIKHUB, with_path=True),
        secret_name=reader.text("SOURCE_SECRET", None if needs_key else ""),
        scenes=tuple(dict.fromkeys(int(scene) for scene in scenes.split(",") if scene.isdigit())),
        location=reader.text("SOURCE_LOCATION", None if "static" in kinds else ""),
        cml_base_url=reader.url("CML_BASE_URL", BUSINESS_API),
        cml_secret_name=reader.text("CML_SECRET", None if "cml" in kinds else ""),
        country=reader.text("SOURCE_COUNTRY", "US", pattern="[A-Z]{2}"),
        period_days=int(reader.choice("SOURCE_PERIOD_DAYS", ("7", "30"), "7")),
    )


def _charts(reader: SettingsReader, source: SourceSettings) -> ChartSettings:
    settings = ChartSettings.read(reader, source.default_chart())
    names = {each.source for each in settings.charts}
    if "cml" in names and not source.cml_secret_name:
        reader.text("CML_SECRET")
    if names & {"app", "cc"} and not source.secret_name:
        reader.text("SOURCE_SECRET")
    return settings


def _media(reader: SettingsReader) -> MediaSettings:
    return MediaSettings(
        base_url=reader.url("MEDIA_BASE_URL", with_path=True),
        endpoint_url=reader.url("R2_ENDPOINT_URL"),
        bucket=reader.text("R2_BUCKET", pattern=BUCKET_NAME),
        secret_name=reader.text("R2_SECRET"),
    )


def _hosts(reader: SettingsReader) -> tuple[str, ...]:
    """Comma-separated host names, `*.` for all subdomains; empty allows any public host."""
    host = r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+"
    text = reader.text("MEDIA_HOSTS", "", pattern=rf"{host}(,{host})*")
    return tuple(text.split(",")) if text else ()


def _rules(reader: SettingsReader) -> RuleSettings:
    return RuleSettings(
        default_language=reader.text("DEFAULT_LANGUAGE", "en", pattern="[a-z]{2}"),
        reject_mild_words=reader.switch("REJECT_MILD_WORDS", default=False),
        reject_generic_sounds=reader.switch("REJECT_GENERIC_SOUNDS", default=True),
    )


def _media_policy(reader: SettingsReader) -> MediaPolicy:
    limits, preview = VolumeLimits(), PreviewPolicy()
    return MediaPolicy(
        limits=replace(
            limits,
            min_duration_seconds=reader.number(
                "MIN_PREVIEW_SECONDS", limits.min_duration_seconds, at_least=0.5, at_most=60
            ),
            min_integrated_lufs=reader.number(
                "MIN_LOUDNESS_LUFS", limits.min_integrated_lufs, at_least=-59, at_most=-10
            ),
            max_silence_share=reader.number(
                "MAX_SILENCE_SHARE", limits.max_silence_share, at_least=0, at_most=1
            ),
            max_clipped_share=reader.number(
                "MAX_CLIPPED_SHARE", limits.max_clipped_share, at_least=0, at_most=1
            ),
        ),
        preview=replace(
            preview,
            normalise=reader.switch("NORMALISE_LOUDNESS", default=preview.normalise),
            target_lufs=reader.number("TARGET_LUFS", preview.target_lufs, at_least=-30, at_most=-6),
            lossless_within_lu=reader.number(
                "LOSSLESS_WITHIN_LU", preview.lossless_within_lu, at_least=0, at_most=1.5
            ),
        ),
    )
