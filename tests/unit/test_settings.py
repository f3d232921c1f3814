"""Settings are read, and report all problems together."""

from datetime import timedelta
from typing import Any

import pytest

from tiktok_music.api.settings import ListSettings
from tiktok_music.errors import SettingsError
from tiktok_music.refresh.curation.text_rules import RuleSettings
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.policy import MediaPolicy
from tiktok_music.refresh.settings import MediaSettings, RefreshSettings, SourceSettings
from tiktok_music.settings import Secret

REFRESH = {
    "CATALOG_TABLE": "catalog",
    "AWS_REGION": "eu-central-1",
    "SOURCE_SECRET": "tiktok-music/source",
    "MEDIA_BASE_URL": "https://media.example.com/",
    "R2_ENDPOINT_URL": "https://abc.r2.cloudflarestorage.com",
    "R2_BUCKET": "media",
    "R2_SECRET": "tiktok-music/r2",
}


def test_list_settings_are_read() -> None:
    environ = {
        "CATALOG_TABLE": "c",
        "KEYS_TABLE": "k",
        "AWS_REGION": "eu-central-1",
        "MEDIA_BASE_URL": "https://media.example.com",
    }

    assert ListSettings.from_env(environ) == ListSettings(
        "c", "k", "eu-central-1", "https://media.example.com", timedelta(hours=12)
    )


def test_all_missing_list_settings_are_reported_together() -> None:
    with pytest.raises(
        SettingsError,
        match="settings: CATALOG_TABLE is not set; KEYS_TABLE is not set; AWS_REGION is not set",
    ):
        ListSettings.from_env({})


def test_refresh_settings_have_defaults() -> None:
    assert RefreshSettings.from_env(REFRESH) == RefreshSettings(
        catalog_table="catalog",
        region="eu-central-1",
        source=SourceSettings(
            kinds=("aweme",),
            base_url="https://api.tikhub.io",
            secret_name="tiktok-music/source",
            scenes=(0, 1),
            location="",
            cml_base_url="https://business-api.tiktok.com",
            cml_secret_name="",
            country="US",
            period_days=7,
        ),
        media=MediaSettings(
            base_url="https://media.example.com",
            endpoint_url="https://abc.r2.cloudflarestorage.com",
            bucket="media",
            secret_name="tiktok-music/r2",
        ),
        gates=GateLimits(min_tracks=10),
        rules=RuleSettings(),
        media_policy=MediaPolicy(),
        media_hosts=(),
        allow_private_hosts=False,
        refresh_every=timedelta(hours=12),
    )


def test_the_static_source_requires_a_location_and_no_secret() -> None:
    environ: dict[str, Any] = {**REFRESH, "SOURCE": "static"}
    del environ["SOURCE_SECRET"]

    with pytest.raises(SettingsError, match=r"^settings: SOURCE_LOCATION is not set$"):
        RefreshSettings.from_env(environ)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SOURCE", "napster", "SOURCE has 'napster', not one of aweme, cml"),
        ("MEDIA_BASE_URL", "media.example.com", "MEDIA_BASE_URL is 'media.example.com', not an"),
        ("R2_ENDPOINT_URL", "https://x.test/bucket", "no path belongs there"),
        ("R2_ENDPOINT_URL", "https://x.test?a=b", "no query, fragment or user belongs there"),
        ("R2_BUCKET", "My Bucket", "R2_BUCKET is 'My Bucket'"),
        ("MIN_TRACKS", "many", "MIN_TRACKS is 'many', not a whole number"),
        ("MIN_TRACKS", "0", "MIN_TRACKS is 0, not within 1 and"),
        ("MIN_TRACKS", "1.5", "MIN_TRACKS is '1.5', not a whole number"),
        ("SOURCE_SCENES", "a", "SOURCE_SCENES is 'a'"),
        ("DEFAULT_LANGUAGE", "english", "DEFAULT_LANGUAGE is 'english'"),
        ("MEDIA_HOSTS", "*", "MEDIA_HOSTS is '*'"),
        ("MEDIA_HOSTS", "https://a.test", "MEDIA_HOSTS is 'https://a.test'"),
        ("ALLOW_PRIVATE_HOSTS", "yes", "ALLOW_PRIVATE_HOSTS is 'yes', not one of true, false"),
    ],
)
def test_an_invalid_setting_is_reported_by_name(name: str, value: str, problem: str) -> None:
    with pytest.raises(SettingsError, match="settings: ") as raised:
        RefreshSettings.from_env({**REFRESH, name: value})

    assert problem in str(raised.value)


def test_a_secret_is_hidden_from_text() -> None:
    secret = Secret("hunter2")

    assert [repr(secret), str(secret), f"{secret}", "%s" % secret] == ["Secret(…)"] * 4  # noqa: UP031
    assert secret.reveal() == "hunter2"
