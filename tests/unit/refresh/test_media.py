"""Media failures reject their own track, and are remembered or retried."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import a_candidate
from tests.refresh_world import World
from tiktok_music.errors import (
    AudioUnreadable,
    CoverUnreadable,
    WorkerFailed,
)
from tiktok_music.refresh.media.ports import AudioRejected
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason
from tiktok_music.refresh.report import Outcome


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (AudioUnreadable("no audio"), RejectionReason.AUDIO_UNREADABLE),
        (CoverUnreadable("no image"), RejectionReason.COVER_UNREADABLE),
        (WorkerFailed("crashed"), RejectionReason.MEDIA_WORKER_FAILED),
        (
            AudioRejected(Finding(RejectionReason.AUDIO_SILENT, "silence")),
            RejectionReason.AUDIO_SILENT,
        ),
        (RuntimeError("a bug"), RejectionReason.MEDIA_WORKER_FAILED),
    ],
)
def test_bad_media_rejects_its_track_alone(
    world: World, problem: Exception, reason: RejectionReason
) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.media_encoder.problems[bad.title] = problem

    report = world.refresh(bad, good)

    assert [row["id"] for row in world.served()] == [good.track_id]
    assert report.rejected_by_reason() == {str(reason): 1}
    assert not any(bad.track_id in key for key in world.store.objects)


def test_a_dead_link_rejects_its_track_alone(world: World) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.downloader.dead.add(bad.preview_urls[0])

    report = world.refresh(bad, good)

    assert report.rejections == (
        Rejection(
            bad.tiktok_id,
            bad.title,
            bad.author,
            Finding(RejectionReason.DOWNLOAD_FAILED, "the address answers HTTP 404"),
        ),
    )


def test_a_decoder_failure_rejects_its_track_for_one_scheduled_run_only(world: World) -> None:
    good, new = a_candidate(1), a_candidate(2)
    world.refresh(good)
    world.media_encoder.problems[new.title] = WorkerFailed("crashed")
    fetched = []
    for _ in range(3):
        world.now += timedelta(hours=12)
        world.refresh(good, new)
        fetched.append(new.preview_urls[0] in world.downloader.fetched)
        world.downloader.fetched.clear()
        world.media_encoder.problems.clear()

    assert fetched == [True, False, True]
    assert len(world.served()) == 2


@pytest.mark.parametrize("work", ["preview", "cover"])
def test_a_file_for_which_no_decoder_is_free_in_time_is_left_to_the_next_run(
    world: World, work: str
) -> None:
    good, late = a_candidate(1), a_candidate(2)
    world.refresh(good)
    world.now += timedelta(hours=12)
    world.media_encoder.busy_with = work

    report = world.refresh(
        good,
        late,
        remaining_seconds=lambda: (
            100.0 if late.preview_urls[0] in world.downloader.fetched else 900
        ),
    )

    assert (report.outcome, report.deferred, report.rejections) == (Outcome.PUBLISHED, 1, ())
    assert world.ledger.entries.keys() == {good.track_id}
    world.now += timedelta(hours=12)
    assert world.refresh(good, late).accepted == 2


def test_force_retries_rejected_media(world: World) -> None:
    good, new = a_candidate(1), a_candidate(2)
    world.media_encoder.problems[new.title] = AudioUnreadable("no audio")
    world.refresh(good, new)
    world.media_encoder.problems.clear()
    world.now += timedelta(hours=12)

    world.refresh(good, new, is_forced=True)

    assert len(world.served()) == 2


def test_an_unexpected_error_is_not_stored_as_a_media_failure(world: World) -> None:
    world.media_encoder.problems[a_candidate(2).title] = RuntimeError("a bug")

    world.refresh(a_candidate(1), a_candidate(2))

    assert world.ledger.entries.keys() == {a_candidate(1).track_id}


def test_a_track_whose_media_cannot_be_stored_is_not_published(world: World) -> None:
    world.store.is_down = True

    report = world.refresh(a_candidate(1))

    assert (report.outcome, report.rejected_by_reason()) == (
        Outcome.REFUSED,
        {"MEDIA_NOT_STORED": 1},
    )
    assert world.snapshots.current() is None


def test_rejected_media_is_not_fetched_again_for_a_week(world: World) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.media_encoder.problems[bad.title] = AudioUnreadable("no audio")
    first = world.refresh(bad, good)
    fetched = len(world.downloader.fetched)

    world.now += timedelta(days=5)
    again = world.refresh(bad, good)
    assert again.rejections == first.rejections
    assert len(world.downloader.fetched) == fetched

    for hours in (48, 12):
        world.now += timedelta(hours=hours)
        world.refresh(bad, good)
        assert len(world.downloader.fetched) == fetched + 1


def test_media_under_a_new_address_is_fetched_at_once(world: World) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.media_encoder.problems[bad.title] = AudioUnreadable("no audio")
    world.refresh(bad, good)
    world.media_encoder.problems.clear()

    world.now += timedelta(hours=12)
    signed = replace(bad, preview_urls=(f"{bad.preview_urls[0]}?signature=2",))
    assert world.refresh(signed, good).accepted == 1
    world.now += timedelta(hours=12)
    moved = replace(bad, preview_urls=("http://cdn.test/elsewhere",))
    assert world.refresh(moved, good).accepted == 2


def test_a_dead_link_is_retried_in_the_next_run(world: World) -> None:
    bad, good = a_candidate(1), a_candidate(2)
    world.downloader.dead.add(bad.preview_urls[0])
    world.refresh(bad, good)
    world.downloader.dead.clear()

    world.now += timedelta(hours=12)

    assert world.refresh(bad, good).accepted == 2
