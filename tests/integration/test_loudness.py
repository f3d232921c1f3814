"""The meter against the reference signals of EBU Tech 3341 and ITU-R BS.1770, through a decoder.

Their tolerances: 0.1 LU for the loudness, +0.2 and -0.4 dB for the true peak.
"""

import math

import numpy as np
import pytest

from tests.signals import Samples, silence, stereo, tone, tones, wav
from tiktok_music.adapters.audio import AudioCaps, read_audio
from tiktok_music.refresh.media.sound.volume import AudioFacts

CAPS = AudioCaps(max_bytes=10**9)


def facts_of(samples: Samples, rate: int) -> AudioFacts:
    return read_audio(wav(samples, rate), CAPS).facts


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize(
    ("parts", "integrated_lufs"),
    [
        ([(-23, 20)], -23),
        ([(-33, 20)], -33),
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
    ids=["3341-1", "3341-2", "3341-3", "3341-4", "3341-5"],
)
def test_integrated_loudness_is_that_of_the_reference(
    parts: list[tuple[float, float]], integrated_lufs: float, rate: int
) -> None:
    facts = facts_of(tones(*parts, rate=rate), rate)

    assert facts.integrated_lufs == pytest.approx(integrated_lufs, abs=0.1)


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize(
    ("divisor", "phase_degrees", "amplitude"),
    [(4, 0, 0.5), (4, 45, 0.5), (6, 60, 0.5), (8, 67.5, 0.5), (4, 45, 1.41)],
    ids=["3341-15", "3341-16", "3341-17", "3341-18", "3341-19"],
)
def test_true_peak_is_that_of_the_reference(
    divisor: int, phase_degrees: float, amplitude: float, rate: int
) -> None:
    peak_dbtp = 20 * math.log10(amplitude)
    wave = tone(rate / divisor, peak_dbtp, 5, rate, phase_degrees, fade_seconds=0.01)

    facts = facts_of(stereo(wave), rate)

    assert peak_dbtp - 0.4 <= facts.true_peak_dbtp <= peak_dbtp + 0.2


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_calibration_tone_in_one_channel_is_three_below(rate: int) -> None:
    """997 Hz at full scale: -3.01 LKFS in one channel of two."""
    wave = tone(997, 0, 20, rate)

    facts = facts_of(np.stack((wave, np.zeros_like(wave))), rate)

    assert facts.integrated_lufs == pytest.approx(-3.01, abs=0.1)


def test_mono_is_measured_as_played_on_two_speakers() -> None:
    wave = tone(997, -20, 10)

    mono, both = facts_of(wave[None, :], 48_000), facts_of(stereo(wave), 48_000)

    assert (mono.channels, both.channels) == (1, 2)
    assert mono.integrated_lufs == both.integrated_lufs == pytest.approx(-20, abs=0.1)


@pytest.mark.parametrize("channels", [3, 4, 5, 6, 7, 8])
def test_more_channels_are_mixed_down_without_overload(channels: int) -> None:
    facts = facts_of(np.tile(tone(1000, -1, 6), (channels, 1)), 48_000)

    assert facts.channels == channels
    assert facts.true_peak_dbtp <= -0.9
    assert facts.integrated_lufs > -10


@pytest.mark.parametrize("rate", [8_000, 22_050, 32_000, 96_000, 192_000])
def test_any_sample_rate_is_measured_alike(rate: int) -> None:
    facts = facts_of(stereo(tone(1000, -23, 6, rate)), rate)

    assert facts.sample_rate_hz == rate
    assert facts.duration_seconds == pytest.approx(6.0, abs=0.01)
    assert facts.integrated_lufs == pytest.approx(-23, abs=0.1)


def test_silence_is_measured_to_ten_milliseconds() -> None:
    sound = tones((-20, 4), rate=44_100)
    parts = (silence(2.5), sound, silence(1.0), sound, silence(3.25))

    facts = facts_of(np.concatenate(parts, axis=1), 44_100)

    assert facts.duration_seconds == pytest.approx(14.75)
    assert facts.leading_silence_seconds == pytest.approx(2.5, abs=0.011)
    assert facts.trailing_silence_seconds == pytest.approx(3.25, abs=0.011)
    assert facts.silence_share == pytest.approx(6.75 / 14.75, abs=0.003)


def test_short_rests_are_music() -> None:
    beat = np.concatenate((tones((-12, 0.1), rate=44_100), silence(0.3)), axis=1)

    facts = facts_of(np.tile(beat, (1, 25)), 44_100)

    assert facts.silence_share == 0.0


def test_clipped_samples_are_counted() -> None:
    wave = np.clip(4 * tones((0, 6), rate=44_100), -1, 1)

    facts = facts_of(wave, 44_100)

    assert facts.clipped_share == pytest.approx(1 - 2 / math.pi * math.asin(0.94 / 4), abs=0.002)
    assert facts.true_peak_dbtp < 2.0


def test_total_silence_is_at_the_floor() -> None:
    facts = facts_of(silence(10), 44_100)

    assert facts == AudioFacts(
        integrated_lufs=-70.0,
        true_peak_dbtp=-100.0,
        duration_seconds=10.0,
        leading_silence_seconds=10.0,
        trailing_silence_seconds=0.0,
        silence_share=1.0,
        clipped_share=0.0,
        damaged_packet_share=0.0,
        channels=2,
        sample_rate_hz=44_100,
        codec="pcm_f32le",
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e30])
def test_broken_floats_give_an_impossible_peak(value: float) -> None:
    wave = tones((-20, 6), rate=44_100)
    wave[:, 100_000] = value

    assert facts_of(wave, 44_100).true_peak_dbtp > 6.0
