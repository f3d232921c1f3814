"""Direct publish of a chosen track: policy and answers; with the setting off, the same bytes."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.api_world import LIST, NOW, World, invalid
from tests.builders import NOON, a_record, a_snapshot, a_track, some_facts
from tests.events import Answer
from tests.fakes import FakeArchive
from tiktok_music.archive import TrackRecord, TrackStatus, record_from, record_to
from tiktok_music.errors import StoreUnavailable
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_facts import Clip, ClipKind
from tiktok_music.publish_policy import HonorOnPublish, NotHonored, PublishPolicy

ASKED = PublishPolicy(honor=HonorOnPublish.ASKED)
DAY = timedelta(days=1)
CLIPS = some_facts().clips
RECORDS = [
    a_record(1, publish=some_facts(1)),
    a_record(2, publish=some_facts(2, clips=CLIPS[1:], evidence=Evidence.LISTED)),
    a_record(3, publish=some_facts(3, evidence=Evidence.SAME_CREDITS)),
    a_record(4, has_commerce_right=False),
    a_record(5, publish=some_facts(5, last_seen_at=NOON - 31 * DAY)),
]


def a_world(policy: PublishPolicy = ASKED, records: Iterable[TrackRecord] = RECORDS) -> World:
    world = World(policy=policy)
    world.change_key(scopes=frozenset({"*"}), tier="partner")
    world.snapshots.publish(a_snapshot(*(a_track(number) for number in range(1, 6))))
    world.archive.save_many(records)
    return world


def body_of(answer: Answer) -> Any:
    assert answer.status == 200
    return json.loads(answer.body)


def id_of(number: int) -> str:
    return a_record(number).track_id


@pytest.mark.parametrize(
    "path",
    [
        LIST,
        f"{LIST}?q=song&facets=true&limit=2",
        f"{LIST}?publishable=true",
        f"{LIST}?include=publish",
        f"{LIST}?limit=3&publishable=true&include=publish&include=media",
        f"{LIST}/{id_of(1)}",
        f"{LIST}/batch?ids={id_of(1)},{id_of(4)}",
    ],
)
def test_with_the_setting_off_every_byte_is_as_without_facts(path: str) -> None:
    bare = [replace(each, publish=None, has_commerce_right=None) for each in RECORDS]

    answer = a_world(PublishPolicy()).get(path)

    assert answer == a_world(PublishPolicy(), bare).get(path)
    assert b"songClipId" not in answer.body


def test_with_the_setting_off_the_new_parameters_are_unknown() -> None:
    answer = a_world(PublishPolicy()).get(f"{LIST}?publishable=maybe")

    assert answer.headers["x-ignored-parameters"] == "publishable"
    assert answer.body == a_world().get().body


def test_the_plain_list_is_the_same_bytes_whatever_the_setting() -> None:
    assert a_world().get().body == a_world(PublishPolicy()).get().body
    assert {len(row) for row in body_of(a_world().get())["tracks"]} == {10}


PUBLISH = {
    "songClipId": "7539149620821362681",
    "clip": "full",
    "clipDuration": 60.2,
    "trendingSongClipId": "7539149620821360001",
    "commercialMusicId": "6985271847240321021",
    "evidence": "sameRecording",
    "countries": ["GB", "US"],
    "lastSeenAt": "2026-11-22T12:00:00Z",
    "isUsable": True,
}
APPROVED = {
    "verdict": "approved",
    "because": "inCommercialLibrary",
    "countries": ["GB", "US"],
    "checkedAt": "2026-11-22T12:00:00Z",
}


def test_one_track_has_its_clips_who_honours_it_and_its_commercial_use() -> None:
    off = body_of(a_world(PublishPolicy()).get(f"{LIST}/{id_of(1)}"))

    on = body_of(a_world().get(f"{LIST}/{id_of(1)}"))

    assert on == {
        **off,
        "publish": PUBLISH,
        "honoredBy": {"publish": True, "managed": True},
        "commercialUse": APPROVED,
    }


@pytest.mark.parametrize(
    ("number", "publish", "is_honored", "use"),
    [
        (
            2,
            {"clip": "trending", "songClipId": CLIPS[1].song_clip_id, "clipDuration": 15},
            True,
            ("approved", "inCommercialLibrary"),
        ),
        (3, {"evidence": "sameCredits", "isUsable": False}, False, ("unknown", "weakEvidence")),
        (4, None, False, ("organicOnly", "noCommerceRight")),
        (5, {"isUsable": False}, False, ("unknown", "notSeenLately")),
        (6, None, False, ("unknown", "flagOnly")),
        (7, None, False, ("unknown", "noSource")),
    ],
)
def test_many_tracks_have_the_same_members(
    number: int, publish: dict[str, Any] | None, is_honored: bool, use: tuple[str, str]
) -> None:
    world = a_world()
    world.archive.save_many([a_record(6), a_record(7, is_commerce_music=False)])

    [track] = body_of(world.get(f"{LIST}/batch?ids={id_of(number)}"))["tracks"]

    shown = {name: track["publish"][name] for name in publish} if publish else track["publish"]
    assert shown == publish
    assert track["honoredBy"] == {"publish": is_honored, "managed": True}
    found = track["commercialUse"]
    assert (found["verdict"], found["because"]) == use


def test_a_clip_is_honoured_for_thirty_days_after_its_last_sight() -> None:
    world = a_world()
    ages = []
    for days in (0, 29, 31):
        world.now = NOW + days * 86_400
        track = body_of(world.get(f"{LIST}/{id_of(1)}"))
        ages.append((track["honoredBy"]["publish"], track["commercialUse"]["verdict"]))

    assert ages == [(True, "approved"), (True, "approved"), (False, "unknown")]


def test_a_retired_track_is_not_honoured() -> None:
    world = a_world()
    world.archive.save_many([replace(RECORDS[0], status=TrackStatus.RETIRED)])

    track = body_of(world.get(f"{LIST}/{id_of(1)}"))

    assert (track["publish"]["isUsable"], track["honoredBy"]["publish"]) == (False, False)


def test_the_list_is_filtered_by_what_is_honoured() -> None:
    page = body_of(a_world().get(f"{LIST}?publishable=true&facets=true"))

    assert [row["id"] for row in page["tracks"]] == [id_of(1), id_of(2)]
    assert page["total"] == 2
    assert page["facets"]["publishable"] == {"true": 2, "false": 0}
    assert {len(row) for row in page["tracks"]} == {10}


def test_the_facet_counts_what_is_honoured() -> None:
    page = body_of(a_world().get(f"{LIST}?facets=true&limit=1"))

    assert page["facets"] == {
        "language": {"en": 5},
        "isCommerceMusic": {"true": 5, "false": 0},
        "publishable": {"true": 2, "false": 3},
    }


def test_pages_of_publishable_tracks_follow_each_other() -> None:
    world = a_world()
    first = body_of(world.get(f"{LIST}?publishable=true&limit=1"))
    cursor = first["nextCursor"]

    second = body_of(world.get(f"{LIST}?publishable=true&limit=1&cursor={cursor}"))
    other = world.get(f"{LIST}?limit=1&cursor={cursor}")

    assert [row["id"] for row in second["tracks"]] == [id_of(2)]
    assert second["nextCursor"] is None
    assert other.body == invalid(("cursor", "Must be the nextCursor of the same search."))


def test_rows_carry_the_members_where_the_search_includes_them() -> None:
    world = a_world()
    plain = body_of(world.get(f"{LIST}?limit=5"))["tracks"]

    rows = body_of(world.get(f"{LIST}?limit=5&include=publish"))["tracks"]

    assert rows[0] == {
        **plain[0],
        "publish": PUBLISH,
        "honoredBy": {"publish": True, "managed": True},
        "commercialUse": APPROVED,
    }
    assert [row["publish"] is None for row in rows] == [False, False, False, True, False]
    assert [{name: row[name] for name in plain[0]} for row in rows] == plain


def test_other_values_of_include_and_publishable_are_invalid() -> None:
    answer = a_world().get(f"{LIST}?include=publish&include=lyrics&publishable=1")

    assert (answer.status, answer.body) == (
        422,
        invalid(
            ("publishable", "Must be one of false, true."),
            ("include", "Must be one of about, media, publish."),
        ),
    )


class BrokenArchive(FakeArchive):
    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        raise StoreUnavailable("the archive is down")


def test_without_the_archive_only_what_needs_it_fails() -> None:
    world = World(policy=ASKED, archive=BrokenArchive())
    world.snapshots.publish(a_snapshot(a_track(1)))

    page = body_of(world.get(f"{LIST}?facets=true"))

    assert page["facets"].keys() == {"language", "isCommerceMusic"}
    for parameter in ("publishable=true", "include=publish"):
        assert world.get(f"{LIST}?{parameter}").status == 500


def test_the_archive_is_read_once_per_version() -> None:
    calls: list[int] = []

    class CountedArchive(FakeArchive):
        def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
            ids = list(track_ids)
            calls.append(len(ids))
            return super().get_many(ids)

    world = World(policy=ASKED, archive=CountedArchive())
    world.snapshots.publish(a_snapshot(*(a_track(number) for number in range(1, 6))))
    for _ in range(3):
        world.get(f"{LIST}?publishable=true&facets=true&include=publish")

    assert calls == [5]


@pytest.mark.parametrize(
    ("fields", "status", "problem"),
    [
        ({}, TrackStatus.ACTIVE, None),
        ({}, TrackStatus.OFF_CHART, None),
        ({}, TrackStatus.RETIRED, NotHonored.RETIRED),
        ({"evidence": Evidence.LISTED}, TrackStatus.ACTIVE, None),
        ({"evidence": Evidence.SAME_ID}, TrackStatus.ACTIVE, None),
        ({"evidence": Evidence.SAME_CREDITS}, TrackStatus.ACTIVE, NotHonored.EVIDENCE),
        ({"evidence": Evidence("ofANewerRelease")}, TrackStatus.ACTIVE, NotHonored.EVIDENCE),
        ({"last_seen_at": NOON - 30 * DAY}, TrackStatus.ACTIVE, None),
        ({"last_seen_at": NOON - 31 * DAY}, TrackStatus.ACTIVE, NotHonored.STALE),
    ],
)
def test_the_policy_names_the_problem(
    fields: dict[str, Any], status: TrackStatus, problem: NotHonored | None
) -> None:
    assert ASKED.problem(some_facts(**fields), status, NOON) is problem
    assert ASKED.problem(None, TrackStatus.ACTIVE, NOON) is NotHonored.NO_CLIP


def test_the_stored_form_of_the_facts_is_read_back() -> None:
    stored = json.loads(json.dumps(record_to(RECORDS[0])))

    assert record_from(stored) == RECORDS[0]
    assert "publish" not in record_to(a_record(1))


@pytest.mark.parametrize(
    "publish", [7, {}, {"clips": []}, {"clips": [{"song_clip_id": "1"}]}, {"clips": "x"}]
)
def test_malformed_facts_cost_themselves_only(publish: Any) -> None:
    stored = {**record_to(a_record(1)), "publish": publish}

    assert record_from(stored) == a_record(1)


def test_the_clip_id_of_an_earlier_release_is_read() -> None:
    stored = {**record_to(a_record(1)), "song_clip_id": "7539149620821362689"}

    record = record_from(stored)

    assert record.publish == some_facts(
        clips=(Clip("7539149620821362689", ClipKind.TRENDING),),
        commercial_music_id=None,
        evidence=Evidence.LISTED,
        countries=(),
    )
    assert record.newer_fields == {}
