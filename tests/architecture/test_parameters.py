"""Invalid parameters are rejected, by template and settings, with a sentence that names them."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.architecture.test_template import load_template
from tiktok_music.api.settings import ListSettings
from tiktok_music.errors import SettingsError
from tiktok_music.publish_evidence import TRUSTED, Evidence
from tiktok_music.publish_policy import HonorOnPublish, PublishPolicy
from tiktok_music.refresh.settings import SOURCES, RefreshSettings

PARAMETERS: dict[str, dict[str, Any]] = load_template()["Parameters"]
ACCOUNT = "0123456789abcdef0123456789abcdef"
CONSTRAINTS = ("AllowedPattern", "AllowedValues", "MinValue", "MaxValue")
# Parameter -> accepted values, rejected values.
VALUES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Architecture": (("arm64", "x86_64"), ("aarch64", "")),
    "MediaBaseUrl": (
        ("https://media.example.com",),
        ("media.example.com", "http://media.example.com", "https://media.example.com/", ""),
    ),
    "R2EndpointUrl": (
        (
            f"https://{ACCOUNT}.r2.cloudflarestorage.com",
            f"https://{ACCOUNT}.eu.r2.cloudflarestorage.com",
        ),
        (
            f"https://{ACCOUNT}.r2.cloudflarestorage.com/my-bucket",
            f"https://{ACCOUNT}.r2.cloudflarestorage.com/",
            f"http://{ACCOUNT}.r2.cloudflarestorage.com",
            f"{ACCOUNT}.r2.cloudflarestorage.com",
            "https://<account id>.r2.cloudflarestorage.com",
            "https://my-bucket.r2.cloudflarestorage.com",
            "https://s3.amazonaws.com",
            "",
        ),
    ),
    "R2Bucket": (("tiktok-music-media",), ("Media", "a", "-media", "media/", "a.b", "")),
    "R2SecretName": (("tiktok-music/r2",), ("arn:aws:secretsmanager:x:1:secret:r2", "a b", "")),
    "Source": (
        ("aweme", "cml,aweme", "aweme,cml,creative_center,static"),
        ("napster", "aweme,napster", "aweme, cml", "Aweme", "aweme,", ""),
    ),
    "SourceBaseUrl": (
        ("https://api.tikhub.io", "https://api.example.com/v1"),
        ("http://api.tikhub.io", "api.tikhub.io", "https://api.tikhub.io?a=b", ""),
    ),
    "SourceSecretName": (("tiktok-music/source",), ("a:b", "")),
    "SourceLocation": (
        ("", "s3://bucket/charts/today.json"),
        ("s3://bucket", "https://a.test/x", "today.json"),
    ),
    "CmlSecretName": (("tiktok-music/cml",), ("a:b", "")),
    "SourceCountry": (("US", "DE"), ("us", "USA", "")),
    "Charts": (
        ("", "cml:GB:ALL:7DAY", "cml:US:HIP_HOP/RAP:30, creative_center:BR::7:surging,aweme:DE"),
        ("cml", "cml:GB:ALL:7DAY,", "cml:GB;cml:US", "cml GB"),
    ),
    "HonorOnPublish": (("off", "asked", "always"), ("on", "true", "false", "")),
    "PublishEvidence": (
        ("listed", "listed,sameId,sameRecording,sameCredits"),
        ("title", "listed, sameId", "listed,", ""),
    ),
    "PublishIdMaxAgeDays": (("1", "30", "365"), ("0", "366", "-1", "month")),
    "MinTracks": (("1", "20"), ("0", "-1", "many")),
    "DefaultLanguage": (("en",), ("EN", "eng", "")),
    "RejectMildWords": (("true", "false"), ("yes", "True", "")),
    "RejectGenericSounds": (("true", "false"), ("yes", "")),
    "NormaliseLoudness": (("true", "false"), ("on", "")),
    "MediaHosts": (
        ("", "*.tiktokcdn.com,*.tiktokcdn-us.com"),
        ("*", "https://a.test", "a.test, b.test", "localhost"),
    ),
    "LogRetentionDays": (("1", "30", "365"), ("0", "2", "forever")),
    "RequestLogPercent": (("0", "10", "100"), ("-1", "101", "all", "0.5")),
    "ScheduleState": (("ENABLED", "DISABLED"), ("enabled", "off", "")),
    "RefreshEveryHours": (("2", "12"), ("0", "-12", "5", "24", "12 hours")),
    "RefreshConcurrency": (("1", "unreserved"), ("0", "2", "")),
    "ThrottleRate": (("1", "10000"), ("0", "10001", "-1", "many")),
    "ThrottleBurst": (("1", "5000"), ("0", "5001")),
    "MediaMapConcurrency": (("0", "40", "1000"), ("-1", "1001", "many")),
    "Events": (("on", "off"), ("true", "On", "")),
    "EventBusName": (
        ("default", "music/catalog.v1"),
        ("arn:aws:events:eu-central-1:123456789012:event-bus/default", "a b", ""),
    ),
    "AllowedOrigins": (
        ("", "*", "https://app.example.com", "https://a.test,http://localhost:3000"),
        (
            "https://*.example.com",
            "*,https://a.test",
            "app.example.com",
            "https://a.test/",
            "http://a.test",
            "https://a.test, https://b.test",
        ),
    ),
    "DomainName": (("", "music.example.com"), ("https://music.example.com", "music", "a.test/")),
    "CertificateArn": (
        ("", "arn:aws:acm:eu-central-1:123456789012:certificate/6d1e-4f"),
        ("certificate", "arn:aws:iam::123456789012:server-certificate/x"),
    ),
    "Release": (("", "3f2a9c1", "v1.2.0"), ("a b", "x")),
    "SnapStart": (("on", "off"), ("", "3f2a9c1", "true")),
    "GradualDeployment": (("off", "canary", "linear"), ("", "on", "AllAtOnce")),
    "CatalogTableName": (("", "music-CatalogTable-1A2B"), ("a", "a b", "arn:aws:dynamodb:x")),
    "KeysTableName": (("", "music-KeysTable-1A2B"), ("a", "a b")),
    "CatalogStreamArn": (
        ("", "arn:aws:dynamodb:eu-central-1:123456789012:table/a/stream/2026-11-28T00:00:00.000"),
        ("stream", "arn:aws:dynamodb:eu-central-1:123456789012:table/a"),
    ),
    "TrustedRoots": (("amazon", "all"), ("", "Amazon", "none")),
    "AlarmTopicArn": (
        ("", "arn:aws:sns:eu-central-1:123456789012:pages"),
        ("pages", "arn:aws:sqs:eu-central-1:123456789012:pages", "me@example.com"),
    ),
}


def is_accepted(name: str, value: str) -> bool:
    """CloudFormation's decision: a pattern must match the whole value."""
    parameter = PARAMETERS[name]
    if "AllowedPattern" in parameter:
        return re.fullmatch(parameter["AllowedPattern"], value, re.ASCII) is not None
    if "AllowedValues" in parameter:
        return value in map(str, parameter["AllowedValues"])
    if re.fullmatch(r"-?\d+", value) is None:
        return False
    most: int = parameter.get("MaxValue", int(value))
    return int(parameter["MinValue"]) <= int(value) <= most


