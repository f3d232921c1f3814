"""A refresh looks whether files of listed tracks are there: what it finds, reports and counts."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from aws_lambda_powertools import Logger, Metrics

from tests.builders import MEDIA, NOON, a_candidate, a_media
from tests.refresh_world import World
from tiktok_music.errors import DownloadFailed, SourceUnavailable
from tiktok_music.refresh.history.notify import notify
from tiktok_music.refresh.media.check import (
    SAMPLED_TRACKS,
    MediaCheck,
    MissingFile,
    files_of,
    sample_of,
)
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.track import cover_key, media_keys, preview_key, track_id_of

CHART = tuple(a_candidate(number) for number in range(1, 4))
FIRST, SECOND, _ = (each.track_id for each in CHART)


@pytest.fixture
def published(world: World) -> World:
    """A world whose next refresh finds three listed tracks."""
    world.refresh(*CHART)
    world.now += timedelta(hours=12)
    return world


def test_a_first_refresh_has_nothing_to_check(world: World) -> None:
    report = world.refresh(*CHART)

    assert report.media_check == MediaCheck()
    assert "mediaCheck" not in report.to_dict()


def test_files_that_are_there_are_reported_as_checked(published: World) -> None:
    report = published.refresh(*CHART)

    assert report.to_dict()["mediaCheck"] == {
        "checked": 3,
        "unknown": 0,
        "tracksMissing": 0,
        "missing": [],
    }
    assert "mediaMissing" not in published.reports.lines[0]


def test_lost_replaced_and_unreachable_files_are_named_and_the_run_publishes(
    published: World,
) -> None:
    objects, url = published.store.objects, f"{MEDIA}/{preview_key(SECOND)}"
    del objects[preview_key(FIRST)]
    objects[cover_key(FIRST)] = (b"other", "image/jpeg", {"sha256": "0" * 64})
    published.store.statuses[url] = 403

    report = published.refresh(*CHART)

    assert report.outcome is Outcome.PUBLISHED
    assert (report.media_check.checked, report.media_check.tracks_missing) == (3, 2)
    assert set(report.media_check.missing) == {
        MissingFile(FIRST, preview_key(FIRST), "not in the bucket"),
        MissingFile(FIRST, cover_key(FIRST), "the bucket has other bytes than the archive says"),
        MissingFile(SECOND, preview_key(SECOND), f"HTTP 403 at {MEDIA}"),
    }
    assert published.reports.lines[0]["mediaMissing"] == 2


@pytest.mark.parametrize("is_found_at_last", [True, False])
def test_a_public_address_without_an_answer_is_asked_twice(
    published: World, monkeypatch: pytest.MonkeyPatch, is_found_at_last: bool
) -> None:
    requested: list[str] = []

    def answer(url: str) -> int:
        requested.append(url)
        if is_found_at_last and requested.count(url) == 2:
            return 200
        raise DownloadFailed("timed out")

    monkeypatch.setattr(published.store, "public_status", answer)
    check = published.refresh(*CHART).media_check

    assert (len(requested), check.tracks_missing) == (6, 0 if is_found_at_last else 3)


def test_a_bucket_without_an_answer_says_nothing_about_the_files(published: World) -> None:
    published.store.is_down = True

    report = published.refresh(*CHART)

    assert (report.outcome, report.media_check) == (Outcome.PUBLISHED, MediaCheck(unknown=3))


def test_a_bucket_that_hangs_takes_a_minute_of_the_run_only(published: World) -> None:
    seconds = iter(range(900, 0, -61))

    report = published.refresh(*CHART, remaining_seconds=lambda: float(next(seconds, 800)))

    assert (report.outcome, report.media_check) == (Outcome.PUBLISHED, MediaCheck(unknown=3))


def test_files_are_checked_also_if_the_source_fails(published: World) -> None:
    published.store.objects.clear()
    published.source.problem = SourceUnavailable("upstream is down")

    report = published.refresh()

    assert (report.outcome, report.media_check.tracks_missing) == (Outcome.SOURCE_FAILED, 3)


def test_files_that_a_takedown_deleted_are_not_missing(published: World) -> None:
    record = published.archive.records[FIRST]
    published.archive.records[FIRST] = replace(record, media_deleted_at=NOON)
    for key in media_keys(FIRST):
        published.store.delete(key)

    assert published.refresh(*CHART).media_check == MediaCheck(2)


def test_every_run_looks_at_other_tracks_and_an_attempt_at_the_same_ones() -> None:
    ids = [track_id_of(str(10_000 + number)) for number in range(200)]

    samples = [sample_of(ids, NOON + timedelta(hours=12 * slot)) for slot in range(40)]

    assert samples[0] == sample_of(reversed(ids), NOON)
    assert {len(sample) for sample in samples} == {SAMPLED_TRACKS}
    assert len({each for sample in samples for each in sample}) > 190


def test_every_published_file_is_expected(published: World) -> None:
    media = published.archive.records[FIRST].media
    assert media is not None

    files = files_of(FIRST, media)

    stored = {key: each[2]["sha256"] for key, each in published.store.objects.items()}
    assert set(files) == {key for key in stored if FIRST in key} == set(media_keys(FIRST))
    assert {key: sha for key, sha in files.items() if sha} == {
        key: stored[key] for key, sha in files.items() if sha
    }
    assert set(files_of("x", a_media(drawn=None))) == {preview_key("x"), cover_key("x")}


@pytest.mark.parametrize(
    ("missing_tracks", "sentence"),
    [
        (1, "files of 1 of 2 checked tracks are missing"),
        (
            2,
            "files of 2 of 2 checked tracks are missing; are R2_BUCKET and MEDIA_BASE_URL those of "
            "before?",
        ),
    ],
)
def test_missing_files_are_logged_and_counted(
    missing_tracks: int, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    missing = tuple(MissingFile(f"id{n}", "key", "gone") for n in range(missing_tracks))
    check = MediaCheck(2, 0, missing)
    report = RefreshReport(Outcome.PUBLISHED, None, NOON, NOON, {}, media_check=check)
    metrics = Metrics(namespace="x", service="x")
    metrics.clear_metrics()
    logger = Logger(service="check", logger_handler=logging.NullHandler())

    with caplog.at_level(logging.ERROR):
        notify(report, logger, metrics)

    counted = {name: metric["Value"] for name, metric in metrics.metric_set.items()}
    metrics.clear_metrics()
    assert counted["MediaMissing"] == [float(missing_tracks)]
    assert sentence in caplog.text
