"""The volume rules: each limit on both sides, and its finding."""

import json
from dataclasses import replace

import pytest

from tiktok_music.refresh.media.sound.volume import (
    AudioFacts,
    VolumeLimits,
    judge_volume,
    preview_gain_db,
)
from tiktok_music.refresh.rejection import Finding, RejectionReason

LIMITS = VolumeLimits()
GOOD = AudioFacts(
    integrated_lufs=-14.8,
    true_peak_dbtp=0.4,
    duration_seconds=30.04,
    leading_silence_seconds=0.02,
    trailing_silence_seconds=0.3,
    silence_share=0.01,
    clipped_share=0.0002,
    damaged_packet_share=0.0,
    channels=2,
    sample_rate_hz=44_100,
    codec="mp3",
)


def test_usual_music_is_not_rejected() -> None:
    assert judge_volume(GOOD, LIMITS) is None


@pytest.mark.parametrize(
    "facts",
    [
        replace(GOOD, damaged_packet_share=0.02),
        replace(GOOD, true_peak_dbtp=6.0),
        replace(GOOD, duration_seconds=5.0, leading_silence_seconds=0, trailing_silence_seconds=0),
        replace(GOOD, duration_seconds=600.0),
        replace(GOOD, silence_share=0.5),
        replace(GOOD, leading_silence_seconds=20.0, trailing_silence_seconds=5.0),
        replace(GOOD, integrated_lufs=-35.0),
        replace(GOOD, clipped_share=0.05),
    ],
)
def test_audio_exactly_at_a_limit_passes(facts: AudioFacts) -> None:
    assert judge_volume(facts, LIMITS) is None


@pytest.mark.parametrize(
    ("facts", "finding"),
    [
        (
            replace(GOOD, damaged_packet_share=0.025),
            Finding(
                RejectionReason.AUDIO_DAMAGED,
                "2.5 % of the packets are damaged, more than 2.0 %",
                measured=2.5,
                limit=2.0,
            ),
        ),
        (
            replace(GOOD, true_peak_dbtp=27.0),
            Finding(
                RejectionReason.AUDIO_DAMAGED,
                "a true peak of +27.0 dBTP, above +6.0 dBTP, is decoding damage",
                measured=27.0,
                limit=6.0,
            ),
        ),
        (
            replace(GOOD, duration_seconds=4.99),
            Finding(
                RejectionReason.AUDIO_TOO_SHORT,
                "4.99 s of audio, less than 5 s",
                measured=4.99,
                limit=5.0,
            ),
        ),
        (
            replace(GOOD, duration_seconds=601.0),
            Finding(
                RejectionReason.AUDIO_TOO_LONG,
                "601 s of audio or more, longer than 600 s",
                measured=601.0,
                limit=600.0,
            ),
        ),
        (
            replace(GOOD, integrated_lufs=-60.0),
            Finding(
                RejectionReason.AUDIO_SILENT,
                "loudness -60.0 LUFS, at or below -60 LUFS, is silence",
                measured=-60.0,
                limit=-60.0,
            ),
        ),
        (
            replace(GOOD, silence_share=0.95),
            Finding(
                RejectionReason.AUDIO_SILENT,
                "95.0 % of the time is silent, 95 % or more",
                measured=95.0,
                limit=95.0,
            ),
        ),
        (
            replace(GOOD, silence_share=0.62),
            Finding(
                RejectionReason.AUDIO_MOSTLY_SILENT,
                "62.0 % of the time is silent, more than 50 %",
                measured=62.0,
                limit=50.0,
            ),
        ),
        (
            replace(GOOD, duration_seconds=8.0, trailing_silence_seconds=3.5, silence_share=0.4),
            Finding(
                RejectionReason.AUDIO_TOO_SHORT,
                "4.48 s between the silence at both ends, less than 5 s",
                measured=4.48,
                limit=5.0,
            ),
        ),
        (
            replace(GOOD, integrated_lufs=-35.1),
            Finding(
                RejectionReason.AUDIO_TOO_QUIET,
                "loudness -35.1 LUFS, below -35 LUFS",
                measured=-35.1,
                limit=-35.0,
            ),
        ),
        (
            replace(GOOD, clipped_share=0.31),
            Finding(
                RejectionReason.AUDIO_CLIPPED,
                "31.0 % of the samples are at full scale, more than 5 %",
                measured=31.0,
                limit=5.0,
            ),
        ),
    ],
)
def test_each_fault_is_reported_with_its_measure_and_limit(
    facts: AudioFacts, finding: Finding
) -> None:
    assert judge_volume(facts, LIMITS) == finding


def test_damage_is_reported_before_its_effects() -> None:
    broken = replace(GOOD, damaged_packet_share=0.9, duration_seconds=1.0, integrated_lufs=-70.0)

    finding = judge_volume(broken, LIMITS)

    assert finding is not None
    assert finding.reason is RejectionReason.AUDIO_DAMAGED


def test_heavy_clipping_is_not_damage() -> None:
    overdriven = replace(GOOD, clipped_share=0.2, true_peak_dbtp=13.1)

    finding = judge_volume(overdriven, LIMITS)

    assert finding is not None
    assert finding.reason is RejectionReason.AUDIO_CLIPPED


def test_total_silence_is_silent_and_not_too_short() -> None:
    silent = replace(GOOD, integrated_lufs=-70.0, leading_silence_seconds=30.04, silence_share=1.0)

    finding = judge_volume(silent, LIMITS)

    assert finding is not None
    assert finding.reason is RejectionReason.AUDIO_SILENT


def test_limits_can_be_changed() -> None:
    assert (
        judge_volume(replace(GOOD, integrated_lufs=-40.0), VolumeLimits(min_integrated_lufs=-45.0))
        is None
    )


def test_facts_are_equal_after_json() -> None:
    assert AudioFacts.from_dict(json.loads(json.dumps(GOOD.to_dict()))) == GOOD


@pytest.mark.parametrize(
    ("integrated_lufs", "true_peak_dbtp", "gain_db"),
    [
        (-10.0, -0.5, -4.0),
        (-20.0, -10.0, 6.0),
        (-20.0, -3.0, 2.0),
        (-14.0, 0.5, -1.5),
        (-34.0, -30.0, 12.0),
        (9.0, -3.0, -20.0),
    ],
)
def test_gain_reaches_the_target_within_the_peak_ceiling_and_the_gain_range(
    integrated_lufs: float, true_peak_dbtp: float, gain_db: float
) -> None:
    facts = replace(GOOD, integrated_lufs=integrated_lufs, true_peak_dbtp=true_peak_dbtp)

    assert preview_gain_db(facts, target_lufs=-14.0, ceiling_dbtp=-1.0) == pytest.approx(gain_db)
