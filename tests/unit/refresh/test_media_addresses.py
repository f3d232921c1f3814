"""The addresses of a file are tried in turn until one gives a file that can be published."""

import pytest

from tests.builders import a_candidate
from tests.refresh_world import World
from tiktok_music.errors import AudioUnreadable, CoverUnreadable, MediaError, WorkerFailed
from tiktok_music.refresh.media.ports import AudioRejected
from tiktok_music.refresh.media.prepare import MediaTools, prepare_media
from tiktok_music.refresh.rejection import Finding, RejectionReason

A, B, C = (f"http://cdn.test/{name}" for name in "abc")
SILENT = Finding(RejectionReason.AUDIO_SILENT, "silence", measured=-70.0, limit=-60.0)
DAMAGED = Finding(RejectionReason.AUDIO_DAMAGED, "holes", measured=9.0, limit=2.0)
PAGE = AudioUnreadable("a page")


def finding(world: World, *, audio: dict[str, MediaError | None]) -> Finding:
    """The finding when each address has its error; None is a dead link."""
    world.downloader.dead |= {url for url, error in audio.items() if error is None}
    world.media_encoder.bad_files |= {url: error for url, error in audio.items() if error}
    tools = MediaTools(world.downloader, world.media_encoder, world.store)
    outcome = prepare_media(a_candidate(1, preview_urls=tuple(audio)), tools)
    assert isinstance(outcome, Finding)
    return outcome


@pytest.mark.parametrize(
    "error",
    [
        PAGE,
        CoverUnreadable("no image"),
        WorkerFailed("crashed"),
        AudioRejected(SILENT),
        AudioRejected(DAMAGED),
        None,
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("files", ["preview_urls", "cover_urls"])
def test_any_failure_at_the_first_address_leaves_the_second_one(
    world: World, files: str, error: MediaError | None
) -> None:
    if error is None:
        world.downloader.dead.add(A)
    else:
        world.media_encoder.bad_files[A] = error

    report = world.refresh(a_candidate(1, **{files: (A, B)}))

    assert (report.accepted, report.rejections) == (1, ())
    assert [url for url in world.downloader.fetched if url in (A, B, C)] == [A, B]


def test_no_address_is_fetched_after_a_file_that_passes(world: World) -> None:
    report = world.refresh(a_candidate(1, preview_urls=(A, B), cover_urls=(C, B)))

    assert (report.accepted, world.downloader.fetched) == (1, [A, C])


@pytest.mark.parametrize(
    ("audio", "wanted"),
    [
        (
            {A: None, B: AudioRejected(SILENT), C: PAGE},
            Finding(
                RejectionReason.AUDIO_SILENT,
                "address 1: the address answers HTTP 404; address 2: silence; address 3: a page",
                measured=-70.0,
                limit=-60.0,
            ),
        ),
        (
            {A: PAGE, B: WorkerFailed("crashed")},
            Finding(RejectionReason.MEDIA_WORKER_FAILED, "address 1: a page; address 2: crashed"),
        ),
        (
            {A: PAGE, B: None},
            Finding(
                RejectionReason.AUDIO_UNREADABLE,
                "address 1: a page; address 2: the address answers HTTP 404",
            ),
        ),
        (
            {A: AudioRejected(DAMAGED), B: AudioRejected(SILENT)},
            Finding(
                RejectionReason.AUDIO_SILENT,
                "address 1: holes; address 2: silence",
                measured=-70.0,
                limit=-60.0,
            ),
        ),
        (
            {A: None, B: None},
            Finding(
                RejectionReason.DOWNLOAD_FAILED, "2 of 2 addresses: the address answers HTTP 404"
            ),
        ),
        ({A: PAGE}, Finding(RejectionReason.AUDIO_UNREADABLE, "a page")),
    ],
)
def test_a_finding_names_every_address_under_the_best_reason(
    world: World, audio: dict[str, MediaError | None], wanted: Finding
) -> None:
    assert finding(world, audio=audio) == wanted


def test_equal_files_are_judged_once(world: World) -> None:
    world.media_encoder.bad_files[A] = PAGE

    report = world.refresh(a_candidate(1, preview_urls=(A, A, B)))

    assert report.accepted == 1
    assert world.media_encoder.judged.count(A) == 1
