"""The contracts of archive, report, key, rate and media stores, run on fakes and real ones."""

import random
from datetime import timedelta
from typing import Any

import boto3
import pytest

from tests.builders import NOON, a_key, a_media, a_record
from tests.conftest import BUCKET, REGION
from tests.fakes import FakeArchive, FakeKeys, FakeLedger, FakeMediaStore, FakeRates, FakeReports
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_models import DynamoRows, LedgerRow
from tiktok_music.adapters.dynamo_rates import DynamoRates
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.adapters.r2_media import R2MediaStore
from tiktok_music.api_key import KeyState, RateTier
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import RecordingCorrupt, StoreUnavailable
from tiktok_music.refresh.media.ledger import LedgerEntry, MediaFailure
from tiktok_music.refresh.rejection import Finding, RejectionReason
from tiktok_music.snapshot import CHUNK_BYTES


@pytest.fixture(params=["fake", "real"])
def kind(request: Any) -> Any:
    return request


def test_the_archive_returns_the_saved_records(kind: Any) -> None:
    archive = (
        FakeArchive()
        if kind.param == "fake"
        else DynamoTrackArchive(kind.getfixturevalue("rows"), "catalog")
    )
    whole = a_record(1)
    bare = a_record(2, media=None, status=TrackStatus.ALIAS, canonical_id=whole.track_id)

    archive.save_many([whole, bare])

    found = archive.get_many([whole.track_id, bare.track_id, whole.track_id, "unknown"])
    assert found == {whole.track_id: whole, bare.track_id: bare}


def test_the_archive_saves_more_records_than_one_batch(kind: Any) -> None:
    archive = (
        FakeArchive()
        if kind.param == "fake"
        else DynamoTrackArchive(kind.getfixturevalue("rows"), "catalog")
    )
    records = [a_record(number) for number in range(130)]

    archive.save_many(records)

    found = archive.get_many(record.track_id for record in records)
    assert found == {record.track_id: record for record in records}


def test_the_ledger_returns_the_saved_entries(kind: Any) -> None:
    ledger = (
        FakeLedger()
        if kind.param == "fake"
        else DynamoMediaLedger(kind.getfixturevalue("rows"), "catalog")
    )
    finding = Finding(RejectionReason.AUDIO_SILENT, "silence", measured=-70.0, limit=-60.0)
    failures = [MediaFailure(f"track-{number}", "abc", finding, NOON) for number in range(30)]

    ledger.save_failures(failures)
    ledger.save_media("track-3", a_media())

    found = ledger.get_many([*(failure.track_id for failure in failures), "unknown"])
    assert found == {
        **{failure.track_id: LedgerEntry(failure=failure) for failure in failures},
        "track-3": LedgerEntry(media=a_media()),
    }


def test_a_stored_failure_has_the_names_of_the_first_release(rows: DynamoRows) -> None:
    finding = Finding(RejectionReason.AUDIO_SILENT, "silence", measured=-70.0, limit=-60.0)

    DynamoMediaLedger(rows, "catalog").save_failures([MediaFailure("one", "abc", finding, NOON)])

    row = rows.bind(LedgerRow, "catalog").get("MEDIA#one")
    assert row.failure == {
        "track_id": "one",
        "addresses": "abc",
        "finding": {
            "reason": "AUDIO_SILENT",
            "detail": "silence",
            "field": None,
            "word": None,
            "measured": -70.0,
            "limit": -60.0,
        },
        "stands_until": NOON.isoformat(),
    }


def test_a_later_report_of_a_run_replaces_the_earlier(kind: Any) -> None:
    reports = (
        FakeReports()
        if kind.param == "fake"
        else DynamoRunReports(kind.getfixturevalue("rows"), "catalog")
    )

    reports.save_report(NOON, {"outcome": "SOURCE_FAILED", "seconds": {"source": 0.5}})
    reports.save_report(NOON, {"outcome": "PUBLISHED", "seconds": {}})

    assert reports.get_report(NOON) == {"outcome": "PUBLISHED", "seconds": {}}


def test_a_recording_is_returned_complete(kind: Any) -> None:
    reports = (
        FakeReports()
        if kind.param == "fake"
        else DynamoRunReports(kind.getfixturevalue("rows"), "catalog")
    )
    packed = random.Random(1).randbytes(2 * CHUNK_BYTES + 7)

    reports.save_recording(NOON, b"of an earlier attempt", lambda: True)
    reports.save_recording(NOON, packed, lambda: True)

    assert reports.get_recording(NOON) == packed
    assert reports.get_recording(NOON + timedelta(hours=12)) is None


