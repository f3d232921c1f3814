"""The level of an MP3 changed without decoding, against the decoded file times the gain."""

import io
from functools import cache

import av
import numpy as np
import pytest

from tests.signals import Samples, encoded, music, silence
from tiktok_music.adapters.audio import AudioCaps, read_audio
from tiktok_music.adapters.mp3_file import Mp3Tags
from tiktok_music.adapters.mp3_frames import DECODER_DELAY, FRAME_SAMPLES, NotPlain, mp3_frames
from tiktok_music.adapters.mp3_gain import STEP_DB, rewrite_mp3
from tiktok_music.adapters.preview_writer import Preview, write_preview
from tiktok_music.refresh.media.policy import PreviewPolicy
from tiktok_music.refresh.media.preview import PreviewMethod

TAGS = Mp3Tags("Tïtle", "Ärtist")
RATE = 44_100


@cache
def a_loud_mp3(bit_rate: int = 128_000, seconds: float = 9.0) -> bytes:
    """Driven hard, as charts are: its peak does not limit the gain."""
    return encoded(np.tanh(music(3, seconds) * np.float32(6)), "mp3", bit_rate)


@cache
def decoded(mp3: bytes) -> Samples:
    frames = []
    with av.open(io.BytesIO(mp3), "r", format="mp3") as container:
        for packet in container.demux(audio=0):
            frames += [frame.to_ndarray() for frame in packet.decode()]
    return np.concatenate(frames, axis=1)


def largest_difference(mp3: bytes, expected: Samples) -> float:
    samples = decoded(mp3)
    assert samples.shape == expected.shape
    return float(np.abs(samples - expected).max())


@pytest.mark.parametrize("bit_rate", [96_000, 128_000, 160_000, 192_000])
def test_the_samples_are_those_of_the_file_times_the_gain(bit_rate: int) -> None:
    """Cut anywhere, to the sample: the reservoir of bits and the overlap of frames are kept."""
    mp3, rng = a_loud_mp3(bit_rate), np.random.default_rng(bit_rate)
    source = decoded(mp3)

    for _ in range(8):
        start = int(rng.integers(0, 3 * RATE))
        samples = int(rng.integers(2 * RATE, source.shape[1] - start))
        steps = int(rng.integers(-8, 4))
        rewritten = rewrite_mp3(mp3, steps, start, samples, TAGS)

        expected = source[:, start : start + samples] * 10 ** (steps * STEP_DB / 20)
        assert rewritten.samples == samples
        assert largest_difference(rewritten.mp3, expected) < 1e-5


def test_a_second_change_takes_the_first_one_back() -> None:
    mp3 = a_loud_mp3()
    source = decoded(mp3)

    quieter = rewrite_mp3(mp3, -4, 0, source.shape[1], TAGS).mp3
    again = rewrite_mp3(quieter, 4, 0, source.shape[1], TAGS).mp3

    assert largest_difference(again, source) < 1e-5


def test_frames_with_a_checksum_get_a_new_one() -> None:
    plain = encoded(music(3, 6.0), "mp3", 96_000)
    mp3 = with_checksums(plain)

    rewritten = rewrite_mp3(mp3, -3, 0, decoded(mp3).shape[1], TAGS).mp3

    frames = mp3_frames(rewritten)
    assert frames.has_crc
    for start in frames.starts.tolist():
        frame = rewritten[start : start + 38]
        assert int.from_bytes(frame[4:6], "big") == crc_of(frame[2:4] + frame[6:38])
    # Without an Info header, the source says nothing of the decoder's delay: it is cut now.
    expected = decoded(mp3)[:, DECODER_DELAY:] * 10 ** (-3 * STEP_DB / 20)
    assert largest_difference(rewritten, expected) < 1e-5


def with_checksums(mp3: bytes) -> bytes:
    """The same audio in frames of 192 kbit/s with a CRC and without use of earlier frames' bytes.

    The main data of each frame is copied to where it is self-contained; the rest is padding.
    """
    frames = mp3_frames(mp3)
    side, offset = frames.side_information(), frames.side_offset + 32
    main = b"".join(
        mp3[start + offset : start + size]
        for start, size in zip(frames.starts.tolist(), frames.sizes.tolist(), strict=True)
    )
    pieces, position = [], 0
    for index, capacity in enumerate(frames.capacity.tolist()):
        begin = int(side[index, 0]) << 1 | int(side[index, 1]) >> 7
        lone = side[index].copy()
        lone[0], lone[1] = 0, lone[1] & 0x7F
        word = int.from_bytes(mp3[frames.starts[index] :][:4], "big")
        word = (word & ~(0xF << 12 | 1 << 9 | 1 << 16)) | 11 << 12
        head = word.to_bytes(4, "big")
        body = head + crc_of(head[2:4] + lone.tobytes()).to_bytes(2, "big") + lone.tobytes()
        size = 144 * 192_000 // RATE
        body += main[max(position - begin, 0) :][: size - len(body)]
        pieces.append(body.ljust(size, b"\0"))
        position += capacity
    return b"".join(pieces)