def test_every_parameter_has_a_description_and_a_described_constraint() -> None:
    for name, parameter in PARAMETERS.items():
        assert set(parameter) & set(CONSTRAINTS), name
        assert parameter["Description"].endswith((".", "ARN.")), name
        constraint = parameter["ConstraintDescription"]
        assert 8 <= len(constraint) <= 120, name
        assert not constraint.endswith("."), name
    assert VALUES.keys() == PARAMETERS.keys()


def test_every_default_is_accepted() -> None:
    defaults = {
        name: str(each["Default"]) for name, each in PARAMETERS.items() if "Default" in each
    }

    assert [name for name, value in defaults.items() if not is_accepted(name, value)] == []
    assert PARAMETERS.keys() - defaults.keys() == {"MediaBaseUrl", "R2EndpointUrl", "R2Bucket"}


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_parameter_accepts_valid_values_and_rejects_invalid_ones(name: str) -> None:
    valid, invalid = VALUES[name]

    assert [value for value in valid if not is_accepted(name, value)] == []
    assert [value for value in invalid if is_accepted(name, value)] == []


def test_the_source_accepts_exactly_the_existing_sources() -> None:
    assert [source for source in SOURCES if not is_accepted("Source", source)] == []
    assert set(re.findall(r"[a-z_]+", PARAMETERS["Source"]["AllowedPattern"])) == set(SOURCES)


