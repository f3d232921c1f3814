"""`catalog refresh` over a moto server with real HTTP and real audio, as an operator types it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from local.embedded_aws import BUCKET, CATALOG_TABLE, KEYS_TABLE, R2_SECRET, REGION, EmbeddedAws
from local.stand_in import cover, music
from ops.cli import app
from tests.peer import Exchange, running_peer
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.track import track_id_of

VERBS = ("added", "removed", "moved")


@dataclass
class Stage:
    """An account, a media host, and the document of the source."""

    base_url: str
    document: Path
    requested: list[str]

    def chart(self, *numbers: int, **fields: Any) -> None:
        rows = [
            {
                "tiktokId": str(7_662_052_657_323_182_080 + number),
                "title": f"Lantern Street {number}",
                "author": f"Mira {number}",
                "userCount": 1_000 - number,
                "previewUrl": f"{self.base_url}/song/{number}",
                "coverUrl": f"{self.base_url}/cover",
                **fields,
            }
            for number in numbers
        ]
        self.document.write_text(json.dumps(rows))


@pytest.fixture(scope="module")
def account() -> Iterator[EmbeddedAws]:
    aws = EmbeddedAws.start()
    yield aws
    aws.stop()


@pytest.fixture
def stage(account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stage]:
    requested: list[str] = []

    def media_host(exchange: Exchange) -> None:
        if exchange.path.startswith("/music/"):  # the media domain, in front of the bucket
            exchange.reply(200, b"", Content_Type="audio/mpeg")
            return
        requested.append(exchange.path)
        if exchange.path == "/cover":
            body, kind = cover(3)
        else:
            body, kind = music(int(exchange.path.removeprefix("/song/")), 8)
        exchange.reply(200, body, Content_Type=kind)

    with running_peer(media_host) as peer:
        settings = {
            **account.environment(),
            "CATALOG_TABLE": CATALOG_TABLE,
            "KEYS_TABLE": KEYS_TABLE,
            "SOURCE": "static",
            "SOURCE_LOCATION": str(tmp_path / "tracks.json"),
            "MEDIA_BASE_URL": peer.base_url,
            "R2_ENDPOINT_URL": account.endpoint_url,
            "R2_BUCKET": BUCKET,
            "R2_SECRET": R2_SECRET,
            "MIN_TRACKS": "1",
            "ALLOW_PRIVATE_HOSTS": "true",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        account.reset()
        account.furnish("source-key")
        yield Stage(peer.base_url, tmp_path / "tracks.json", requested)


def catalog(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def publisher() -> DynamoPublisher:
    return DynamoPublisher(DynamoRows(DynamoAccess(REGION)), CATALOG_TABLE)


def stored(account: EmbeddedAws) -> tuple[list[str], list[Any]]:
    """All keys of the bucket and all items of the catalog table."""
    url = account.endpoint_url
    s3 = boto3.client("s3", endpoint_url=url, region_name=REGION)
    dynamodb = boto3.client("dynamodb", endpoint_url=url, region_name=REGION)
    objects = s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    items = dynamodb.scan(TableName=CATALOG_TABLE)["Items"]
    return [each["Key"] for each in objects], sorted(items, key=lambda item: item["pk"]["S"])


def test_a_manual_refresh_publishes_and_prints_its_report(stage: Stage) -> None:
    stage.chart(1, 2)
    before = datetime.now(UTC)

    result = catalog("refresh")

    assert (result.exit_code, result.stderr.splitlines()) == (
        0,
        ["  source: 2/2", "  rules: 2/2", "  media: 1/2", "  media: 2/2"],
    )
    assert "2 rows, 2 accepted (2 with new media), 0 merged, 0 rejected" in result.stdout
    pointer = publisher().current()
    assert pointer is not None
    assert before <= pointer.current.scheduled_at <= datetime.now(UTC)
    [change] = json.loads(catalog("audit", "--json").stdout)
    version = pointer.current.version
    what = {"force": False, "outcome": "PUBLISHED", "version": version}
    assert (change["command"], change["what"]) == ("refresh", what)
    # The second run finds the files of the first one, in the bucket and at the media domain.
    second = json.loads(catalog("refresh", "--json").stdout)["mediaCheck"]
    assert second == {"checked": 2, "unknown": 0, "tracksMissing": 0, "missing": []}


def test_a_dry_run_shows_the_changes_and_writes_nothing(stage: Stage, account: EmbeddedAws) -> None:
    stage.chart(1, 2)
    catalog("refresh")
    before, requested = stored(account), list(stage.requested)
    stage.chart(3, 2)

    result = catalog("refresh", "--dry-run", "--json")

    report = json.loads(result.stdout)
    ids = {number: track_id_of(str(7_662_052_657_323_182_080 + number)) for number in (1, 2, 3)}
    assert result.exit_code == 0
    changed = {name: [each["id"] for each in report["changes"][name]] for name in VERBS}
    assert changed == {"added": [ids[3]], "removed": [ids[1]], "moved": [ids[2]]}
    assert (report["untried"], report["outcome"], report["rejected"]) == ([ids[3]], "PUBLISHED", {})
    assert (stored(account), stage.requested) == (before, requested)
    table = catalog("refresh", "--dry-run").stdout
    assert "dry run: 1 added, 1 removed, 1 moved" in table
    assert "would be PUBLISHED in" in table
    assert "nothing was written; media of 1 new tracks would be fetched" in table


def test_a_dry_run_needs_no_snapshot_and_reports_rejections(stage: Stage) -> None:
    stage.chart(1, title="Fuck It, We Dance")

    result = catalog("refresh", "--dry-run", "--json")

    report = json.loads(result.stdout)
    assert (result.exit_code, report["rejected"], report["reason"].partition(":")[0]) == (
        1,
        {"PROFANITY": 1},
        "FLOOR",
    )


def test_a_failed_publish_check_exits_with_1_and_force_skips_it(stage: Stage) -> None:
    stage.chart(1, 2)
    catalog("refresh")
    stage.chart(2)

    refused, forced = catalog("refresh", "--json"), catalog("refresh", "--force", "--json")

    report = json.loads(refused.stdout)
    assert (refused.exit_code, report["outcome"], report["reason"][:6]) == (1, "REFUSED", "SHRINK")
    assert (forced.exit_code, json.loads(forced.stdout)["outcome"]) == (0, "PUBLISHED")


def test_a_run_can_use_another_source(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.chart(1)
    monkeypatch.setenv("SOURCE", "aweme")
    monkeypatch.delenv("SOURCE_LOCATION")

    result = catalog(
        "refresh", "--source", "static", "--location", str(stage.document), "--dry-run"
    )

    assert (result.exit_code, "1 added" in result.stdout) == (0, True)


def test_a_source_that_is_down_or_unknown_is_reported(stage: Stage) -> None:
    gone, unknown = catalog("refresh", "--dry-run"), catalog("refresh", "--source", "charts")

    assert (gone.exit_code, "SOURCE_FAILED: static: SOURCE_LOCATION" in gone.stderr) == (1, True)
    assert (unknown.exit_code, "SOURCE has 'charts', not one of aweme" in unknown.stderr) == (
        2,
        True,
    )
