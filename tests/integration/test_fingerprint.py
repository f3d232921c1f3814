"""Fingerprints of synthetic music, given as samples without a codec."""

import itertools
import subprocess
import sys
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from tiktok_music.refresh.media.sound.fingerprint import (
    Fingerprint,
    FingerprintIndex,
    Match,
    bit_error_rate,
    fingerprint_of,
)

RATE = 5512.5
Mono = npt.NDArray[np.float32]


@cache
def a_piece(seed: int, seconds: float = 15.0) -> Mono:
    """Notes of one scale in one tempo: pieces differ only in the order of notes."""
    rng = np.random.default_rng(seed)
    beat = int(RATE / 3)
    time = np.arange(2 * beat) / RATE
    mix = np.zeros(int(seconds * RATE) + 2 * beat)
    for at in range(0, len(mix) - 2 * beat, beat):
        for semitone in rng.choice([0, 2, 4, 5, 7, 9, 11, 12, 14, 16], 3):
            hertz = 220 * 2 ** (semitone / 12)
            for harmonic in range(1, 7):
                phase = rng.uniform(0, 6.3)
                wave = np.sin(2 * np.pi * hertz * harmonic * time + phase) / harmonic
                mix[at : at + 2 * beat] += wave * np.exp(-time * rng.uniform(2, 8))
    mix = mix[: int(seconds * RATE)]
    return np.asarray(0.5 * mix / np.abs(mix).max(), np.float32)


def a_fingerprint(samples: Mono) -> Fingerprint:
    fingerprint = fingerprint_of(samples)
    assert fingerprint is not None
    return fingerprint


def with_noise(samples: Mono, level: float) -> Mono:
    noise = np.random.default_rng(99).normal(0, level, len(samples))
    return np.asarray(samples + noise, np.float32)


def test_thirty_seconds_take_two_and_a_half_kilobytes() -> None:
    assert len(a_fingerprint(a_piece(1, 30.0)).data) == 2528


def test_a_fingerprint_is_at_distance_zero_from_itself() -> None:
    fingerprint = a_fingerprint(a_piece(1))

    assert bit_error_rate(fingerprint, fingerprint) == 0.0


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        (lambda piece: piece * np.float32(0.1), 0.02),
        (lambda piece: np.clip(piece * 3, -1, 1).astype(np.float32), 0.20),
        (lambda piece: with_noise(piece, 0.01), 0.20),
        (lambda piece: piece[int(1.3 * RATE) :], 0.20),
        (lambda piece: piece[int(3.33 * RATE) : int(13.5 * RATE)], 0.20),
        (lambda piece: np.concatenate((np.zeros(20_000, np.float32), piece)), 0.20),
    ],
    ids=["quieter", "overdriven", "noisy", "starts later", "cut out", "after silence"],
)
def test_the_same_recording_is_recognised(change: object, limit: float) -> None:
    piece = a_piece(1)
    assert callable(change)

    rate = bit_error_rate(a_fingerprint(change(piece)), a_fingerprint(piece))

    assert rate is not None
    assert rate <= limit


def test_twenty_different_pieces_do_not_match() -> None:
    fingerprints = [a_fingerprint(a_piece(seed)) for seed in range(20)]

    rates = [bit_error_rate(a, b) for a, b in itertools.combinations(fingerprints, 2)]

    assert min(rate for rate in rates if rate is not None) > 0.40


def test_common_silence_does_not_match() -> None:
    gap = np.zeros(int(12 * RATE), np.float32)
    a = a_fingerprint(np.concatenate((a_piece(1), gap, a_piece(2))))
    b = a_fingerprint(np.concatenate((a_piece(3), gap, a_piece(4))))

    rate = bit_error_rate(a, b)

    assert rate is not None
    assert rate > 0.40


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.float32),
        np.zeros(1, np.float32),
        a_piece(1)[: int(7.9 * RATE)],
        np.zeros(int(30 * RATE), np.float32),
        a_piece(1) * np.float32(1e-4),
        np.concatenate((a_piece(1)[: int(5 * RATE)], np.zeros(int(20 * RATE), np.float32))),
    ],
    ids=["empty", "one sample", "short", "silent", "below the floor", "short before silence"],
)
def test_too_little_sound_has_no_fingerprint(samples: Mono) -> None:
    assert fingerprint_of(samples) is None


