"""A takedown lasts: other uploads of a retired or denied recording are not listed in its place."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.builders import NOON, a_candidate
from tests.counted import calls_named
from tests.refresh_world import World, fingerprint_text
from tiktok_music.archive import TrackStatus
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind, OperatorLists
from tiktok_music.refresh.publication.archive_records import retired_record

SUNSET: dict[str, Any] = {"title": "Sunset Drive", "author": "Mae & Co"}
OTHERS = [a_candidate(number) for number in range(1, 6)]


def retire(world: World, candidate: Candidate) -> None:
    record = world.archive.records[candidate.track_id]
    world.archive.save_many([retired_record(record, "a takedown", NOON)])


def listed(world: World) -> list[str]:
    return [row["id"] for row in world.served()]


@pytest.mark.parametrize(
    "upload",
    [
        a_candidate(60, **SUNSET, user_count=50),
        a_candidate(60, title="SUNSET DRIVE (Official Audio)", author="Mae & Co", user_count=9_000),
        a_candidate(60, title="solnedgång", author="re up", group_ids=("77",)),
        a_candidate(60, title="solnedgång", author="re up"),
    ],
    ids=["title and artist", "retitled", "group of TikTok", "sound"],
)
@pytest.mark.parametrize("is_on_chart", [True, False])
def test_a_new_upload_of_a_retired_track_is_rejected(
    world: World, upload: Candidate, is_on_chart: bool
) -> None:
    gone = a_candidate(50, **SUNSET, user_count=9_000, group_ids=("77",))
    sound = fingerprint_text(seed=1)
    world.media_encoder.fingerprints = {gone.title: sound, upload.title: sound}
    world.refresh(*OTHERS, gone)
    retire(world, gone)

    for _ in range(2):
        world.now += timedelta(hours=12)
        report = world.refresh(*OTHERS, upload, *([gone] if is_on_chart else []))

    assert listed(world) == [each.track_id for each in OTHERS]
    assert report.rejected_by_reason() == {"RETIRED": 1 + is_on_chart}


def test_a_former_alias_of_a_retired_track_is_rejected(world: World) -> None:
    first = a_candidate(50, **SUNSET, user_count=9_000)
    second = a_candidate(60, **SUNSET, user_count=50)
    for candidates in ([first, second], [second], [first, second]):
        world.refresh(*OTHERS, *candidates)
        world.now += timedelta(hours=12)
    retire(world, first)

    for candidates in ([second], [first, second]):
        world.refresh(*OTHERS, *candidates)
        world.now += timedelta(hours=12)
        assert listed(world) == [each.track_id for each in OTHERS]


def test_a_retired_track_is_compared_by_sound_until_a_run_has_done_so(world: World) -> None:
    """Lookups are most of the CPU of a run with nothing new."""
    gone = a_candidate(50, **SUNSET)
    world.media_encoder.fingerprints = {
        each.title: fingerprint_text(seed) for seed, each in enumerate([*OTHERS, gone])
    }
    world.refresh(*OTHERS, gone)
    world.now += timedelta(hours=6)
    record = world.archive.records[gone.track_id]
    world.archive.save_many([retired_record(record, "a takedown", world.now)])
    world.now += timedelta(hours=6)
    lookups = []

    for is_forced in (False, False, True):
        run = partial(world.refresh, *OTHERS, is_forced=is_forced)
        lookups.append(calls_named("same_recording", run))
        world.now += timedelta(hours=12)

    assert lookups == [1, 0, 6]


def test_another_version_of_a_retired_track_stays(world: World) -> None:
    gone = a_candidate(50, **SUNSET)
    remix = a_candidate(60, title="Sunset Drive (Remix)", author="Mae & Co", user_count=5_000)
    world.refresh(*OTHERS, gone, remix)
    retire(world, gone)

    world.now += timedelta(hours=12)
    world.refresh(*OTHERS, gone, remix)

    assert remix.track_id in listed(world)
    assert gone.track_id not in listed(world)


def test_a_denied_sound_takes_its_duplicates_with_it(world: World) -> None:
    denied = a_candidate(50, **SUNSET, user_count=9_000)
    upload = a_candidate(60, **SUNSET, user_count=50)
    world.lists = OperatorLists((ListEntry(ListKind.DENY, "asked for", denied.tiktok_id),))

    report = world.refresh(*OTHERS, denied, upload)

    assert listed(world) == [each.track_id for each in OTHERS]
    assert [each.finding.detail for each in report.rejections] == [
        "denied by the operator: asked for",
        f"a duplicate of {denied.track_id}, denied by the operator: asked for",
    ]


def test_a_track_that_is_reinstated_comes_back(world: World) -> None:
    track = a_candidate(50, **SUNSET)
    world.refresh(*OTHERS, track)
    retire(world, track)
    world.now += timedelta(hours=12)
    world.refresh(*OTHERS, track)
    record = world.archive.records[track.track_id]
    world.archive.save_reinstated(replace(record, status=TrackStatus.OFF_CHART, retired_at=None))

    world.now += timedelta(hours=12)
    world.refresh(*OTHERS, track)

    assert track.track_id in listed(world)


def test_a_takedown_during_a_refresh_is_not_overwritten(world: World) -> None:
    track = a_candidate(50, **SUNSET)
    world.refresh(*OTHERS, track)
    world.now += timedelta(hours=12)
    read_before = world.archive.records[track.track_id]
    retire(world, track)

    world.archive.save_many([replace(read_before, title="A new title")])

    assert world.archive.records[track.track_id].status is TrackStatus.RETIRED
