"""Archive records: media, first and last seen times, retired tracks."""

import math
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_candidate, a_media, a_record
from tests.refresh_world import World
from tiktok_music.adapters.dynamo_items import UNREADABLE
from tiktok_music.archive import MediaFacts, TrackStatus, record_from, record_to
from tiktok_music.refresh.curation.last_known import FACTS
from tiktok_music.refresh.publication.archive_records import retired_record
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason


@pytest.mark.parametrize("value", ["x", True, None, [], math.nan, math.inf, 10**400])
@pytest.mark.parametrize("name", [each.name for each in fields(MediaFacts) if each.name != "drawn"])
def test_media_facts_of_another_type_are_unreadable(name: str, value: object) -> None:
    stored = record_to(a_record(1))
    assert record_from(stored) == a_record(1)
    is_text = name.endswith("sha256") or name in ("fingerprint", "method")

    stored["media"][name] = value if not (is_text and value == "x") else 1

    with pytest.raises(UNREADABLE):
        record_from(stored)


@pytest.mark.parametrize("value", ["x", True, [], 7, math.nan])
def test_drawn_facts_of_another_type_are_unreadable(value: object) -> None:
    stored = record_to(a_record(1))
    stored["media"]["drawn"] = value
    with pytest.raises(UNREADABLE):
        record_from(stored)

    for name, wrong in (("cover_sides", 96), ("cover_sides", ["96"]), ("thumb_hash", 1)):
        stored = record_to(a_record(1))
        stored["media"]["drawn"] |= {name: wrong}
        with pytest.raises(UNREADABLE):
            record_from(stored)
    for name in ("offset_ms", "start_ms"):
        stored = record_to(a_record(1))
        stored["media"]["drawn"] |= {name: value if value != 7 else "7"}
        with pytest.raises(UNREADABLE):
            record_from(stored)


def test_media_of_the_first_release_is_read() -> None:
    later = {"fingerprint": "", "method": "", "drawn": None, "edition": 1}
    stored = record_to(a_record(1))
    stored["media"] = {name: value for name, value in stored["media"].items() if name not in later}
    assert record_from(stored) == replace(a_record(1), media=a_media(**later))

    for name in stored["media"]:
        lacking = {**stored, "media": {**stored["media"]}}
        del lacking["media"][name]
        with pytest.raises(UNREADABLE):
            record_from(lacking)


def test_a_listed_track_is_archived_with_its_media(world: World) -> None:
    candidate = a_candidate(1)

    world.refresh(candidate)

    record = world.archive.records[candidate.track_id]
    media = world.store.objects[f"music/{candidate.track_id}/preview.mp3"][2]
    assert record == replace(
        a_record(1),
        title="Lantern Street 1",
        author="Mira 1",
        link=f"https://www.tiktok.com/music/Lantern-Street-1-{candidate.tiktok_id}",
        is_commerce_music=False,
        facts_at=dict.fromkeys(FACTS, NOON),
        media=a_media(
            preview_sha256=media["sha256"],
            preview_bytes=int(media["bytes"]),
            cover_sha256=record.media.cover_sha256 if record.media else "",
            cover_bytes=record.media.cover_bytes if record.media else 0,
            drawn=record.media.drawn if record.media else None,
        ),
    )


def test_a_track_that_left_the_chart_stays_archived_with_its_last_seen_time(world: World) -> None:
    staying = [a_candidate(number) for number in (1, 3, 4)]
    leaving = a_candidate(2, user_count=77)
    world.refresh(*staying, leaving)

    world.now += timedelta(hours=12)
    report = world.refresh(*staying)

    assert (report.added, report.removed) == (0, 1)
    record = world.archive.records[leaving.track_id]
    assert (record.status, record.last_seen_at, record.user_count) == (
        TrackStatus.OFF_CHART,
        NOON,
        77,
    )


def test_a_track_that_comes_back_keeps_its_first_day_and_its_media(world: World) -> None:
    staying = [a_candidate(number) for number in (1, 3, 4)]
    coming = a_candidate(2)
    world.refresh(*staying, coming)
    world.now += timedelta(hours=12)
    world.refresh(*staying)

    world.now += timedelta(hours=12)
    report = world.refresh(*staying, coming)

    record = world.archive.records[coming.track_id]
    assert (record.status, record.first_seen_at) == (TrackStatus.ACTIVE, NOON)
    assert report.new_media == 0


def test_a_retired_track_is_never_listed_again(world: World) -> None:
    gone, good, better = a_candidate(1), a_candidate(3), a_candidate(2)
    world.refresh(gone, good, better)
    record = retired_record(world.archive.records[gone.track_id], "a takedown", NOON)
    world.archive.save_many([record])

    for _ in range(2):
        world.now += timedelta(hours=12)
        report = world.refresh(gone, good, better)

    assert [row["id"] for row in world.served()] == [better.track_id, good.track_id]
    assert world.archive.records[gone.track_id] == record
    assert report.rejections == (
        Rejection(
            gone.tiktok_id,
            gone.title,
            gone.author,
            Finding(RejectionReason.RETIRED, "retired by the operator: a takedown"),
        ),
    )


def test_a_retired_track_was_last_seen_when_it_was_last_listed(world: World) -> None:
    gone, *good = (a_candidate(number) for number in range(1, 5))
    world.refresh(gone, *good)
    world.now += timedelta(hours=12)
    world.refresh(a_candidate(1, user_count=77_000), *good)
    world.archive.save_many(
        [retired_record(world.archive.records[gone.track_id], "why", world.now)]
    )
    listed_until = world.now
    world.now += timedelta(hours=12)

    world.refresh(gone, *good)

    record = world.archive.records[gone.track_id]
    assert (record.status, record.retired_reason) == (TrackStatus.RETIRED, "why")
    assert (record.last_seen_at, record.user_count) == (listed_until, 77_000)


def test_a_duplicate_of_a_retired_track_is_not_listed_in_its_place(world: World) -> None:
    gone = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    duplicate = a_candidate(2, title="Sunset Drive", author="Mae & Co", user_count=9)
    others = [a_candidate(number) for number in (3, 4)]
    world.refresh(gone, duplicate, *others)
    record = world.archive.records[gone.track_id]
    world.archive.save_many([retired_record(record, "a takedown", NOON)])

    world.now += timedelta(hours=12)
    report = world.refresh(duplicate, *others)

    assert [row["id"] for row in world.served()] == [other.track_id for other in others]
    assert report.rejections[0].finding.detail == (
        f"a duplicate of {gone.track_id}, retired by the operator: a takedown"
    )
    assert world.archive.records[duplicate.track_id].status is TrackStatus.ALIAS
