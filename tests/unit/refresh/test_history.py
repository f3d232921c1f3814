"""The run history: recordings, replay, the run list, and failures to store them."""

from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics

from tests.builders import NOON, a_candidate
from tests.refresh_world import RULES, World, fingerprint_text
from tiktok_music.errors import (
    AudioUnreadable,
    SourceUnavailable,
)
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.history.notify import notify
from tiktok_music.refresh.history.recording import unpack_recording
from tiktok_music.refresh.history.replay import changes_of, replay
from tiktok_music.refresh.report import Outcome


def test_a_run_is_recorded_with_a_verdict_for_every_sound(world: World) -> None:
    world.media_encoder.problems["Broken"] = AudioUnreadable("no audio")
    chart = (
        a_candidate(1),
        a_candidate(2, title="Lantern Street 1", author="Mira 1"),
        a_candidate(3, title="Broken"),
        a_candidate(4, title="Fuck It"),
    )

    report = world.refresh(*chart)

    recording = unpack_recording(world.reports.recordings[NOON])
    assert [(each.status, each.reason) for each in recording.verdicts] == [
        ("accepted", "accepted"),
        ("merged", f"merged into {chart[0].tiktok_id}"),
        ("rejected", "AUDIO_UNREADABLE"),
        ("rejected", "PROFANITY"),
    ]
    assert (recording.outcome, recording.version) == ("PUBLISHED", report.version)
    assert [each.title for each in recording.chart.candidates] == [each.title for each in chart]
    assert world.reports.lines == [
        {
            "scheduledAt": NOON.isoformat(),
            "startedAt": NOON.isoformat(),
            "outcome": "PUBLISHED",
            "reason": None,
            "version": report.version,
            "rows": 4,
            "accepted": 1,
            "rejected": 2,
            "added": 1,
            "removed": 0,
            "isRecorded": True,
        }
    ]


def test_a_replay_of_a_recorded_run_gives_the_same_verdicts(world: World) -> None:
    same = fingerprint_text(3)
    world.media_encoder.fingerprints |= {"Low Tide": same, "Tide, Low": same}
    world.downloader.dead.add(a_candidate(3).preview_urls[0])
    world.refresh(
        a_candidate(1, title="Low Tide"),
        a_candidate(2, title="Tide, Low"),
        a_candidate(3),
        a_candidate(4, preview_urls=()),
        a_candidate(5, title="original sound", is_original_sound=True),
    )
    recording = unpack_recording(world.reports.recordings[NOON])

    now = replay(recording, RULES, (world.archive, world.ledger, world.snapshots))

    assert {each.reason for each in now} == {
        "accepted",
        f"merged into {a_candidate(1).tiktok_id}",
        "DOWNLOAD_FAILED",
        "NO_PREVIEW",
        "GENERIC_SOUND",
    }
    assert changes_of(recording.verdicts, now) == []


def test_a_replay_knows_the_list_that_its_run_found(world: World) -> None:
    """A listed track that is not on the chart continues in a new upload of the recording."""
    old, new = (a_candidate(number, title="Low Tide", author="Mira") for number in (1, 2))
    others = [a_candidate(number) for number in (5, 6)]
    world.refresh(old, *others)
    world.now += timedelta(hours=12)
    world.gates = GateLimits(min_tracks=9)
    assert world.refresh(new, *others).outcome is Outcome.REFUSED
    recording = unpack_recording(world.reports.recordings[world.now])
    world.now += timedelta(hours=12)
    world.gates = GateLimits(min_tracks=1)
    world.refresh(*others)

    stores = (world.archive, world.ledger, world.snapshots)
    now = replay(recording, RULES, stores)

    assert [each.reason for each in now] == [f"merged into {old.tiktok_id}", "accepted", "accepted"]
    assert changes_of(recording.verdicts, now) == []
    world.snapshots.chunks.clear()
    without = [each.reason for each in replay(recording, RULES, stores)]
    assert without == ["untried", "accepted", "accepted"]


def test_a_run_without_a_chart_is_listed_and_not_recorded(world: World) -> None:
    world.source.problem = SourceUnavailable("upstream is down " + 400 * "x")

    report = world.refresh()

    [line] = world.reports.lines
    assert (line["outcome"], line["isRecorded"], len(line["reason"])) == (
        "SOURCE_FAILED",
        False,
        300,
    )
    assert (world.reports.recordings, report.is_saved) == ({}, True)


@pytest.mark.parametrize("seconds", [900.0, 29.0])
def test_a_failed_recording_does_not_fail_the_run(world: World, seconds: float) -> None:
    """The store fails, or there is no time left."""
    world.reports.cannot_record = seconds == 900.0
    world.refresh(a_candidate(1), remaining_seconds=lambda: 900.0)
    world.now += timedelta(hours=12)

    def left() -> float:
        has_published = world.snapshots.pointer().current.scheduled_at == world.now
        return seconds if has_published else 900.0

    report = world.refresh(a_candidate(1), remaining_seconds=left)

    assert (report.outcome, report.is_saved) == (Outcome.PUBLISHED, False)
    assert world.reports.get_report(world.now) == report.to_dict()
    assert [line["isRecorded"] for line in world.reports.lines][:1] == [False]
    assert world.snapshots.holder is None


def test_an_unexpected_error_in_the_recording_does_not_fail_the_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> bytes:
        raise RuntimeError("a bug")

    monkeypatch.setattr("tiktok_music.refresh.history.save_run.pack_recording", fail)

    report = world.refresh(a_candidate(1))

    assert (report.outcome, report.is_saved) == (Outcome.PUBLISHED, False)
    assert world.served()[0]["title"] == "Lantern Street 1"


def test_a_run_without_a_stored_record_is_counted(world: World) -> None:
    world.reports.cannot_record = True
    metrics = Metrics(namespace="Test", service="refresh_music")

    notify(world.refresh(a_candidate(1)), Logger(service="refresh_music"), metrics)

    counted = dict(metrics.serialize_metric_set())
    assert counted["RunNotRemembered"] == [1.0]
    assert counted["RefreshPublished"] == [1.0]
    metrics.clear_metrics()


def test_a_report_that_cannot_be_stored_does_not_fail_the_run(world: World) -> None:
    world.reports.cannot_save = True

    report = world.refresh(a_candidate(1), is_forced=True)

    assert (report.outcome, report.is_saved) == (Outcome.PUBLISHED, False)
    assert world.snapshots.holder is None
