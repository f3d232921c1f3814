"""A table restored to a point in time, with a bucket that was not: its media are newer."""

import hashlib
from copy import deepcopy
from datetime import timedelta

from tests.builders import a_candidate
from tests.refresh_world import World
from tiktok_music.refresh.report import Outcome
from tiktok_music.track import cover_key, preview_key

OLD, NEW = a_candidate(1), a_candidate(2)
# The same sound, whose files the provider has encoded again since.
NEW_FILES = a_candidate(
    2, preview_urls=("http://cdn.test/again",), cover_urls=("http://cdn.test/again",)
)


def test_the_media_in_the_bucket_stay_and_the_table_learns_what_they_are(world: World) -> None:
    world.refresh(OLD)
    restored = deepcopy((world.snapshots, world.archive, world.ledger, world.reports))
    world.now += timedelta(hours=12)
    world.refresh(OLD, NEW)
    served, stored = world.served(), dict(world.store.objects)

    world.snapshots, world.archive, world.ledger, world.reports = restored
    world.now += timedelta(hours=12)
    report = world.refresh(OLD, NEW_FILES)

    assert (report.outcome, report.new_media) == (Outcome.PUBLISHED, 1)
    assert world.served() == served
    assert world.store.objects == stored
    media = world.archive.get_many([NEW.track_id])[NEW.track_id].media
    assert media is not None
    for key, sha256 in (
        (preview_key(NEW.track_id), media.preview_sha256),
        (cover_key(NEW.track_id), media.cover_sha256),
    ):
        assert sha256 == hashlib.sha256(stored[key][0]).hexdigest()


def test_the_run_after_that_fetches_nothing(world: World) -> None:
    world.refresh(OLD)
    restored = deepcopy((world.snapshots, world.archive, world.ledger, world.reports))
    world.now += timedelta(hours=12)
    world.refresh(OLD, NEW)
    world.snapshots, world.archive, world.ledger, world.reports = restored
    world.now += timedelta(hours=12)
    world.refresh(OLD, NEW_FILES)
    puts = world.store.puts

    world.now += timedelta(hours=12)
    report = world.refresh(OLD, NEW_FILES)

    assert (report.outcome, report.new_media) == (Outcome.PUBLISHED, 0)
    assert world.store.puts == puts
