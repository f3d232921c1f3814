"""`catalog doctor` over a real moto server: what is well, and what it says of each fault."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from local.embedded_aws import BUCKET, CATALOG_TABLE, KEYS_TABLE, R2_SECRET, REGION, EmbeddedAws
from local.media_host import media_app
from local.servers import BackgroundServer, bind
from ops.cli import app
from tests.peer import Exchange, running_peer

BUCKET_LOOKS = ["write", "public", "range", "type", "cache", "cors", "delete"]
CHECKS = [
    "settings",
    "credentials",
    "clock",
    "table catalog",
    "table keys",
    "lists",
    "secret tiktok-music/r2",
    *(f"bucket {look}" for look in BUCKET_LOOKS),
    "source static",
]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EmbeddedAws]:
    aws = EmbeddedAws.start()
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    media = BackgroundServer.start(media_app(aws.endpoint_url, BUCKET), bind(0))
    document = tmp_path / "tracks.json"
    document.write_text('[{"tiktokId": "13660", "title": "Low Tide"}, {"title": "No Id"}]')
    settings = {
        "CATALOG_TABLE": CATALOG_TABLE,
        "KEYS_TABLE": KEYS_TABLE,
        "SOURCE": "static",
        "SOURCE_LOCATION": str(document),
        "MEDIA_BASE_URL": media.base_url,
        "R2_ENDPOINT_URL": aws.endpoint_url,
        "R2_BUCKET": BUCKET,
        "R2_SECRET": R2_SECRET,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    aws.furnish("source-key")
    yield aws
    media.stop()
    aws.stop()


def examined() -> tuple[int, dict[str, dict[str, str]]]:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    return result.exit_code, {line["check"]: line for line in json.loads(result.stdout)}


def failed(lines: dict[str, dict[str, str]]) -> list[str]:
    return [check for check, line in lines.items() if not line["ok"]]


def objects(account: EmbeddedAws) -> int:
    s3 = boto3.client("s3", endpoint_url=account.endpoint_url, region_name=REGION)
    return s3.list_objects_v2(Bucket=BUCKET)["KeyCount"]


def test_a_catalog_that_is_well_is_found_well_and_left_as_it_was(account: EmbeddedAws) -> None:
    code, lines = examined()

    assert (code, list(lines), failed(lines)) == (0, CHECKS, [])
    assert lines["source static"]["found"] == "2 rows, 1 of them unreadable"
    assert objects(account) == 0
    assert "bucket cors" in CliRunner().invoke(app, ["doctor"]).stdout


def test_a_domain_that_rewrites_answers_is_told_line_by_line(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_peer(answer_a_page) as peer:
        monkeypatch.setenv("MEDIA_BASE_URL", peer.base_url)
        code, lines = examined()

    looks = ("public", "range", "type", "cache", "cors")
    assert (code, failed(lines)) == (1, [f"bucket {look}" for look in looks])
    assert "answers 200 with 11 bytes" in lines["bucket public"]["found"]
    assert lines["bucket cors"] == {
        "check": "bucket cors",
        "ok": False,
        "found": "access-control-allow-origin is none, not *",
        "mend": "give the bucket a CORS policy: any origin, GET and HEAD",
    }
    assert objects(account) == 0


def answer_a_page(exchange: Exchange) -> None:
    exchange.reply(200, b"hello there", Content_Type="text/html")


def test_what_is_missing_is_told_with_what_to_do(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYS_TABLE", "nothing")
    monkeypatch.setenv("R2_SECRET", "nothing/r2")
    monkeypatch.setenv("SOURCE_LOCATION", "/nowhere")

    code, lines = examined()

    assert (code, failed(lines)) == (
        1,
        ["table nothing", "secret nothing/r2", "bucket write", "source static"],
    )
    assert lines["secret nothing/r2"]["mend"] == (
        "make it: aws secretsmanager create-secret --name nothing/r2"
    )


def test_an_endpoint_that_nobody_answers_at_is_told(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIA_BASE_URL", "http://127.0.0.1:9")

    code, lines = examined()

    assert (code, "Connection refused" in lines["bucket public"]["found"]) == (1, True)


def test_wrong_settings_end_the_examination(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("R2_BUCKET")

    code, lines = examined()

    assert (code, list(lines), lines["settings"]["found"]) == (
        1,
        ["settings"],
        "settings: R2_BUCKET is not set",
    )
