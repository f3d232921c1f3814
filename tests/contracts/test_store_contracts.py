"""The contracts of archive, report, key, rate and media stores, run on fakes and real ones."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from tests.builders import NOON, a_key, a_media, a_record, a_snapshot
from tests.conftest import BUCKET, REGION
from tests.fakes import FakeArchive, FakeKeys, FakeLedger, FakeMediaStore, FakeRates, FakeReports
from tests.served import table
from tiktok_music.adapters.dynamo_catalog_rows import LedgerRow
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_lists import DynamoOperatorLists
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_rates import DynamoRates
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.adapters.r2_media import R2MediaStore
from tiktok_music.api_key import BrowserAccess, KeyState, RateTier
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import KeyChanged, RecordingCorrupt, StoreUnavailable
from tiktok_music.refresh.media.ledger import LedgerEntry, MediaFailure
from tiktok_music.refresh.rejection import Finding, RejectionReason
from tiktok_music.snapshot import CHUNK_BYTES, Pointer


def an_entry(hours: int, outcome: str = "PUBLISHED") -> dict[str, Any]:
    return {"scheduledAt": (NOON + timedelta(hours=hours)).isoformat(), "outcome": outcome}


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


def test_the_archive_lists_retired_tracks_until_they_are_reinstated(kind: Any) -> None:
    archive = (
        FakeArchive()
        if kind.param == "fake"
        else DynamoTrackArchive(kind.getfixturevalue("rows"), "catalog")
    )
    records = [a_record(number) for number in range(1, 30)]
    retired = [replace(record, status=TrackStatus.RETIRED) for record in records]
    archive.save_many(records)
    assert archive.list_retired() == []

    for record in retired:
        archive.save_retired(record)
    archive.save_many(records)  # as a refresh does that had read them before
    for record in records[1:]:
        archive.save_reinstated(record)

    assert archive.list_retired() == retired[:1]
    assert archive.get_many([records[1].track_id]) == {records[1].track_id: records[1]}


def test_the_archive_returns_the_tracks_of_songs(kind: Any) -> None:
    archive = (
        FakeArchive()
        if kind.param == "fake"
        else DynamoTrackArchive(kind.getfixturevalue("rows"), "catalog")
    )
    archive.save_songs({"6817312022837872642": "track-1", "7": "track-2"})

    archive.save_songs({"7": "track-3"})

    assert archive.tracks_of_songs(["7", "8", "6817312022837872642", "7"]) == {
        "6817312022837872642": "track-1",
        "7": "track-3",
    }


def test_an_unreadable_song_is_left_out_and_written_again(rows: DynamoRows) -> None:
    table("catalog").put_item(Item={"pk": "CML#7", "track_id": 5})
    archive = DynamoTrackArchive(rows, "catalog")

    before = archive.tracks_of_songs(["7"])
    archive.save_songs({"7": "track-1"})

    assert (before, archive.tracks_of_songs(["7"])) == ({}, {"7": "track-1"})


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
        "attempts": 1,
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

    for hour, outcome in ((6, "LOST"), (18, "REFUSED"), (6, "PUBLISHED")):
        reports.save_run(an_entry(hour, outcome))

    assert reports.list_runs() == [an_entry(6, "PUBLISHED"), an_entry(18, "REFUSED")]


def test_two_runs_that_end_together_are_both_listed(
    rows: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (DynamoRunReports(rows, "catalog") for _ in range(2))
    one.save_run(an_entry(0))
    read, others = one._list_item, [an_entry(3), an_entry(2)]

    def overtaken() -> Any:
        item = read()
        if others:
            other.save_run(others.pop())
        return item

    monkeypatch.setattr(one, "_list_item", overtaken)
    one.save_run(an_entry(4))

    assert other.list_runs() == [an_entry(4), an_entry(3), an_entry(2), an_entry(0)]


@pytest.mark.parametrize(
    ("attributes", "readable"),
    [
        ({"runs": "null"}, []),
        ({"runs": '["a", {}, {"scheduledAt": "x", "outcome": "LOST"}]'}, []),
        ({"runs": json.dumps([{}, an_entry(1), {**an_entry(2), "outcome": None}])}, [an_entry(1)]),
        ({"runs": '{"a": 1}'}, []),
        ({"runs": 5}, []),
        ({}, []),
    ],
)
def test_unreadable_entries_of_the_list_of_runs_are_left_out(
    rows: DynamoRows, attributes: dict[str, Any], readable: list[dict[str, Any]]
) -> None:
    reports = DynamoRunReports(rows, "catalog")
    table("catalog").put_item(Item={"pk": "RUNS", **attributes})

    assert reports.list_runs() == readable
    reports.save_run(an_entry(9))
    assert reports.list_runs() == [an_entry(9), *readable]


@pytest.mark.parametrize("report", ["null", "x", "[1]"])
def test_an_unreadable_report_counts_as_none(rows: DynamoRows, report: str) -> None:
    table("catalog").put_item(Item={"pk": f"RUN#{NOON.isoformat()}", "report": report})

    assert DynamoRunReports(rows, "catalog").get_report(NOON) is None


def damage_record(number: int, **fields: Any) -> dict[str, Any]:
    """Changes the stored record of a track; None removes a field. Returns the item."""
    key = {"pk": f"TRACK#{a_record(number).track_id}"}
    item: dict[str, Any] = table("catalog").get_item(Key=key)["Item"]
    record = {**json.loads(item["record"]), **fields}
    removed = [name for name, value in fields.items() if value is None]
    item["record"] = json.dumps({name: record[name] for name in record if name not in removed})
    table("catalog").put_item(Item=item)
    return item


def test_a_record_of_a_newer_release_is_carried(rows: DynamoRows) -> None:
    archive = DynamoTrackArchive(rows, "catalog")
    archive.save_many([a_record(1)])
    stored = damage_record(1, status="blocked", isrc="USX9P1234567")

    found = archive.get_many([a_record(1).track_id])[a_record(1).track_id]
    archive.save_many([found])

    assert (found.status, found.is_withheld()) == ("blocked", True)
    item = table("catalog").get_item(Key={"pk": stored["pk"]})["Item"]
    assert json.loads(item["record"]) == json.loads(stored["record"])


@pytest.mark.parametrize(
    "damage",
    [{"link": None}, {"first_seen_at": "x"}, {"media": {"duration_seconds": 1}}, {"status": 5}],
    ids=str,
)
def test_an_unreadable_record_is_left_out_and_copied_before_it_is_replaced(
    rows: DynamoRows, damage: dict[str, Any]
) -> None:
    archive = DynamoTrackArchive(rows, "catalog")
    archive.save_many([a_record(1), a_record(2)])
    broken = damage_record(1, **damage)
    ids = [a_record(1).track_id, a_record(2).track_id]

    assert archive.get_many(ids) == {ids[1]: a_record(2)}
    archive.save_many([a_record(1)])

    assert archive.get_many(ids) == {ids[0]: a_record(1), ids[1]: a_record(2)}
    aside = table("catalog").get_item(Key={"pk": f"ASIDE#{broken['pk']}"})["Item"]
    assert aside == {**broken, "pk": aside["pk"]}


def test_stored_media_is_not_replaced_by_a_late_failure(kind: Any) -> None:
    ledger = (
        FakeLedger()
        if kind.param == "fake"
        else DynamoMediaLedger(kind.getfixturevalue("rows"), "catalog")
    )
    late = MediaFailure("one", "abc", Finding(RejectionReason.AUDIO_SILENT, "silence"), NOON)

    ledger.save_media("one", a_media())
    ledger.save_failures([late])

    assert ledger.get_many(["one"]) == {"one": LedgerEntry(media=a_media())}


def test_a_failure_of_a_newer_release_is_read_and_unreadable_entries_are_left_out(
    rows: DynamoRows,
) -> None:
    ledger = DynamoMediaLedger(rows, "catalog")
    failure = MediaFailure("new", "abc", Finding(RejectionReason("AUDIO_DRM"), "locked"), NOON)
    ledger.save_failures([failure])
    for name, media in (("a", '{"duration_seconds": 1}'), ("b", '"x"'), ("c", "{")):
        table("catalog").put_item(Item={"pk": f"MEDIA#{name}", "media": media, "expires_at": 1})

    found = ledger.get_many(["new", "a", "b", "c"])

    assert found == {"new": LedgerEntry(failure=failure)}


@pytest.mark.parametrize("stored", [KeyState.SUSPENDED, KeyState.ACTIVE])
def test_a_key_that_was_revoked_meanwhile_stays_revoked(kind: Any, stored: KeyState) -> None:
    keys = FakeKeys() if kind.param == "fake" else DynamoKeys(kind.getfixturevalue("rows"), "keys")
    _, key = a_key(state=stored)
    keys.save(key)
    revoked = keys.change_state(key, KeyState.REVOKED)

    for state in (KeyState.ACTIVE, KeyState.SUSPENDED):
        with pytest.raises(KeyChanged):
            keys.change_state(key, state)

    assert keys.get(key.key_id) == revoked
    assert keys.change_state(key, KeyState.REVOKED) == revoked


def test_a_key_gets_and_loses_browser_tokens_and_else_stays(kind: Any) -> None:
    keys = FakeKeys() if kind.param == "fake" else DynamoKeys(kind.getfixturevalue("rows"), "keys")
    _, key = a_key()
    access = BrowserAccess(bytes(range(32)), ("https://app.example.com", "https://*.a.test"))
    keys.save(key)

    allowed = keys.change_browser(key, access)
    assert keys.get(key.key_id) == allowed == key._replace(browser=access)
    assert keys.change_browser(allowed, access) == allowed
    suspended = keys.change_state(allowed, KeyState.SUSPENDED)
    with pytest.raises(KeyChanged):
        keys.change_browser(allowed, None)

    assert keys.change_browser(suspended, None) == suspended._replace(browser=None)
    assert keys.get(key.key_id) == key._replace(state=KeyState.SUSPENDED)


def test_rotated_browser_access_is_not_replaced_by_an_older_reader(kind: Any) -> None:
    """The later of two simultaneous commands must not restore the secret that was replaced."""
    keys = FakeKeys() if kind.param == "fake" else DynamoKeys(kind.getfixturevalue("rows"), "keys")
    _, key = a_key()
    keys.save(key)
    read = keys.change_browser(key, BrowserAccess(bytes(32), ("https://a.test",)))
    rotated = keys.change_browser(read, BrowserAccess(bytes(range(32)), ("https://a.test",)))

    with pytest.raises(KeyChanged):
        keys.change_browser(read, BrowserAccess(bytes(32), ("https://b.test",)))

    assert keys.get(key.key_id) == rotated


@pytest.mark.parametrize("stored", ["{", "[]", "{}", '{"secret": "x", "origins": []}', "1"])
def test_an_unreadable_browser_access_makes_no_tokens_and_costs_the_key_nothing(
    rows: DynamoRows, stored: str
) -> None:
    keys = DynamoKeys(rows, "keys")
    _, key = a_key(browser=BrowserAccess(bytes(32), ("https://a.test",)))
    keys.save(key)
    table("keys").update_item(
        Key={"pk": f"KEY#{key.key_id}"},
        UpdateExpression="SET browser = :b",
        ExpressionAttributeValues={":b": stored},
    )

    assert keys.get(key.key_id) == key._replace(browser=None)


def test_unreadable_keys_grant_nothing_and_are_left_out(rows: DynamoRows) -> None:
    keys = DynamoKeys(rows, "keys")
    _, key = a_key()
    keys.save(key)
    table("keys").put_item(Item={"pk": "KEY#ABCDEFGHIJKLMNOP"})
    table("keys").put_item(Item={"pk": "note", "text": "hello"})

    assert (keys.get("ABCDEFGHIJKLMNOP"), keys.list_all()) == (None, [key])


def test_every_item_has_its_format(rows: DynamoRows) -> None:
    DynamoTrackArchive(rows, "catalog").save_many([a_record(1)])
    DynamoMediaLedger(rows, "catalog").save_media("one", a_media())
    DynamoRates(rows, "catalog").lease("A", 10, 6)
    reports = DynamoRunReports(rows, "catalog")
    reports.save_report(NOON, {})
    reports.save_run(an_entry(1))
    reports.save_recording(NOON, b"x", lambda: True)
    DynamoOperatorLists(rows, "catalog").save((), before=())
    publisher = DynamoPublisher(rows, "catalog")
    publisher.next_fence()
    publisher.write_chunks(a_snapshot(fence=1))
    publisher.flip(Pointer(a_snapshot(fence=1).descriptor), None)
    DynamoKeys(rows, "keys").save(a_key()[1])

    items = [*table("catalog").scan()["Items"], *table("keys").scan()["Items"]]
    assert [item["pk"] for item in items if item.get("format") != 1] == []
    assert {item["pk"].partition("#")[0] for item in items} == {
        "TRACK", "MEDIA", "RATE", "RUN", "RUNS", "LISTS", "LOCK", "SNAP", "PTR", "KEY",
    }  # fmt: skip


def test_an_item_of_the_last_release_has_no_format_and_is_read(rows: DynamoRows) -> None:
    archive = DynamoTrackArchive(rows, "catalog")
    archive.save_many([a_record(1)])
    key = {"pk": f"TRACK#{a_record(1).track_id}"}
    item = table("catalog").get_item(Key=key)["Item"]
    table("catalog").put_item(Item={name: item[name] for name in item if name != "format"})

    assert archive.get_many([a_record(1).track_id]) == {a_record(1).track_id: a_record(1)}


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


def test_a_report_expires_after_a_year(rows: DynamoRows) -> None:
    DynamoRunReports(rows, "catalog", clock=lambda: 1_000_000.0).save_report(NOON, {"a": 1})

    [item] = table("catalog").scan()["Items"]
    assert item["expires_at"] == 1_000_000 + 365 * 24 * 3600


def test_at_most_a_month_of_runs_is_listed(rows: DynamoRows) -> None:
    reports = DynamoRunReports(rows, "catalog")
    table = boto3.resource("dynamodb", region_name=REGION).Table("catalog")
    table.put_item(Item={"pk": "RUNS", "runs": "no JSON"})

    for number in range(62):
        reports.save_run(an_entry(number))

    assert reports.list_runs() == [an_entry(number) for number in range(61, 1, -1)]


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
    assert (store.facts("music/x/cover.jpg"), store.facts("music/y/cover.jpg")) == (facts, None)
    for _ in range(2):
        store.delete("music/x/cover.jpg")
    assert store.facts("music/x/cover.jpg") is None
