"""A song of the commercial library keeps its track although its clips change."""

from datetime import timedelta
from typing import Any

from tests.builders import NOON, a_candidate
from tests.refresh_world import World
from tiktok_music.archive import TrackStatus
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.publication.archive_records import retired_record

SONG: dict[str, Any] = {"group_ids": ("cml:7",), "user_count": 0}
OTHERS = [a_candidate(number) for number in range(1, 6)]
FIRST = a_candidate(50, title="Sunset Drive", author="Mae", place=1, **SONG)
# Title and author say nothing in common: only the song's id joins the clips.
SECOND = a_candidate(60, title="Abendrot", author="Somebody Else", place=1, **SONG)
HALF_A_DAY = timedelta(hours=12)


def run(world: World, *candidates: Candidate) -> list[str]:
    """One refresh; returns the listed ids beside OTHERS."""
    world.refresh(*OTHERS, *candidates)
    world.now += HALF_A_DAY
    return [row["id"] for row in world.served() if row["id"] not in {e.track_id for e in OTHERS}]


def test_a_song_with_a_new_clip_keeps_its_track(world: World) -> None:
    listed = [run(world, FIRST), run(world, SECOND), run(world, SECOND)]

    alias = world.archive.records[SECOND.track_id]
    assert listed == [[FIRST.track_id]] * 3
    assert (alias.status, alias.canonical_id) == (TrackStatus.ALIAS, FIRST.track_id)
    assert world.archive.songs == {"7": FIRST.track_id}


def test_a_song_that_returns_after_weeks_with_a_new_clip_keeps_its_track(world: World) -> None:
    run(world, FIRST)
    away = [run(world) for _ in range(20)]

    assert (away[-1], run(world, SECOND)) == ([], [FIRST.track_id])
    assert world.archive.records[FIRST.track_id].status is TrackStatus.ACTIVE


def test_rows_of_one_song_are_one_track_whatever_their_titles_say(world: World) -> None:
    live = a_candidate(60, title="Sunset Drive (Live)", author="Mae", place=9, **SONG)

    listed = run(world, FIRST, live)

    assert listed == [FIRST.track_id]


def test_a_clip_of_a_song_that_became_an_alias_resolves_to_its_track(world: World) -> None:
    upload = a_candidate(40, title="Sunset Drive", author="Mae", user_count=9_000)
    run(world, FIRST)
    world.archive.records.pop(FIRST.track_id)
    world.snapshots.current_pointer = None
    run(world, upload, FIRST)

    listed = run(world, upload, SECOND)

    assert listed == [upload.track_id]
    assert world.archive.songs == {"7": upload.track_id}


def test_a_new_clip_of_a_retired_song_is_rejected(world: World) -> None:
    run(world, FIRST)
    record = world.archive.records[FIRST.track_id]
    world.archive.save_many([retired_record(record, "a takedown", NOON)])

    assert run(world, SECOND) == []


def test_songs_are_written_once(world: World) -> None:
    run(world, FIRST)
    written = world.archive.writes

    run(world, FIRST)

    assert world.archive.writes == written


def test_a_song_whose_media_fails_is_not_remembered(world: World) -> None:
    world.downloader.dead |= {FIRST.preview_urls[0]}

    assert (run(world, FIRST), world.archive.songs) == ([], {})
