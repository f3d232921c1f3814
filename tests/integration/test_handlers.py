"""Both functions through their own handlers, over a real moto server, real HTTP, real audio."""

import gzip
import importlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from local.embedded_aws import BUCKET, CATALOG_TABLE, KEYS_TABLE, R2_SECRET, REGION, EmbeddedAws
from local.gateway import LocalContext
from local.stand_in import cover, music, silence
from tests.builders import a_key
from tests.events import EVENTS, Answer
from tests.peer import Exchange, running_peer
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.refresh.history.notify import RefreshFailed
from tiktok_music.track import track_id_of

MEDIA = "https://media.example.com"
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAws]:
    """An empty account, and the functions' environment from the template."""
    aws = EmbeddedAws.start()
    settings = {
        **aws.environment(),
        "CATALOG_TABLE": CATALOG_TABLE,
        "KEYS_TABLE": KEYS_TABLE,
        "SOURCE": "static",
        "MEDIA_BASE_URL": MEDIA,
        "R2_ENDPOINT_URL": aws.endpoint_url,
        "R2_BUCKET": BUCKET,
        "R2_SECRET": R2_SECRET,
        "MIN_TRACKS": "1",
        "ALLOW_PRIVATE_HOSTS": "true",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    aws.furnish("source-key")
    yield aws
    aws.stop()


def handler_of(function: str) -> Handler:
    """Imports the handler as a new Lambda instance does."""
    module = importlib.import_module(f"functions.{function}.handler")
    handler: Handler = importlib.reload(module).handler
    return handler


def run_refresh() -> dict[str, Any]:
    event = json.loads((EVENTS / "refresh_schedule.json").read_text())
    return handler_of("refresh_music")(event, LocalContext("refresh_music", 900))


def ask_for_the_list(account: EmbeddedAws) -> Answer:
    text, key = a_key()
    DynamoKeys(DynamoRows(DynamoAccess(REGION)), KEYS_TABLE).save(key)
    event = json.loads((EVENTS / "list_get.json").read_text())
    event["headers"]["authorization"] = f"Bearer {text}"
    return Answer.of(handler_of("list_music")(event, LocalContext("list_music", 10)))


def media_host(exchange: Exchange) -> None:
    files = {
        "/song": music(3, 8),
        "/silent": silence(8),
        "/page": (b"<html>" * 2_000, "text/html"),
        "/cover": cover(3),
    }
    body, kind = files[exchange.path]
    exchange.reply(200, body, Content_Type=kind)


def a_row(number: int, title: str, base_url: str, preview: str, image: str) -> dict[str, Any]:
    return {
        "tiktokId": str(7_662_052_657_323_182_080 + number),
        "title": title,
        "author": f"Artist {number}",
        "album": "Quai Sud",
        "userCount": number,
        "language": "French",
        "isCommerceMusic": True,
        "previewUrl": base_url + preview,
        "coverUrl": base_url + image,
    }


def test_a_scheduled_event_fills_the_list(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    document = tmp_path / "tracks.jsonl"
    monkeypatch.setenv("SOURCE_LOCATION", str(document))
    with running_peer(media_host) as peer:
        rows = [
            a_row(1, "Le Petit Matin — 朝", peer.base_url, "/song", "/cover"),
            a_row(2, "Silence", peer.base_url, "/silent", "/cover"),
            a_row(3, "A Page", peer.base_url, "/page", "/cover"),
            a_row(4, "No Picture", peer.base_url, "/song", "/page"),
        ]
        document.write_text("\n".join(json.dumps(row) for row in rows))
        report = run_refresh()

    assert (report["outcome"], report["rows"], report["accepted"]) == ("PUBLISHED", 4, 1)
    assert report["rejected"] == {
        "AUDIO_SILENT": 1,
        "AUDIO_UNREADABLE": 1,
        "COVER_UNREADABLE": 1,
    }
    assert report["scheduledAt"] == "2026-11-22T06:00:00+00:00"
    stored = DynamoRunReports(DynamoRows(DynamoAccess(REGION)), CATALOG_TABLE)
    assert stored.get_report(datetime(2026, 11, 22, 6, tzinfo=UTC)) == report
    track_id = track_id_of(rows[0]["tiktokId"])

    answer = ask_for_the_list(account)

    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    listed = json.loads(gzip.decompress(answer.body))
    assert listed["tracks"][0].pop("duration") == pytest.approx(8, abs=0.2)
    assert listed == {
        "tracks": [
            {
                "id": track_id,
                "title": "Le Petit Matin — 朝",
                "author": "Artist 1",
                "album": "Quai Sud",
                "previewUrl": f"{MEDIA}/music/{track_id}/preview.mp3",
                "coverUrl": f"{MEDIA}/music/{track_id}/cover.jpg",
                "language": "fr",
                "userCount": 1,
                "isCommerceMusic": True,
            }
        ],
        "total": 1,
    }
    s3 = boto3.client("s3", endpoint_url=account.endpoint_url, region_name=REGION)
    listing = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"music/{track_id}/")
    assert [item["Key"] for item in listing["Contents"]] == [
        f"music/{track_id}/{name}"
        for name in ("cover-320.jpg", "cover-96.jpg", "cover.jpg", "peaks.json", "preview.mp3")
    ]


def test_a_document_may_be_in_a_bucket(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_LOCATION", f"s3://{BUCKET}/charts/today.json")
    s3 = boto3.client("s3", endpoint_url=account.endpoint_url, region_name=REGION)
    with running_peer(media_host) as peer:
        rows = [a_row(1, "Le Petit Matin", peer.base_url, "/song", "/cover")]
        s3.put_object(Bucket=BUCKET, Key="charts/today.json", Body=json.dumps(rows).encode())
        report = run_refresh()

    assert (report["outcome"], report["accepted"]) == ("PUBLISHED", 1)


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("/nowhere/tracks.json", "cannot be read: .*No such file"),
        (f"s3://{BUCKET}/nothing.json", r"cannot be read: .*\(NoSuchKey\)"),
    ],
)
def test_a_missing_document_is_reported_and_retried(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch, location: str, problem: str
) -> None:
    monkeypatch.setenv("SOURCE_LOCATION", location)

    with pytest.raises(RefreshFailed, match=f"SOURCE_FAILED: static: SOURCE_LOCATION .*{problem}"):
        run_refresh()


def test_without_a_snapshot_the_list_fails_with_the_envelope(account: EmbeddedAws) -> None:
    answer = ask_for_the_list(account)

    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (500, "INTERNAL")
    assert error["requestId"] == answer.headers["x-request-id"]
