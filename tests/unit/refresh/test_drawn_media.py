"""Small covers, placeholders and waveforms: stored with new media, drawn later for old media."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from tests.builders import a_candidate
from tests.refresh_world import World
from tiktok_music.archive import DrawnFacts, MediaFacts
from tiktok_music.errors import AudioUnreadable, WorkerFailed
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.media.draw import MOST_DRAWN
from tiktok_music.refresh.report import Outcome
from tiktok_music.track import cover_key, peaks_key, preview_key, small_cover_key


def media_of(world: World, candidate: Candidate) -> MediaFacts:
    media = world.archive.get_many([candidate.track_id])[candidate.track_id].media
    assert media is not None
    return media


def drawn_of(world: World, candidate: Candidate, **changes: object) -> DrawnFacts:
    """The facts of what the fake encoder draws of a candidate's files."""
    peaks = world.store.objects[peaks_key(candidate.track_id)][0]
    facts = DrawnFacts(
        cover_sides=(96, 320),
        thumb_hash="3OcRJYB4d3h/iIeHeEh3eIhw+j2w",
        color="#1f6f8b",
        on_color="#ffffff",
        peaks_sha256=hashlib.sha256(peaks).hexdigest(),
        offset_ms=310,
        start_ms=4_000,
    )
    return replace(facts, **changes)  # type: ignore[arg-type]  # fields of the facts


def forget_drawing(world: World, *candidates: Candidate) -> None:
    """Makes the archive one of an older release, which drew nothing."""
    for candidate in candidates:
        record = world.archive.get_many([candidate.track_id])[candidate.track_id]
        assert record.media is not None
        world.archive.save_many([replace(record, media=replace(record.media, drawn=None))])
        for key in (
            peaks_key(candidate.track_id),
            small_cover_key(candidate.track_id, 96),
            small_cover_key(candidate.track_id, 320),
        ):
            world.store.objects.pop(key, None)


def next_run(world: World, *candidates: Candidate) -> None:
    world.now += timedelta(hours=12)
    world.refresh(*candidates)


def test_new_media_is_stored_with_its_small_covers_and_waveform(world: World) -> None:
    candidate = a_candidate(1)

    report = world.refresh(candidate)

    assert {key: stored[1] for key, stored in world.store.objects.items()} == {
        preview_key(candidate.track_id): "audio/mpeg",
        cover_key(candidate.track_id): "image/jpeg",
        small_cover_key(candidate.track_id, 96): "image/jpeg",
        small_cover_key(candidate.track_id, 320): "image/jpeg",
        peaks_key(candidate.track_id): "application/json",
    }
    assert media_of(world, candidate).drawn == drawn_of(world, candidate)
    assert media_of(world, candidate).method == "encoded"
    assert report.to_dict()["previewMethods"] == {"encoded": 1}


def test_the_chorus_is_the_suggested_start(world: World) -> None:
    candidate = a_candidate(1, chorus_start_ms=31_000, excerpt_start_ms=19_000)

    world.refresh(candidate)

    assert media_of(world, candidate).drawn == drawn_of(world, candidate, start_ms=11_690)


def test_old_media_is_drawn_from_the_stored_files(world: World) -> None:
    candidate = a_candidate(1)
    world.refresh(candidate)
    forget_drawing(world, candidate)
    world.downloader.fetched.clear()

    next_run(world, candidate)

    assert world.downloader.fetched == []
    assert media_of(world, candidate).drawn == drawn_of(world, candidate, offset_ms=None)


def test_drawing_is_bounded_and_resumes(world: World) -> None:
    candidates = [a_candidate(number) for number in range(1, MOST_DRAWN + 11)]
    world.refresh(*candidates)
    forget_drawing(world, *candidates)

    undrawn = []
    for _ in range(3):
        next_run(world, *candidates)
        undrawn.append(sum(media_of(world, each).drawn is None for each in candidates))

    assert undrawn == [10, 0, 0]


def test_files_that_cannot_be_drawn_are_tried_once(world: World) -> None:
    damaged, missing = a_candidate(1), a_candidate(2)
    world.refresh(damaged, missing)
    forget_drawing(world, damaged, missing)
    preview = world.store.objects[preview_key(damaged.track_id)][0].decode()
    world.media_encoder.bad_files[preview] = AudioUnreadable("no audio")
    del world.store.objects[preview_key(missing.track_id)]

    for _ in range(2):
        next_run(world, damaged, missing)

    assert world.media_encoder.judged.count(preview) == 1
    assert [media_of(world, each).drawn for each in (damaged, missing)] == [DrawnFacts()] * 2
    assert len(world.served()) == 2


def test_a_decoder_that_crashes_is_asked_again_in_the_next_run(world: World) -> None:
    candidate = a_candidate(1)
    world.refresh(candidate)
    forget_drawing(world, candidate)
    preview = world.store.objects[preview_key(candidate.track_id)][0].decode()
    world.media_encoder.bad_files[preview] = WorkerFailed("crashed")
    next_run(world, candidate)
    assert media_of(world, candidate).drawn is None

    world.media_encoder.bad_files.clear()
    next_run(world, candidate)

    assert media_of(world, candidate).drawn == drawn_of(world, candidate, offset_ms=None)


def test_an_unexpected_error_leaves_the_catalog_published(world: World) -> None:
    candidate = a_candidate(1)
    world.refresh(candidate)
    forget_drawing(world, candidate)
    preview = world.store.objects[preview_key(candidate.track_id)][0].decode()
    world.media_encoder.bad_files[preview] = KeyError("a bug")
    world.now += timedelta(hours=12)

    assert world.refresh(candidate).outcome is Outcome.PUBLISHED
    assert media_of(world, candidate).drawn is None


def test_files_that_crash_a_decoder_hold_up_no_others(world: World) -> None:
    bad = [a_candidate(number) for number in range(1, MOST_DRAWN + 1)]
    good = a_candidate(MOST_DRAWN + 1)
    world.refresh(*bad, good)
    forget_drawing(world, *bad, good)
    for each in bad:
        preview = world.store.objects[preview_key(each.track_id)][0].decode()
        world.media_encoder.bad_files[preview] = WorkerFailed("crashed")

    for _ in range(4):
        next_run(world, *bad, good)

    assert media_of(world, good).drawn is not None


def test_an_unavailable_store_costs_nothing(world: World) -> None:
    candidate = a_candidate(1)
    world.refresh(candidate)
    forget_drawing(world, candidate)
    world.store.is_down = True
    world.now += timedelta(hours=12)

    report = world.refresh(candidate)

    assert report.outcome is Outcome.PUBLISHED
    assert media_of(world, candidate).drawn is None


def test_other_stored_bytes_are_drawn_by_the_next_run(world: World) -> None:
    """An earlier run stored the preview, and died before the archive knew of it."""
    candidate = a_candidate(1)
    earlier = {"sha256": "e" * 64, "bytes": "7", "seconds": "24", "lufs": "-14", "dbtp": "-1"}
    world.store.objects[preview_key(candidate.track_id)] = (
        b"earlier",
        "audio/mpeg",
        {**earlier, "source-lufs": "-9"},
    )

    world.refresh(candidate)

    assert media_of(world, candidate).drawn is not None
    assert world.store.objects[peaks_key(candidate.track_id)][0] == b'{"of":"earlier"}'
