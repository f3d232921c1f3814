"""The catalog of test keys, and the publication of its media."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from ops.sandbox import SandboxMedia, publish_sandbox_media, sandbox_objects
from tests.api_world import LIST, World, gone
from tests.builders import MEDIA, a_descriptor, a_record, a_snapshot, a_track
from tests.fakes import FakeMediaStore
from tiktok_music.errors import SnapshotGone, StoreUnavailable
from tiktok_music.publish_policy import HonorOnPublish, PublishPolicy
from tiktok_music.sandbox.fixtures import (
    FOLDER,
    GONE_VERSION,
    RATE_LIMITED_ID,
    SUSPENDED_ID,
    SandboxSource,
    media_file,
    sandbox_fixtures,
)
from tiktok_music.track import track_id_of
from tools.evaluation.make_sandbox import TRACKS

SUNSET = "4165bb2c-cdd0-57ee-a9ed-f8b3fee167be"
ALIAS = track_id_of("9000000000000000008")
RETIRED = track_id_of("9000000000000000009")


def a_live_world() -> World:
    world = World()
    world.snapshots.publish(a_snapshot(a_track(1)))
    world.archive.save_many([a_record(1)])
    return world


def body_of(answer: Any) -> Any:
    assert answer.status == 200
    return json.loads(answer.body)


def test_a_test_key_gets_the_invented_list_and_nothing_of_the_live_one() -> None:
    listed = body_of(a_live_world().sandbox())

    assert [(row["title"], row["userCount"]) for row in listed["tracks"]] == [
        ("Sunset Drive", 412_980),
        ("Canción de Abril", 405_112),
        ("Paper Lanterns", 211_733),
        ("夜明けの街", 181_002),
        ("Nuit Électrique", 97_300),
        ("Saudade na Chuva", 54_871),
    ]
    assert listed["tracks"][0] == {
        "id": SUNSET,
        "title": "Sunset Drive",
        "author": "Mae & Co",
        "album": "Singles",
        "duration": 5,
        "previewUrl": f"{MEDIA}/music/{SUNSET}/preview.mp3",
        "coverUrl": f"{MEDIA}/music/{SUNSET}/cover.jpg",
        "language": "en",
        "userCount": 412_980,
        "isCommerceMusic": True,
    }


def test_every_response_is_byte_identical_at_any_time_with_any_live_catalog() -> None:
    world, other = a_live_world(), World(now=2_000_000_000.0)
    paths = (LIST, f"{LIST}?q=a&limit=2&facets=true&sort=rising", f"{LIST}/{SUNSET}")

    for path in paths:
        first, second = world.sandbox(path), other.sandbox(path)
        assert (first.status, first.body) == (200, second.body)
        for name in ("etag", "cache-control", "x-catalog-snapshot"):
            assert first.headers[name] == second.headers[name]


@pytest.mark.parametrize("later", [0, 1, 43_199, 43_200, 10_000_000])
def test_the_age_in_the_sandbox_is_that_of_its_last_modified(later: int) -> None:
    """As if the same list were published in each interval of 12 hours."""
    world = World(now=1_795_392_000.0 + later)

    answers = [world.sandbox(path) for path in (LIST, f"{LIST}?limit=2")]

    for answer in answers:
        modified_at = parsedate_to_datetime(answer.headers["last-modified"])
        age = int(answer.headers["age"])
        assert age == int(world.now - modified_at.timestamp())
        assert 0 <= age < 43_200
    known = world.sandbox(if_modified_since=answers[0].headers["last-modified"])
    assert known.status == 304


def test_test_keys_and_live_keys_cannot_read_each_others_tracks() -> None:
    world = a_live_world()

    assert world.sandbox(f"{LIST}/{a_record(1).track_id}").status == 404
    assert world.get(f"{LIST}/{SUNSET}").status == 404


def test_one_track_changes_and_aliases_work_as_on_the_live_catalog() -> None:
    world = a_live_world()
    source = world.sandbox().headers["x-catalog-snapshot"]
    first = "0000000001-" + "0" * 16

    one = body_of(world.sandbox(f"{LIST}/{ALIAS}"))
    assert (one["id"], one["rank"], one["previousRank"], one["isNew"]) == (SUNSET, 1, 2, False)
    left = body_of(world.sandbox(f"{LIST}/{track_id_of('9000000000000000007')}"))
    assert (left["title"], left["status"]) == ("Winter Postcard", "offChart")
    assert body_of(world.sandbox(f"{LIST}/changes?since={source}"))["moved"] == []
    assert world.sandbox(f"{LIST}/changes?since={first}").status == 422


def test_the_sandbox_has_a_retired_track_an_older_version_and_its_name() -> None:
    world = a_live_world()
    [older] = SandboxSource(sandbox_fixtures(), MEDIA).pointer().history

    retired = body_of(world.sandbox(f"{LIST}/{RETIRED}"))
    changed = body_of(world.sandbox(f"{LIST}/changes?since={older.version}"))

    assert (retired["status"], retired["title"]) == ("retired", "Borrowed Tune")
    left = {track_id_of("9000000000000000007"): "offChart", RETIRED: "retired"}
    assert {row["id"]: row["reason"] for row in changed["removed"]} == left
    assert [row["title"] for row in changed["added"]] == ["Saudade na Chuva"]
    assert body_of(world.sandbox("/v1/whoami"))["environment"] == "test"


def test_a_version_that_is_gone_is_provoked() -> None:
    answer = a_live_world().sandbox(f"{LIST}/changes?since={GONE_VERSION}")

    advice = "This version is not stored any more; read the whole list instead."
    assert (answer.status, answer.body) == (410, gone("since", advice))


@pytest.mark.parametrize(
    ("track_id", "status", "code", "retry_after"),
    [
        (RATE_LIMITED_ID, 429, "RATE_LIMITED", "1"),
        (SUSPENDED_ID, 503, "KILL_SWITCH", None),
    ],
)
@pytest.mark.parametrize("path", ["/{}", "/batch?ids={}", "/resolve"])
def test_errors_are_provoked_by_ids(
    path: str, track_id: str, status: int, code: str, retry_after: str | None
) -> None:
    world = a_live_world()
    key = {"authorization": f"Bearer {world.test_key}"}
    target = {"mode": "managed", "tiktokMusic": {"mode": "manual", "trackId": track_id}}

    for _ in range(2):
        if path == "/resolve":
            answer = world.post(f"{LIST}/resolve", {"targets": [target]}, **key)
        else:
            answer = world.get(f"{LIST}{path.format(track_id)}", **key)
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (status, code)
        assert answer.headers.get("retry-after") == retry_after
    live = world.get(f"{LIST}/{track_id}")
    assert (live.status, world.failures) == (404, [])


def test_targets_resolve_in_the_sandbox() -> None:
    world = a_live_world()
    target = {"mode": "managed", "tiktokMusic": {"mode": "manual", "trackId": SUNSET}}

    answer = world.post(
        f"{LIST}/resolve", {"targets": [target]}, authorization=f"Bearer {world.test_key}"
    )

    link = "https://www.tiktok.com/music/Sunset-Drive-9000000000000000001"
    assert body_of(answer) == {
        "targets": [{"mode": "managed", "payload": {"tiktokMusicLink": link}, "warnings": []}]
    }


def test_the_files_match_the_fixtures_and_are_small() -> None:
    for record in sandbox_fixtures().records.values():
        if record.media is None:
            continue
        preview = media_file(record.track_id, "mp3").read_bytes()
        cover = media_file(record.track_id, "jpg").read_bytes()
        assert (len(preview), len(cover)) == (record.media.preview_bytes, record.media.cover_bytes)
        assert hashlib.sha256(preview).hexdigest() == record.media.preview_sha256
        assert hashlib.sha256(cover).hexdigest() == record.media.cover_sha256
        assert (preview[:3], cover[:3]) == (b"ID3", b"\xff\xd8\xff")
    assert sum(path.stat().st_size for path in FOLDER.glob("*.*")) <= 250_000


@dataclass
class FakeBucket(FakeMediaStore):
    """A media store that can also be asked for one object."""

    def facts(self, key: str) -> Mapping[str, str] | None:
        if self.is_down:
            raise StoreUnavailable("the bucket is down")
        return self.objects[key][2] if key in self.objects else None


def test_the_media_are_published_once() -> None:
    bucket = FakeBucket()
    keys = tuple(each.key for each in sandbox_objects())

    first, second = publish_sandbox_media(bucket), publish_sandbox_media(bucket)

    assert (first, second) == (SandboxMedia(keys, ()), SandboxMedia((), keys))
    assert (len(keys), bucket.puts) == (14, 14)
    media = sandbox_fixtures().records[SUNSET].media
    assert media is not None
    assert bucket.objects[f"music/{SUNSET}/preview.mp3"] == (
        media_file(SUNSET, "mp3").read_bytes(),
        "audio/mpeg",
        {
            "sha256": media.preview_sha256,
            "bytes": str(media.preview_bytes),
            "seconds": f"{media.duration_seconds:.3f}",
            "lufs": f"{media.loudness_lufs:.2f}",
            "dbtp": f"{media.true_peak_dbtp:.2f}",
            "source-lufs": f"{media.source_lufs:.2f}",
        },
    )
    assert bucket.objects[f"music/{SUNSET}/cover.jpg"] == (
        media_file(SUNSET, "jpg").read_bytes(),
        "image/jpeg",
        {"sha256": media.cover_sha256, "bytes": str(media.cover_bytes)},
    )


def test_an_object_that_exists_is_left_alone() -> None:
    bucket = FakeBucket()
    other = (b"an older file", "audio/mpeg", {"bytes": "13"})
    bucket.objects[f"music/{SUNSET}/preview.mp3"] = other

    media = publish_sandbox_media(bucket)

    assert (media.present, len(media.missing)) == ((f"music/{SUNSET}/preview.mp3",), 13)
    assert (bucket.objects[f"music/{SUNSET}/preview.mp3"], bucket.puts) == (other, 13)


def test_publishing_resumes_after_a_failure() -> None:
    bucket = FakeBucket(is_down=True)

    with pytest.raises(StoreUnavailable):
        publish_sandbox_media(bucket)
    bucket.is_down = False

    assert len(publish_sandbox_media(bucket).missing) == 14


def test_loading_an_unknown_version_raises_snapshot_gone() -> None:
    source = SandboxSource(sandbox_fixtures(), MEDIA)

    with pytest.raises(SnapshotGone):
        source.load(a_descriptor())


CANCION, NIGHT, LANTERNS = (track_id_of(f"900000000000000000{number}") for number in (2, 4, 3))


def test_the_sandbox_has_a_track_of_every_kind_for_direct_publish() -> None:
    world = World(policy=PublishPolicy(honor=HonorOnPublish.ASKED))
    ids = (SUNSET, CANCION, NIGHT, LANTERNS, ALIAS)
    key = {"authorization": f"Bearer {world.test_key}"}
    targets = [
        {
            "mode": "publish",
            "publishVia": "business",
            "tiktokMusic": {"mode": "manual", "trackId": track_id},
        }
        for track_id in ids
    ]

    answers = [world.post(f"{LIST}/resolve", {"targets": targets}, **key) for _ in range(2)]
    page = body_of(world.sandbox(f"{LIST}?publishable=true&facets=true"))

    assert answers[0].body == answers[1].body
    found = [
        (each["payload"], [(w["code"], w.get("reason")) for w in each["warnings"]])
        for each in body_of(answers[0])["targets"]
    ]
    full: Any = {"music_sound_info": {"music_sound_id": "9000000000000011001"}}
    excerpt: Any = {"music_sound_info": {"music_sound_id": "9000000000000012001"}}
    auto: Any = {"auto_add_music": True}
    assert found == [
        (full, []),
        (excerpt, [("PUBLISH_ID_TRENDING_CLIP", None)]),
        (auto, [("DEGRADED_TO_AUTO", "STALE")]),
        (auto, [("DEGRADED_TO_AUTO", "NO_CLIP")]),
        (full, []),
    ]
    assert [row["id"] for row in page["tracks"]] == [SUNSET, CANCION]
    assert page["facets"]["publishable"] == {"true": 2, "false": 0}


def test_the_stored_facts_are_those_of_the_program_that_makes_the_sandbox() -> None:
    records = sandbox_fixtures().records

    assert {track.track_id: track.publish for track in TRACKS} == {
        track_id: record.publish for track_id, record in records.items()
    }