def test_a_recording_without_time_left_is_not_saved(kind: Any) -> None:
    reports = (
        FakeReports()
        if kind.param == "fake"
        else DynamoRunReports(kind.getfixturevalue("rows"), "catalog")
    )

    with pytest.raises(StoreUnavailable):
        reports.save_recording(NOON, b"x", lambda: False)

    assert reports.get_recording(NOON) is None


def test_the_last_runs_are_listed_newest_first(kind: Any) -> None:
    reports = (
        FakeReports()
        if kind.param == "fake"
        else DynamoRunReports(kind.getfixturevalue("rows"), "catalog")
    )

    for time, outcome in (("06:00", "LOST"), ("18:00", "REFUSED"), ("06:00", "PUBLISHED")):
        reports.save_run({"scheduledAt": time, "outcome": outcome})

    assert reports.list_runs() == [
        {"scheduledAt": "06:00", "outcome": "PUBLISHED"},
        {"scheduledAt": "18:00", "outcome": "REFUSED"},
    ]


def test_a_recording_expires_and_an_incomplete_one_is_reported(rows: DynamoRows) -> None:
    reports = DynamoRunReports(rows, "catalog", clock=lambda: 1_000_000.0)
    reports.save_recording(NOON, random.Random(1).randbytes(CHUNK_BYTES + 1), lambda: True)
    table = boto3.resource("dynamodb", region_name=REGION).Table("catalog")
    key = f"RUN#{NOON.isoformat()}#INPUT#1"
    piece = table.get_item(Key={"pk": key})["Item"]

    assert (piece["expires_at"], piece["pieces"]) == (1_000_000 + 30 * 24 * 3600, 2)
    table.delete_item(Key={"pk": key})
    with pytest.raises(RecordingCorrupt, match="is incomplete"):
        reports.get_recording(NOON)


def test_at_most_a_month_of_runs_is_listed(rows: DynamoRows) -> None:
    reports = DynamoRunReports(rows, "catalog")
    table = boto3.resource("dynamodb", region_name=REGION).Table("catalog")
    table.put_item(Item={"pk": "RUNS", "runs": "no JSON"})

    for number in range(62):
        reports.save_run({"scheduledAt": str(number)})

    assert [run["scheduledAt"] for run in reports.list_runs()] == [str(n) for n in range(61, 1, -1)]


def test_a_key_is_found_by_its_id_and_others_are_not(kind: Any) -> None:
    keys = FakeKeys() if kind.param == "fake" else DynamoKeys(kind.getfixturevalue("rows"), "keys")
    _, key = a_key()
    _, bare = a_key(key_id="B" * 16, scopes=frozenset())

    keys.save(key)
    keys.save(bare)

    assert [keys.get(key.key_id), keys.get(bare.key_id), keys.get("C" * 16)] == [key, bare, None]


def test_a_key_of_another_release_is_stored_unchanged(kind: Any) -> None:
    keys = FakeKeys() if kind.param == "fake" else DynamoKeys(kind.getfixturevalue("rows"), "keys")
    _, key = a_key(
        environment="staging",
        tier=RateTier("enterprise"),
        state=KeyState("frozen"),
    )

    keys.save(key)

    stored = keys.get(key.key_id)
    assert stored == key
    assert (stored.environment, stored.tier, stored.state) == ("staging", "enterprise", "frozen")


def test_leases_of_a_minute_add_up_per_key(kind: Any) -> None:
    rates = (
        FakeRates()
        if kind.param == "fake"
        else DynamoRates(kind.getfixturevalue("rows"), "catalog")
    )

    taken = [rates.lease("A", 10, 6), rates.lease("A", 10, 6), rates.lease("B", 10, 6)]

    assert [*taken, rates.lease("A", 11, 6)] == [6, 12, 6, 6]


def test_an_existing_object_is_not_overwritten(kind: Any) -> None:
    if kind.param == "fake":
        store: Any = FakeMediaStore()
    else:
        kind.getfixturevalue("aws")
        store = R2MediaStore(boto3.client("s3", region_name="us-east-1"), BUCKET)
    facts = {"sha256": "ab", "bytes": "5"}

    first = store.save_once("music/x/cover.jpg", b"first", "image/jpeg", facts)
    second = store.save_once("music/x/cover.jpg", b"other", "image/jpeg", {"sha256": "cd"})

    assert (first, second) == (facts, facts)
    if kind.param == "real":
        stored = boto3.client("s3", region_name="us-east-1").get_object(
            Bucket=BUCKET, Key="music/x/cover.jpg"
        )
        assert stored["Body"].read() == b"first"
        assert stored["ContentType"] == "image/jpeg"
        assert stored["CacheControl"] == "public, max-age=31536000, immutable"