def test_fingerprints_of_different_versions_are_not_compared() -> None:
    fingerprint = a_fingerprint(a_piece(1))

    assert bit_error_rate(fingerprint, Fingerprint(fingerprint.data, version=0)) is None


def test_an_overlap_below_eight_seconds_is_not_compared() -> None:
    whole = a_fingerprint(a_piece(1))

    assert bit_error_rate(Fingerprint(whole.data[: 171 * 4]), whole) is None
    assert bit_error_rate(Fingerprint(whole.data[: 172 * 4]), whole) == 0.0


def test_scattered_common_words_do_not_match() -> None:
    words = np.frombuffer(a_fingerprint(a_piece(1)).data, np.uint32)
    scattered = np.zeros(800, np.uint32)
    scattered[:100] = words[:100]
    scattered[-100:] = words[100:200]

    rate = bit_error_rate(Fingerprint(scattered.tobytes()), Fingerprint(words[:200].tobytes()))

    assert rate is None


def test_the_index_finds_each_noisy_cut_of_what_was_added() -> None:
    index = FingerprintIndex()
    for seed in range(20):
        index.add(f"piece {seed}", a_fingerprint(a_piece(seed)))

    found = [
        index.same_recording(a_fingerprint(with_noise(a_piece(seed)[9_999:70_000], 0.01)))
        for seed in range(20)
    ]

    assert [[match.key for match in matches] for matches in found] == [
        [f"piece {seed}"] for seed in range(20)
    ]


def test_the_index_returns_the_nearest_first() -> None:
    index = FingerprintIndex()
    piece = a_piece(5)
    index.add("noisy", a_fingerprint(with_noise(piece, 0.02)))
    index.add("clean", a_fingerprint(piece))

    matches = index.same_recording(a_fingerprint(piece))

    assert [match.key for match in matches] == ["clean", "noisy"]
    assert matches[0] == Match("clean", 0.0)


def test_the_index_can_grow_between_queries() -> None:
    index = FingerprintIndex()
    query = a_fingerprint(a_piece(7))

    before = index.same_recording(query)
    index.add("other", a_fingerprint(a_piece(8)))
    index.add("same", query)

    assert (before, index.same_recording(query)) == ((), (Match("same", 0.0),))


def test_a_recording_is_found_among_a_hundred_copies_of_another() -> None:
    index = FingerprintIndex()
    copy = a_fingerprint(a_piece(1))
    for number in range(100):
        index.add(f"copy {number}", copy)
    index.add("other", a_fingerprint(a_piece(2)))

    match = index.same_recording(a_fingerprint(a_piece(2)))
    copies = index.same_recording(copy)

    assert match == (Match("other", 0.0),)
    assert len(copies) == 8


@pytest.mark.parametrize("data", [b"", bytes(4), bytes(4000)])
def test_a_stored_fingerprint_without_sound_matches_nothing(data: bytes) -> None:
    index = FingerprintIndex()
    index.add("empty", Fingerprint(data))
    index.add("piece", a_fingerprint(a_piece(1)))

    assert index.same_recording(Fingerprint(data)) == ()


def test_a_recording_is_found_among_three_thousand_others() -> None:
    rng = np.random.default_rng(0)
    index = FingerprintIndex()
    for number in range(3000):
        words = rng.integers(1, 2**32, 637, np.uint32)
        index.add(f"track {number}", Fingerprint(words.tobytes()))
    index.add("piece", a_fingerprint(a_piece(1)))

    matches = index.same_recording(a_fingerprint(with_noise(a_piece(1)[9_999:], 0.01)))

    assert [match.key for match in matches] == ["piece"]
    assert len(index) == 3001


def test_fingerprints_need_no_decoder() -> None:
    code = "import sys, tiktok_music.refresh.media.sound.fingerprint; print('av' in sys.modules)"

    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "layers_shared"},
    )

    assert answer.stdout == "False\n"
