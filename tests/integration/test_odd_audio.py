"""Audio that plays although it does not start as expected, and codecs that are not accepted."""

import io
import random
import struct
from functools import cache
from typing import Any

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.stream import Disposition

from tests.signals import Samples, encoded, music, silence, tones, wav
from tiktok_music.adapters.audio import AudioCaps, DecodedAudio, read_audio
from tiktok_music.adapters.media_kind import media_kind
from tiktok_music.adapters.preview_writer import Preview, write_preview
from tiktok_music.errors import AudioUnreadable
from tiktok_music.refresh.media.policy import PreviewPolicy
from tiktok_music.refresh.media.preview import PreviewMethod
from tiktok_music.refresh.media.sound.volume import VolumeLimits, judge_volume
from tiktok_music.refresh.rejection import RejectionReason


def read(data: bytes) -> DecodedAudio:
    return read_audio(data, AudioCaps())


def a_preview(data: bytes, policy: PreviewPolicy | None = None) -> Preview:
    return write_preview(read(data), data, policy or PreviewPolicy(), "Title", "Artist")


@cache
def a_file(extension: str) -> bytes:
    return encoded(music(1, 8.0), extension)


def file_of(container_format: str, codec: str, samples: Samples, rate: int = 44_100) -> bytes:
    """`samples` in any codec that PyAV can write."""
    file = io.BytesIO()
    with av.open(file, "w", format=container_format) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        context = stream.codec_context
        context.layout = "mono" if codec == "g726" else "stereo"
        context.format = context.codec.audio_formats[0]
        context.open()
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
        frame.sample_rate = 44_100
        resampler = AudioResampler(context.format, context.layout, rate, context.frame_size or 1152)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()


# Codecs


@pytest.mark.parametrize(
    ("container_format", "codec"),
    [
        *[("matroska", name) for name in ("mp2", "ac3", "eac3", "tta", "wavpack")],
        *[("wav", name) for name in ("pcm_alaw", "pcm_mulaw", "adpcm_ms", "adpcm_ima_wav")],
        ("wav", "g726"),
        ("mov", "pcm_alaw"),
        ("mov", "ac3"),
    ],
)
def test_only_listed_codecs_are_decoded(container_format: str, codec: str) -> None:
    rate = 8_000 if codec == "g726" else 44_100
    data = file_of(container_format, codec, music(1, 6.0), rate=rate)
    with av.open(io.BytesIO(data), "r") as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) > 5 * rate

    with pytest.raises(AudioUnreadable, match="unsupported codec"):
        read(data)


# Starts


def cut_into_a_frame(data: bytes) -> bytes:
    """Without the tag and the first frame's header, so that the bit reservoir is incomplete too."""
    start = 10 + int.from_bytes(data[6:10], "big") if data.startswith(b"ID3") else 0
    return data[start + 700 :]


def rf64() -> bytes:
    data = wav(music(1, 8.0))
    size = struct.pack("<Q", len(data) - 44)
    ds64 = b"ds64" + struct.pack("<I", 28) + bytes(8) + size + bytes(12)
    body = data[12:36] + b"data\xff\xff\xff\xff" + data[44:]
    return b"RF64\xff\xff\xff\xffWAVE" + ds64 + body


def m4a_behind(name: bytes, body: bytes) -> bytes:
    """An MP4 behind a box, with its chunk offsets, which count from the start of the file."""
    box = struct.pack(">I4s", 8 + len(body), name) + body
    data = bytearray(a_file("m4a"))
    at = data.index(b"stco") + 8
    (count,) = struct.unpack_from(">I", data, at)
    for entry in range(at + 4, at + 4 + 4 * count, 4):
        struct.pack_into(">I", data, entry, len(box) + struct.unpack_from(">I", data, entry)[0])
    return box + bytes(data)


NOISE = bytes([0x80 | byte for byte in random.Random(2).randbytes(40)]) + random.Random(
    3
).randbytes(30_000)


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (bytes(1_000) + a_file("mp3"), "mp3"),
        (bytes(60_000) + a_file("mp3"), "mp3"),
        (b"\xff" * 8 + a_file("mp3"), "mp3"),
        (cut_into_a_frame(a_file("mp3")), "mp3"),
        (NOISE + a_file("mp3"), "mp3"),
        (bytes(1_000) + a_file("aac"), "aac"),
        (b"\xff" * 8 + a_file("aac"), "aac"),
        (cut_into_a_frame(a_file("aac")), "aac"),
        (m4a_behind(b"styp", b"msdh\0\0\0\0"), "aac"),
        (m4a_behind(b"wide", b""), "aac"),
        (m4a_behind(b"free", bytes(4)), "aac"),
        (rf64(), "pcm_f32le"),
    ],
    ids=[
        *("MP3 after zeros", "MP3 after 60 KB", "MP3 after 8 x FF", "MP3 from inside a frame"),
        *("MP3 after noise", "ADTS after zeros", "ADTS after 8 x FF", "ADTS from inside a frame"),
        *("styp first", "wide first", "free first", "RF64"),
    ],
)
def test_playable_files_may_start_otherwise(data: bytes, codec: str) -> None:
    facts = read(data).facts

    assert facts.codec == codec
    assert facts.duration_seconds == pytest.approx(8.0, abs=0.2)
    assert judge_volume(facts, VolumeLimits()) is None