def test_parameters_that_need_each_other_are_given_together() -> None:
    rules = load_template()["Rules"]

    descriptions = {
        assertion["AssertDescription"]
        for rule in rules.values()
        for assertion in rule["Assertions"]
    }
    assert descriptions == {
        "DomainName is given without CertificateArn, the ARN of its certificate in ACM.",
        "CertificateArn is given without DomainName, the domain that it is for.",
        "SnapStart is on without Release, a new name for each deployment.",
        "GradualDeployment is given without Release, a new name for each deployment.",
        "Events is on with CatalogTableName, but without CatalogStreamArn, its stream.",
    }


LIST = {
    "CATALOG_TABLE": "c",
    "KEYS_TABLE": "k",
    "AWS_REGION": "eu-central-1",
    "MEDIA_BASE_URL": "https://media.example.com",
}
REFRESH = {
    **LIST,
    "SOURCE_SECRET": "s",
    "R2_ENDPOINT_URL": f"https://{ACCOUNT}.r2.cloudflarestorage.com",
    "R2_BUCKET": "media",
    "R2_SECRET": "r2",
}


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (
            "R2_ENDPOINT_URL",
            f"https://{ACCOUNT}.r2.cloudflarestorage.com/media",
            f"R2_ENDPOINT_URL is 'https://{ACCOUNT}.r2.cloudflarestorage.com/media': "
            "no path belongs there",
        ),
        (
            "SOURCE",
            "aweme,napster",
            "SOURCE has 'napster', not one of aweme, cml, creative_center, static",
        ),
        (
            "R2_BUCKET",
            "My Media",
            "R2_BUCKET is 'My Media', which does not match [a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        ),
        ("MIN_TRACKS", "0", "MIN_TRACKS is 0, not within 1 and 1000000000"),
        (
            "MEDIA_BASE_URL",
            "media.example.com",
            "MEDIA_BASE_URL is 'media.example.com', not an http(s) address",
        ),
    ],
)
def test_the_refresh_settings_reject_invalid_values_too(
    variable: str, value: str, sentence: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        RefreshSettings.from_env({**REFRESH, variable: value})

    assert str(raised.value) == f"settings: {sentence}"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("REFRESH_EVERY_HOURS", "0", "REFRESH_EVERY_HOURS is 0, not within 1 and 12"),
        ("REFRESH_EVERY_HOURS", "24", "REFRESH_EVERY_HOURS is 24, not within 1 and 12"),
        ("REFRESH_EVERY_HOURS", "daily", "REFRESH_EVERY_HOURS is 'daily', not a whole number"),
        ("HONOR_ON_PUBLISH", "on", "HONOR_ON_PUBLISH is 'on', not one of off, asked, always"),
        (
            "PUBLISH_EVIDENCE",
            "listed,title",
            "PUBLISH_EVIDENCE has 'title', not one of listed, sameId, sameRecording, sameCredits",
        ),
        (
            "PUBLISH_ID_MAX_AGE_DAYS",
            "0",
            "PUBLISH_ID_MAX_AGE_DAYS is 0, not within 1 and 365",
        ),
    ],
)
def test_the_list_settings_reject_invalid_values_too(
    variable: str, value: str, sentence: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        ListSettings.from_env({**LIST, variable: value})

    assert str(raised.value) == f"settings: {sentence}"


def test_the_evidence_of_the_template_is_that_of_the_settings() -> None:
    settings = ListSettings.from_env(
        {**LIST, "HONOR_ON_PUBLISH": "asked", "PUBLISH_EVIDENCE": "sameId"}
    )

    assert settings.policy == PublishPolicy(
        honor=HonorOnPublish.ASKED, evidence=(Evidence.SAME_ID,), max_age=timedelta(days=30)
    )
    assert ListSettings.from_env(LIST).policy == PublishPolicy()
    assert PARAMETERS["PublishEvidence"]["Default"] == ",".join(TRUSTED)
    named = re.findall(r"[A-Za-z]+", PARAMETERS["PublishEvidence"]["AllowedPattern"])
    assert list(dict.fromkeys(named)) == list(Evidence)
    assert PARAMETERS["HonorOnPublish"]["AllowedValues"] == list(HonorOnPublish)