def crc_of(data: bytes) -> int:
    """CRC-16 of ISO 11172-3, bit by bit."""
    crc = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            carry = crc >> 15 ^ byte >> bit & 1
            crc = (crc << 1 & 0xFFFF) ^ (0x8005 if carry else 0)
    return crc


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (encoded(music(3, 6.0), "mp3", layout="mono"), "not contiguous"),
        (encoded(music(3, 6.0), "mp3", rate=48_000), "not contiguous"),
        (encoded(music(3, 6.0), "mp3", rate=22_050, bit_rate=64_000), "not contiguous"),
        (encoded(music(3, 6.0), "mp3", 64_000), "64 kbit/s"),
        (encoded(music(3, 6.0), "mp3", 320_000), "320 kbit/s"),
        (a_loud_mp3()[:20_000] + b"junk" + a_loud_mp3()[20_000:], "not contiguous"),
        (a_loud_mp3()[:-100], "not contiguous"),
        (a_loud_mp3() + b"<html>", "not contiguous"),
        (b"", "not contiguous"),
        (b"ID3\x03\x00\x00\x00\x00\x00\x05", "not contiguous"),
        (a_loud_mp3().replace(b"Info", b"VBRI"), "main data is missing|not contiguous|VBRI"),
    ],
)
def test_any_other_file_is_left_to_the_encoder(data: bytes, reason: str) -> None:
    with pytest.raises(NotPlain, match=reason):
        rewrite_mp3(data, -2, 0, 5 * RATE, TAGS)


def test_a_file_that_starts_inside_the_reservoir_is_left_to_the_encoder() -> None:
    frames = mp3_frames(a_loud_mp3())
    inside = int(np.flatnonzero(frames.side_information()[:, 0])[0])

    with pytest.raises(NotPlain, match="main data is missing"):
        rewrite_mp3(a_loud_mp3()[frames.starts[inside] :], -2, 0, 5 * RATE, TAGS)


@pytest.mark.parametrize("steps", [-200, 200])
def test_a_gain_out_of_range_is_left_to_the_encoder(steps: int) -> None:
    with pytest.raises(NotPlain, match="out of range"):
        rewrite_mp3(a_loud_mp3(), steps, 0, 5 * RATE, TAGS)


def test_random_damage_gives_a_playable_file_or_none() -> None:
    mp3, rng = a_loud_mp3(seconds=4.0), np.random.default_rng(7)

    for _ in range(150):
        damaged = bytearray(mp3)
        for place in rng.integers(0, len(mp3), 6):
            damaged[place] ^= 1 << int(rng.integers(0, 8))
        try:
            rewritten = rewrite_mp3(bytes(damaged), -3, RATE // 2, 2 * RATE, TAGS)
        except NotPlain:
            continue
        assert mp3_frames(rewritten.mp3).samples == rewritten.samples == 2 * RATE


# Previews


def a_preview(data: bytes, policy: PreviewPolicy) -> Preview:
    return write_preview(read_audio(data, AudioCaps()), data, policy, "Title", "Artist")


@pytest.mark.parametrize("target_lufs", [-14.0, -16.7, -11.0])
def test_the_claimed_facts_are_those_of_the_decoded_preview(target_lufs: float) -> None:
    padded = np.concatenate((silence(2.3), np.tanh(music(5, 9.0) * np.float32(6)), silence(1)), 1)

    preview = a_preview(encoded(padded, "mp3"), PreviewPolicy(target_lufs=target_lufs))

    measured = read_audio(preview.mp3, AudioCaps()).facts
    assert preview.facts.method is PreviewMethod.REWRITTEN
    assert preview.facts.integrated_lufs == pytest.approx(measured.integrated_lufs, abs=0.02)
    assert preview.facts.integrated_lufs == pytest.approx(target_lufs, abs=0.76)
    assert preview.facts.true_peak_dbtp == pytest.approx(measured.true_peak_dbtp, abs=0.02)
    assert preview.facts.true_peak_dbtp <= -1.0
    assert preview.facts.duration_seconds == measured.duration_seconds
    assert preview.facts.offset_ms == pytest.approx(2_250, abs=30)


def test_a_setting_has_every_preview_encoded() -> None:
    preview = a_preview(a_loud_mp3(), PreviewPolicy(lossless_within_lu=0.0))

    assert preview.facts.method is PreviewMethod.ENCODED


def test_a_preview_of_a_long_file_ends_on_time() -> None:
    preview = a_preview(a_loud_mp3(), PreviewPolicy(preview_seconds=5.0))

    assert preview.facts.method is PreviewMethod.REWRITTEN
    assert decoded(preview.mp3).shape[1] == 5 * RATE


def test_the_tags_are_title_and_artist_alone() -> None:
    loud = np.tanh(music(3, 6.0) * np.float32(6))
    data = encoded(loud, "mp3", metadata={"title": "Old", "comment": "www.example.com"})

    preview = a_preview(data, PreviewPolicy())

    assert preview.facts.method is PreviewMethod.REWRITTEN
    with av.open(io.BytesIO(preview.mp3), "r", format="mp3") as container:
        assert container.metadata == {"title": "Title", "artist": "Artist"}
        assert container.duration == pytest.approx(6_000_000, abs=60_000)


def test_a_player_sees_a_constant_bit_rate_and_the_number_of_frames() -> None:
    mp3 = rewrite_mp3(a_loud_mp3(), -2, 0, 9 * RATE, TAGS).mp3

    info = mp3[mp3.index(b"Info") :]
    frames = mp3_frames(mp3)
    assert int.from_bytes(info[8:12], "big") == len(frames.starts)
    assert frames.samples > (len(frames.starts) - 3) * FRAME_SAMPLES
