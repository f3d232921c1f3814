"""Media are made once, and deferred when there is no time left."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_candidate
from tests.refresh_world import World
from tiktok_music.errors import (
    StoreUnavailable,
)
from tiktok_music.refresh.report import Outcome


def test_media_without_time_left_is_deferred_to_the_next_run(world: World) -> None:
    world.refresh(a_candidate(1))

    world.now += timedelta(hours=12)
    report = world.refresh(a_candidate(1), a_candidate(2), remaining_seconds=lambda: 100.0)

    assert (report.outcome, report.deferred) == (Outcome.PUBLISHED, 1)
    assert [row["id"] for row in world.served()] == [a_candidate(1).track_id]


def test_media_stored_by_a_crashed_run_is_reused(world: World) -> None:
    candidate = a_candidate(1)
    facts = {"sha256": "e" * 64, "bytes": "9", "seconds": "31.000", "lufs": "-15.00",
             "dbtp": "-2.00", "source-lufs": "-8.00"}  # fmt: skip
    key = f"music/{candidate.track_id}/preview.mp3"
    world.store.save_once(key, b"an earlier encoding", "audio/mpeg", facts)

    world.refresh(candidate)

    media = world.archive.records[candidate.track_id].media
    assert media is not None
    assert (media.preview_sha256, media.duration_seconds) == ("e" * 64, 31.0)
    assert world.served()[0]["duration"] == 31
    assert world.store.objects[key][0] == b"an earlier encoding"


@pytest.mark.parametrize("ending", ["crash", "refusal"])
def test_media_made_by_an_unfinished_run_is_not_made_again(world: World, ending: str) -> None:
    candidates = [a_candidate(number) for number in range(13)]
    world.refresh(*candidates[:5])
    fetches = len(world.downloader.fetched)

    world.now += timedelta(hours=12)
    if ending == "crash":

        def crash(records: Any) -> None:
            raise StoreUnavailable("DynamoDB is down")

        save, world.archive.save_many = world.archive.save_many, crash  # type: ignore[method-assign]
        with pytest.raises(StoreUnavailable):
            world.refresh(*candidates)
        world.archive.save_many = save  # type: ignore[method-assign]
    else:
        world.downloader.dead |= {each.preview_urls[0] for each in candidates[8:]}
        assert world.refresh(*candidates).outcome is Outcome.REFUSED
        world.downloader.dead.clear()
    assert len(world.downloader.fetched) > fetches

    world.now += timedelta(hours=12)
    assert world.refresh(*candidates).accepted == 13
    made = {each.preview_urls[0] for each in candidates[5:8]}
    assert sorted(each for each in world.downloader.fetched if each in made) == sorted(made)