@pytest.mark.parametrize(
    "data",
    [
        bytes(70_000) + a_file("mp3"),
        b"PK\x03\x04" + bytes(26) + a_file("mp3"),
        b"%PDF-1.7\n" + a_file("mp3"),
        b"<html>" + a_file("mp3"),
        b"\n\n#EXTM3U\n" + a_file("mp3"),
        b"\xef\xbb\xbf#EXTM3U\n" + a_file("mp3"),
        bytes(1_000) + a_file("mp3")[:900],
        random.Random(4).randbytes(70_000),
    ],
)
def test_other_files_that_contain_frames_are_unknown(data: bytes) -> None:
    assert media_kind(data) is None


# DC offset


@pytest.mark.parametrize("offset", [0.2, -0.02])
def test_a_dc_offset_changes_neither_facts_nor_preview(offset: float) -> None:
    sound = np.concatenate((silence(2), music(1, 8.0) * np.float32(0.7)), axis=1)
    sound -= sound.mean(axis=1, keepdims=True)

    plain, shifted = read(wav(sound)), read(wav(sound + np.float32(offset)))

    assert shifted.facts.true_peak_dbtp == pytest.approx(plain.facts.true_peak_dbtp, abs=0.05)
    assert shifted.facts.leading_silence_seconds == plain.facts.leading_silence_seconds
    assert shifted.facts.silence_share == plain.facts.silence_share
    assert shifted.pcm == pytest.approx(plain.pcm, abs=1e-3)


def test_silence_with_a_dc_offset_is_silent() -> None:
    facts = read(wav(silence(8) + np.float32(0.1))).facts
    finding = judge_volume(facts, VolumeLimits())

    assert (facts.silence_share, facts.true_peak_dbtp) == (1.0, -100.0)
    assert finding is not None
    assert finding.reason is RejectionReason.AUDIO_SILENT


def test_a_dc_offset_does_not_hide_clipping() -> None:
    clipped = np.clip(music(1, 8.0) * 30 + np.float32(0.5), -1, 1)

    finding = judge_volume(read(wav(clipped)).facts, VolumeLimits())

    assert finding is not None
    assert finding.reason is RejectionReason.AUDIO_CLIPPED


# Several tracks


@pytest.mark.parametrize("default", [0, 1])
@pytest.mark.parametrize("container_format", ["mov", "matroska"])
def test_the_default_track_of_several_is_the_one_that_counts(
    container_format: str, default: int
) -> None:
    """Uses loud and silent tracks: with equal ones a wrong choice would pass."""
    tracks = [tones((-20, 6), rate=44_100), silence(6.0)]

    facts = read(with_tracks(container_format, tracks, default)).facts

    expected = -20.0 if default == 0 else -70.0
    assert facts.integrated_lufs == pytest.approx(expected, abs=0.5)


def with_tracks(container_format: str, tracks: list[Samples], default: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container_format) as container:
        streams: list[Any] = [container.add_stream("aac", rate=44_100) for _ in tracks]
        for number, stream in enumerate(streams):
            stream.codec_context.layout = "stereo"
            stream.disposition = Disposition.default if number == default else Disposition(0)
        for stream, samples in zip(streams, tracks, strict=True):
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
            frame.sample_rate = 44_100
            resampler = AudioResampler("fltp", "stereo", 44_100, 1024)
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                container.mux(stream.encode(piece))
            container.mux(stream.encode(None))
    return file.getvalue()


# Previews


@pytest.mark.parametrize("seed", range(6))
def test_no_preview_is_above_the_ceiling(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 1, (2, 6 * 44_100)).astype(np.float32)
    sound = music(seed, 6.0) * np.float32(0.9) + noise * np.float32(0.03 * seed)

    preview = a_preview(wav(sound), PreviewPolicy(target_lufs=-6.0))

    assert -2.0 <= preview.facts.true_peak_dbtp <= -1.0


@pytest.mark.parametrize(
    ("rate", "layout"), [(22_050, "mono"), (44_100, "mono"), (48_000, "stereo")]
)
def test_an_mp3_that_changes_midway_is_encoded_not_copied(rate: int, layout: str) -> None:
    other = encoded(music(2, 6.0), "mp3", rate=rate, layout=layout, bit_rate=64_000)
    policy = PreviewPolicy(normalise=False)

    preview = a_preview(encoded(tones((-20, 6), rate=44_100), "mp3") + other, policy)

    assert preview.facts.method == PreviewMethod.ENCODED
    assert preview.facts.duration_seconds == pytest.approx(12.0, abs=0.3)
    with av.open(io.BytesIO(preview.mp3), "r", format="mp3") as container:
        shapes = {(frame.sample_rate, frame.layout.name) for frame in container.decode(audio=0)}
    assert shapes == {(44_100, "stereo")}
