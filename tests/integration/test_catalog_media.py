"""`catalog media` and `catalog retire --delete-media`, over moto and a bucket in memory."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ops import edge_cache
from ops.deployment import open_deployment
from ops.errors import CheckFailed
from ops.media_sample import sampled_media
from tests.builders import MEDIA, a_candidate, a_record
from tests.fakes import FakeDownloader, FakeMediaEncoder, FakeMediaStore, FakeSource
from tests.peer import Exchange, running_peer
from tests.served import Run, publish
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.archive import MediaFacts, TrackRecord, TrackStatus
from tiktok_music.refresh.media.prepare import MediaTools, prepare_media
from tiktok_music.track import cover_key, media_keys, peaks_key, preview_key

HOST = "media.example.com"
ONE, TWO = a_record(1).track_id, a_record(2).track_id


@dataclass
class Library:
    """Two archived tracks with their files, and the parts that a command composes."""

    store: FakeMediaStore
    archive: DynamoTrackArchive
    ledger: DynamoMediaLedger
    source: FakeSource
    encoder: FakeMediaEncoder

    def record(self, track_id: str) -> TrackRecord:
        return self.archive.get_many([track_id])[track_id]


@pytest.fixture
def library(catalog: Run, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch) -> Library:
    store, encoder = FakeMediaStore(), FakeMediaEncoder()
    tools = MediaTools(FakeDownloader(), encoder, store)
    archive, ledger = DynamoTrackArchive(stores, "catalog"), DynamoMediaLedger(stores, "catalog")
    for number in (1, 2):
        media = prepare_media(a_candidate(number), tools)
        assert isinstance(media, MediaFacts)
        archive.save_many([a_record(number, media=media)])
        ledger.save_media(a_record(number).track_id, media)
    source = FakeSource((a_candidate(1),))
    media_settings = SimpleNamespace(base_url=MEDIA, bucket="media")
    settings = SimpleNamespace(media=media_settings, region="eu-central-1")
    parts = SimpleNamespace(source=source, tools=tools)
    for module in ("media", "takedown_media"):
        monkeypatch.setattr(f"ops.{module}.refresh_settings", lambda stack: settings)
    monkeypatch.setattr("ops.takedown_media.open_bucket", lambda settings: store)
    monkeypatch.setattr("ops.media.open_files", lambda settings: store)
    monkeypatch.setattr("ops.media.compose_refresh", lambda settings, provider: parts)
    for name in ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ZONE_ID"):
        monkeypatch.delenv(name, raising=False)
    return Library(store, archive, ledger, source, encoder)


def test_verify_asks_for_every_file_and_names_what_is_missing(
    catalog: Run, library: Library
) -> None:
    whole = catalog("media", "verify", "--json")
    del library.store.objects[peaks_key(ONE)]
    library.store.statuses[f"{MEDIA}/{cover_key(TWO)}"] = 404
    result = catalog("media", "verify")
    inside = json.loads(catalog("media", "verify", "--no-public", "--json").stdout)
    library.store.is_down = True
    down = catalog("media", "verify")

    nothing: dict[str, Any] = {"checked": 2, "unknown": 0, "tracksMissing": 0, "missing": []}
    assert (whole.exit_code, json.loads(whole.stdout)) == (0, nothing)
    assert result.exit_code == 1
    assert "2 tracks checked, 2 lack files" in result.stdout
    assert "no track is whole: are the bucket media and" in result.stdout
    assert f"HTTP 404 at {MEDIA}" in result.stdout
    lost = {"trackId": ONE, "key": peaks_key(ONE), "found": "not in the bucket"}
    assert inside == nothing | {"tracksMissing": 1, "missing": [lost]}
    assert (down.exit_code, "2 could not be checked" in down.stdout) == (1, True)


def test_repair_fetches_lost_files_again_and_leaves_their_facts(
    catalog: Run, library: Library
) -> None:
    before, record = dict(library.store.objects), library.record(ONE)
    for key in (*media_keys(ONE), peaks_key(TWO)):
        del library.store.objects[key]

    planned = json.loads(catalog("media", "repair", "--dry-run", "--json").stdout)
    refused = catalog("media", "repair", input="n\n")
    repaired = json.loads(catalog("media", "repair", "--yes", "--json").stdout)
    again = catalog("media", "repair")

    assert [row["result"] for row in planned["tracks"]] == ["planned", "planned"]
    assert refused.exit_code == 1
    assert {row["trackId"]: row["result"] for row in repaired["tracks"]} == {
        ONE: "restored",
        TWO: "restored",
    }
    # A waveform that is drawn of the stored preview may differ from the first one.
    drawn = library.store.objects.pop(peaks_key(TWO))[2]["sha256"]
    del before[peaks_key(TWO)]
    assert (library.store.objects, library.record(ONE)) == (before, record)
    media = library.record(TWO).media
    assert media is not None
    assert media.drawn is not None
    assert (media.drawn.peaks_sha256, media.edition) == (drawn, 1)
    library.store.objects[peaks_key(TWO)] = (b"", "application/json", {"sha256": drawn})
    assert (again.exit_code, again.stdout) == (0, "2 tracks checked: nothing to repair\n")
    [change] = json.loads(catalog("audit", "--json").stdout)
    assert (change["command"], change["what"]) == ("media repair", {"tracks": 2, "repaired": 2})


def test_other_files_are_a_new_edition_and_a_track_off_the_chart_stays_unrepaired(
    catalog: Run, library: Library
) -> None:
    old = library.record(ONE).media
    assert old is not None
    for track_id in (ONE, TWO):
        del library.store.objects[preview_key(track_id)]
    other = a_candidate(1, preview_urls=("http://cdn.test/other",))
    library.source.candidates = (other,)

    result = catalog("media", "repair", "--yes")

    media = library.record(ONE).media
    assert media is not None
    assert (media.edition, media.cover_sha256) == (2, old.cover_sha256)
    assert media.preview_sha256 != old.preview_sha256
    assert library.store.objects[preview_key(ONE)][2]["sha256"] == media.preview_sha256
    assert library.ledger.get_many([ONE])[ONE].media == media
    assert result.exit_code == 1
    assert "new edition" in result.stdout
    assert "not on the chart now, so there is no address" in result.stdout
    assert f"  media.example.com/music/{ONE}\n" in result.stdout


def test_a_repair_during_a_refresh_stores_files_and_asks_to_be_repeated(
    catalog: Run, library: Library, stores: DynamoRows
) -> None:
    del library.store.objects[preview_key(ONE)]
    library.source.candidates = (a_candidate(1, preview_urls=("http://cdn.test/other",)),)
    DynamoPublisher(stores, "catalog").acquire_lease("run", datetime.now(UTC), 900)
    before = library.record(ONE)

    result = catalog("media", "repair", "--yes")

    assert (result.exit_code, "a refresh is running" in result.stderr) == (2, True)
    assert (library.record(ONE), preview_key(ONE) in library.store.objects) == (before, True)
    DynamoPublisher(stores, "catalog").release_lease("run")
    second = json.loads(catalog("media", "repair", "--yes", "--json").stdout)
    assert [row["result"] for row in second["tracks"]] == ["newEdition"]


def test_a_takedown_deletes_the_files_of_a_track_and_its_duplicates(
    catalog: Run, library: Library
) -> None:
    duplicate = replace(library.record(TWO), status=TrackStatus.ALIAS, canonical_id=ONE)
    library.archive.save_many([duplicate])

    result = catalog("retire", ONE, "--reason", "Acme", "--delete-media", "--yes")

    assert (result.exit_code, library.store.objects) == (0, {})
    assert "its files are deleted" in result.stdout
    assert f"  media.example.com/music/{ONE}\n  media.example.com/music/{TWO}\n" in result.stdout
    retired = library.record(ONE)
    assert (retired.status, retired.media_deleted_at is not None) == (TrackStatus.RETIRED, True)
    assert retired.media is not None
    assert library.record(TWO).media_deleted_at == retired.media_deleted_at
    assert library.ledger.get_many([ONE, TWO]) == {}
    assert catalog("media", "verify").exit_code == 0
    again = catalog("retire", ONE, "--reason", "Acme", "--delete-media", "--yes")
    assert again.exit_code == 0

    catalog("retire", ONE, "--reason", "mistaken", "--undo", "--yes")
    back = library.record(ONE)
    assert (back.media, back.media_deleted_at, library.record(TWO).media) == (None, None, None)
    commands = [each["command"] for each in json.loads(catalog("audit", "--json").stdout)]
    assert sorted(commands) == ["retire", "retire", "retire --undo"]


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (200, b'{"success": true}', 0, "purged from the edge cache: media.example.com/music/"),
        (
            403,
            b'{"success": false, "errors": [{"message": "no permission"}]}',
            1,
            "Custom Purge, Prefix (Cloudflare refuses: no permission):",
        ),
        (502, b"<html>", 1, "Prefix (Cloudflare answers HTTP 502):"),
    ],
)
def test_the_edge_cache_is_purged_where_a_token_is_given(
    catalog: Run,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    body: bytes,
    code: int,
    said: str,
) -> None:
    requested: list[dict[str, Any]] = []

    def answer(exchange: Exchange) -> None:
        length = int(exchange.headers["Content-Length"])
        requested.append(json.loads(exchange.rfile.read(length)))
        exchange.reply(status, body)

    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "secret-token")
    monkeypatch.setenv("CLOUDFLARE_ZONE_ID", "zone1")
    with running_peer(answer) as peer:
        monkeypatch.setattr(edge_cache, "API", peer.base_url)
        result = catalog("retire", ONE, "--reason", "Acme", "--delete-media", "--yes")

    [(path, headers)] = peer.requests
    assert (path, requested) == (
        "/zones/zone1/purge_cache",
        [{"prefixes": [f"{HOST}/music/{ONE}"]}],
    )
    assert headers["Authorization"] == "Bearer secret-token"
    assert (result.exit_code, said in " ".join(result.stdout.split())) == (code, True)
    assert "secret-token" not in result.output


def test_delete_media_and_undo_exclude_each_other(catalog: Run, library: Library) -> None:
    result = catalog("retire", ONE, "--reason", "x", "--undo", "--delete-media", "--yes")

    assert (result.exit_code, "omit --delete-media" in result.output) == (2, True)


def test_published_files_are_listed_by_the_current_snapshot(
    catalog: Run, library: Library, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: Any = SimpleNamespace(media=SimpleNamespace(bucket="media"))
    monkeypatch.setattr("ops.media_sample.open_files", lambda settings: library.store)
    deployment = open_deployment(None)
    assert sampled_media(deployment, settings) == "none yet"
    publish(stores, 2, 1)
    library.archive.save_many([replace(library.record(ONE), track_id=a_record(0).track_id)])
    with pytest.raises(CheckFailed) as exc:
        sampled_media(deployment, settings)

    assert str(exc.value).startswith("files of 1 of 2 listed tracks are missing, such as music/")
