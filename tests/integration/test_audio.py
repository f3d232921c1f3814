"""Previews read and written by the real decoder and encoder, on generated files."""

import gc
import io
import itertools
import random
import resource
import socket
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.signals import Samples, encoded, long_silence, music, silence, tones, wav
from tiktok_music.adapters import audio_decoder
from tiktok_music.adapters.audio import AudioCaps, DecodedAudio, read_audio
from tiktok_music.adapters.media_kind import MediaKind
from tiktok_music.adapters.preview_writer import Preview, write_preview
from tiktok_music.errors import AudioUnreadable
from tiktok_music.refresh.media.policy import PreviewPolicy
from tiktok_music.refresh.media.preview import PreviewFacts, PreviewMethod
from tiktok_music.refresh.media.sound.fingerprint import FingerprintIndex, bit_error_rate
from tiktok_music.refresh.media.sound.volume import VolumeLimits, judge_volume
from tiktok_music.refresh.rejection import RejectionReason

CAPS = AudioCaps()
SETTINGS = PreviewPolicy()
CLIPS = Path(__file__).parents[2].parent / "shared" / "music"


@cache
def a_file(extension: str = "mp3", seed: int = 1, seconds: float = 12.0) -> bytes:
    return encoded(music(seed, seconds), extension)


def read(data: bytes) -> DecodedAudio:
    return read_audio(data, CAPS)


def a_preview(data: bytes, settings: PreviewPolicy = SETTINGS) -> Preview:
    return write_preview(read(data), data, settings, "Title", "Artist")


def reason(data: bytes) -> RejectionReason | None:
    finding = judge_volume(read(data).facts, VolumeLimits())
    return finding.reason if finding else None


def tags_and_streams(mp3: bytes) -> tuple[dict[str, str], list[str]]:
    with av.open(io.BytesIO(mp3), format="mp3") as container:
        return dict(container.metadata), [stream.type for stream in container.streams]


# Reading


@pytest.mark.parametrize(
    ("extension", "codec", "rate"),
    [
        ("mp3", "mp3", 44_100),
        ("m4a", "aac", 44_100),
        ("aac", "aac", 44_100),
        ("ogg", "opus", 48_000),
        ("webm", "opus", 48_000),
        ("flac", "flac", 44_100),
    ],
)
def test_every_format_is_read(extension: str, codec: str, rate: int) -> None:
    audio = read(a_file(extension))

    facts = audio.facts
    assert (facts.codec, facts.channels, facts.sample_rate_hz) == (codec, 2, rate)
    assert facts.duration_seconds == pytest.approx(12.0, abs=0.06)
    assert facts.integrated_lufs == pytest.approx(
        read(wav(music(1, 12.0))).facts.integrated_lufs, abs=0.6
    )
    assert facts.damaged_packet_share == 0.0
    assert audio.is_copyable is (extension == "mp3")
    assert audio.pcm.dtype == np.float32
    assert audio.pcm.shape[0] == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"<!DOCTYPE html><html><body>404</body></html>",
        b'{"statusCode": 403}',
        b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10),
        b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + b"#EXTM3U\n" * 20_000,
        b"\xff\xfb\x90\x00",
        b"fLaC" + bytes(100),
        b"OggS\x00" + bytes(1000),
        b"\x1a\x45\xdf\xa3webm" + bytes(1000),
        b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A isom",
        wav(silence(0)),
        b"\xff\xd8\xff\xe0" + bytes(1000),
    ],
)
def test_what_is_not_audio_is_unreadable(data: bytes) -> None:
    with pytest.raises(AudioUnreadable):
        read(data)


def test_an_mp4_without_audio_is_unreadable() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))

    with pytest.raises(AudioUnreadable):
        read(file.getvalue())


@pytest.mark.parametrize("format_tag", [0x0011, 0x1234], ids=["unsupported", "unassigned"])
def test_other_codecs_are_unreadable(format_tag: int) -> None:
    data = bytearray(wav(music(1, 6.0)))
    data[20:22] = format_tag.to_bytes(2, "little")

    with pytest.raises(AudioUnreadable):
        read(bytes(data))


def test_one_sample_is_too_short() -> None:
    assert reason(wav(tones((0, 1 / 40_000), rate=44_100))) is RejectionReason.AUDIO_TOO_SHORT


@pytest.mark.parametrize(
    ("samples", "wanted"),
    [
        (tones((-20, 4.5), rate=44_100), RejectionReason.AUDIO_TOO_SHORT),
        (silence(20), RejectionReason.AUDIO_SILENT),
        (tones((-80, 20), rate=44_100), RejectionReason.AUDIO_SILENT),
        (np.concatenate((silence(12), music(1, 8.0)), axis=1), RejectionReason.AUDIO_MOSTLY_SILENT),
        (music(1) * np.float32(0.05), RejectionReason.AUDIO_TOO_QUIET),
        (np.clip(music(1) * 30, -1, 1), RejectionReason.AUDIO_CLIPPED),
        (music(1) * np.float32(4), RejectionReason.AUDIO_DAMAGED),
        (music(1), None),
    ],
    ids=["short", "silent", "noise floor", "dead air", "quiet", "clipped", "damaged", "good"],
)
@pytest.mark.parametrize("extension", ["wav", "mp3", "m4a"])
def test_the_verdict_does_not_depend_on_the_format(
    samples: Samples, wanted: RejectionReason | None, extension: str
) -> None:
    data = wav(samples) if extension == "wav" else encoded(samples, extension, bit_rate=192_000)

    assert reason(data) is wanted


# Hostile files


def test_playlists_are_refused_without_opening_their_entries(tmp_path: Path) -> None:
    victim = tmp_path / "victim.mp3"
    victim.write_bytes(a_file())
    server = socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    address = f"http://127.0.0.1:{server.getsockname()[1]}/a.mp3"
    playlists = [
        f"ffconcat version 1.0\nfile '{victim}'\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{address}\n#EXT-X-ENDLIST\n",
        f"#EXTM3U\n#EXTINF:10,\nfile://{victim}\n#EXT-X-ENDLIST\n",
        f"<?xml version='1.0'?><MPD><BaseURL>{address}</BaseURL></MPD>",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    ]
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)

    for playlist in playlists:
        for disguise in (b"", tag, b"\xff\xfb\x90\x00"):
            with pytest.raises(AudioUnreadable):
                read(disguise + playlist.encode())

    with server, pytest.raises(BlockingIOError):
        server.accept()


@pytest.mark.parametrize("demuxer", ["concat", "hls", "dash", "sdp"])
def test_even_a_playlist_demuxer_opens_nothing(
    demuxer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "victim.mp3").write_bytes(a_file())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(audio_decoder._DEMUXERS, MediaKind.MP3, demuxer)
    monkeypatch.setattr(audio_decoder, "media_kind", lambda _: MediaKind.MP3)

    for playlist in (
        b"ffconcat version 1.0\nfile victim.mp3\n",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nvictim.mp3\n#EXT-X-ENDLIST\n",
    ):
        with pytest.raises(AudioUnreadable):
            read(playlist)


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(AudioUnreadable, match="bytes, more than"):
        read_audio(bytes(1001), AudioCaps(max_bytes=1000))


@pytest.mark.parametrize(
    ("samples", "rate"),
    [(np.zeros((9, 48_000), np.float32), 48_000), (np.zeros((2, 48_000), np.float32), 192_001)],
    ids=["channels", "sample rate"],
)
def test_extreme_stream_parameters_are_refused(samples: Samples, rate: int) -> None:
    with pytest.raises(AudioUnreadable, match=r"not \d+ to"):
        read(wav(samples, rate))


@pytest.mark.parametrize("extension", ["flac", "m4a"])
def test_ten_of_two_hours_are_decoded(extension: str) -> None:
    data = long_silence(extension, 7200)
    audio = read(data)

    assert 600.0 < audio.facts.duration_seconds <= 601.0
    assert judge_volume(audio.facts, VolumeLimits()) is not None
    assert audio.pcm.size == 0


@pytest.mark.parametrize("extension", ["mp3", "m4a", "ogg", "flac", "webm", "aac"])
def test_truncated_files_are_shorter_or_unreadable(extension: str) -> None:
    data = a_file(extension)

    for sixteenth in range(16):
        try:
            facts = read(data[: len(data) * sixteenth // 16]).facts
        except AudioUnreadable:
            continue
        assert facts.duration_seconds <= 12.1 * (sixteenth + 1) / 16


@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    extension=st.sampled_from(["mp3", "m4a", "aac", "ogg", "webm", "flac"]),
    seed=st.integers(0, 10**6),
    flips=st.sampled_from([1, 10, 100, 1000]),
)
def test_flipped_bits_give_facts_or_audio_unreadable(extension: str, seed: int, flips: int) -> None:
    rng = random.Random(seed)
    data = bytearray(a_file(extension, seconds=6.0))
    for _ in range(flips):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)

    try:
        audio = read(bytes(data))
        if audio.pcm.size:
            write_preview(audio, bytes(data), PreviewPolicy(normalise=False), "", "")
    except AudioUnreadable:
        pass
    else:
        assert 0.0 <= audio.facts.damaged_packet_share <= 1.0


def test_a_hole_in_the_packets_is_damage() -> None:
    data = bytearray(a_file("m4a"))
    rng = random.Random(3)
    for _ in range(3000):
        data[rng.randrange(2000, len(data) * 3 // 4)] = rng.randrange(256)

    assert reason(bytes(data)) is RejectionReason.AUDIO_DAMAGED


def test_a_single_bad_packet_is_tolerated() -> None:
    data = a_file("mp3")

    audio = read(data + bytes(3000))

    assert judge_volume(audio.facts, VolumeLimits()) is None
    assert audio.facts.duration_seconds == pytest.approx(12.0, abs=0.1)


def test_joined_files_of_different_formats_are_read_to_the_end() -> None:
    other = encoded(music(2, 6.0), "mp3", rate=22_050, layout="mono", bit_rate=48_000)

    facts = read(a_file("mp3", seconds=6.0) + other).facts

    assert facts.duration_seconds == pytest.approx(12.0, abs=0.2)
    assert facts.damaged_packet_share <= 0.02


def test_a_file_with_too_many_format_changes_is_refused() -> None:
    pieces = [
        encoded(tones((-20, 0.3), rate=44_100), "mp3", rate=rate, bit_rate=64_000)
        for rate in (44_100, 32_000)
    ]

    with pytest.raises(AudioUnreadable, match="format changes"):
        read(b"".join(pieces * 30))


def test_memory_does_not_grow_from_file_to_file() -> None:
    """The collector is run after each file, as the decoder process does: a container that PyAV
    opened is a reference cycle, and the collector cannot weigh what FFmpeg holds."""
    files = [a_file("mp3", seconds=2.0), a_file("m4a", seconds=2.0), b"\xff\xfb\x90\x00" * 500]
    gc.freeze()  # what other tests left is not looked through each time
    for data in files * 5:
        outcome(data)
        gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for data in files * 50:
        outcome(data)
        gc.collect()

    gc.unfreeze()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


def outcome(data: bytes) -> str:
    try:
        read(data)
    except AudioUnreadable:
        return "unreadable"
    return "read"


# Previews


@pytest.mark.parametrize("gain", [0.1, 0.5, 1.4])
@pytest.mark.parametrize("extension", ["mp3", "m4a", "ogg"])
def test_a_preview_is_at_the_target_or_at_the_ceiling(extension: str, gain: float) -> None:
    data = encoded(music(1, 12.0) * np.float32(gain), extension)

    preview = a_preview(data)

    facts = preview.facts
    assert facts.true_peak_dbtp <= -1.0
    is_rewritten = facts.method is PreviewMethod.REWRITTEN
    is_at_target = abs(facts.integrated_lufs + 14.0) <= (0.75 if is_rewritten else 0.3)
    is_at_ceiling = facts.true_peak_dbtp >= (-1.75 if is_rewritten else -1.6)
    is_at_full_gain = preview.gain_db == pytest.approx(12.0, abs=0.76)
    assert is_at_target or is_at_ceiling or is_at_full_gain


def test_the_facts_of_a_preview_are_measured_from_its_file() -> None:
    preview = a_preview(a_file("m4a"))

    measured = read(preview.mp3).facts
    assert preview.facts == PreviewFacts(
        integrated_lufs=measured.integrated_lufs,
        true_peak_dbtp=measured.true_peak_dbtp,
        duration_seconds=measured.duration_seconds,
        method=PreviewMethod.ENCODED,
    )
    assert (measured.codec, measured.channels, measured.sample_rate_hz) == ("mp3", 2, 44_100)
    assert len(preview.mp3) == pytest.approx(128_000 / 8 * preview.facts.duration_seconds, rel=0.02)


def test_the_loudness_loss_of_the_encoder_is_compensated() -> None:
    quiet = encoded(tones((-20, 8), rate=44_100), "flac")

    preview = a_preview(quiet, PreviewPolicy(normalise=False))

    assert preview.gain_db == 0.0
    assert preview.facts.integrated_lufs == pytest.approx(-20.0, abs=0.1)


def test_a_peak_raised_by_the_encoder_is_lowered() -> None:
    """The encoder raises the peak of noise at the ceiling."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 44_100 * 8)).astype(np.float32)

    preview = a_preview(wav(noise), PreviewPolicy(target_lufs=-5.0))

    assert preview.facts.true_peak_dbtp <= -1.0


def test_encoding_a_preview_is_deterministic() -> None:
    data = a_file("m4a")

    assert a_preview(data).mp3 == a_preview(data).mp3


def test_a_preview_has_only_title_and_artist_as_metadata() -> None:
    old = {"title": "Old", "album": "Old album", "comment": "www.example.com", "date": "1999"}
    data = encoded(music(1, 6.0), "mp3", metadata=old)

    for normalise in (True, False):
        preview = a_preview(data, PreviewPolicy(normalise=normalise))
        tags, streams = tags_and_streams(preview.mp3)
        assert (tags, streams) == ({"title": "Title", "artist": "Artist"}, ["audio"])
        assert b"TSSE" not in preview.mp3


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Ночь 夜 🌙", "Ночь 夜 🌙"),
        ("a\x00b\nc\u202ed", "abcd"),
        ("\ud800lone", "lone"),
        ("x" * 10_000, "x" * 250),
        ("   ", None),
        ("", None),
    ],
)
def test_titles_of_any_kind_are_written(title: str, written: str | None) -> None:
    data = a_file(seconds=6.0)

    preview = write_preview(read(data), data, PreviewPolicy(normalise=False), title, "")

    assert tags_and_streams(preview.mp3)[0].get("title") == written


def test_without_normalisation_an_mp3_is_copied() -> None:
    data = a_file("mp3")

    preview = a_preview(data, PreviewPolicy(normalise=False))

    assert (preview.facts.method, preview.gain_db) == (PreviewMethod.COPIED, 0.0)
    assert np.array_equal(read(preview.mp3).pcm, read(data).pcm)


def test_a_copied_mp3_loses_its_pictures() -> None:
    data = with_picture(a_file("mp3", seconds=6.0))

    preview = a_preview(data, PreviewPolicy(normalise=False))

    assert tags_and_streams(data)[1] == ["audio", "video"]
    assert tags_and_streams(preview.mp3)[1] == ["audio"]
    assert preview.facts.method is PreviewMethod.COPIED


def with_picture(mp3: bytes) -> bytes:
    """`mp3` behind an ID3v2.3 tag with a one-pixel PNG as its front cover."""
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082"
    )
    body = b"\x00image/png\x00\x03\x00" + png
    frame = b"APIC" + len(body).to_bytes(4, "big") + b"\x00\x00" + body
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + frame + mp3[mp3.index(b"\xff\xfb") :]


@pytest.mark.parametrize("normalise", [True, False])
def test_a_preview_is_cut_to_its_length(normalise: bool) -> None:
    preview = a_preview(a_file("mp3"), PreviewPolicy(normalise=normalise, preview_seconds=7.0))

    assert preview.facts.duration_seconds == pytest.approx(7.0, abs=0.06)


def test_the_gain_of_a_cut_preview_is_measured_on_the_cut() -> None:
    quiet_then_loud = tones((-30, 10), (-10, 20), rate=44_100)

    preview = a_preview(wav(quiet_then_loud), PreviewPolicy(preview_seconds=8.0))

    assert preview.facts.integrated_lufs == pytest.approx(-18.0, abs=0.2)
    assert preview.gain_db == 12.0


def test_silence_at_both_ends_is_removed() -> None:
    sound = music(1, 8.0)
    data = encoded(np.concatenate((silence(3.4), sound, silence(2.0)), axis=1), "m4a")

    preview = a_preview(data)

    assert preview.facts.duration_seconds == pytest.approx(8.5, abs=0.2)
    assert preview.facts.offset_ms == pytest.approx(3_350, abs=40)
    measured = read(preview.mp3).facts
    assert measured.leading_silence_seconds <= 0.06
    assert measured.trailing_silence_seconds <= 0.6


def test_a_preview_of_a_long_file_is_the_start_of_its_sound() -> None:
    sound = np.concatenate((silence(2.0), tones((-20, 30), rate=44_100)), axis=1)

    audio = read_audio(wav(sound), AudioCaps(keep_seconds=10.0))

    assert audio.facts.duration_seconds == pytest.approx(32.0)
    assert audio.pcm.shape[1] == 441_000
    assert audio.starts_at_seconds == pytest.approx(2.0, abs=0.06)


def test_silence_has_no_preview() -> None:
    data = wav(silence(10))

    with pytest.raises(AudioUnreadable, match="the audio is silent"):
        a_preview(data)


# Fingerprints of files


def test_a_recording_is_found_in_every_format_gain_and_cut() -> None:
    index = FingerprintIndex()
    for seed in range(8):
        fingerprint = read(a_file(seed=seed)).fingerprint
        assert fingerprint is not None
        index.add(f"piece {seed}", fingerprint)
    sound = music(3, 12.0)
    variants = {
        "mp3 64k": encoded(sound, "mp3", bit_rate=64_000),
        "m4a": encoded(sound, "m4a"),
        "m4a 48k": encoded(sound, "m4a", bit_rate=48_000),
        "opus": encoded(sound, "ogg", bit_rate=48_000),
        "mono 22 kHz": encoded(sound, "mp3", rate=22_050, layout="mono", bit_rate=48_000),
        "quiet": encoded(sound * np.float32(0.2), "m4a"),
        "cut": encoded(sound[:, 44_100:], "ogg"),
        "after silence": encoded(np.concatenate((silence(1.7), sound), axis=1), "m4a"),
    }

    found = {
        name: [match.key for match in index.same_recording(fingerprint)]
        for name, data in variants.items()
        if (fingerprint := read(data).fingerprint) is not None
    }

    assert found == {name: ["piece 3"] for name in variants}


def test_the_preview_has_the_fingerprint_of_its_source() -> None:
    audio = read(a_file("m4a"))
    preview = read(write_preview(audio, b"", SETTINGS, "", "").mp3)

    assert audio.fingerprint is not None
    assert preview.fingerprint is not None
    rate = bit_error_rate(audio.fingerprint, preview.fingerprint)
    assert rate is not None
    assert rate < 0.15


@pytest.mark.skipif(not CLIPS.is_dir(), reason=f"no recorded clips in {CLIPS}")
def test_no_two_recorded_clips_match() -> None:
    fingerprints = [read(path.read_bytes()).fingerprint for path in sorted(CLIPS.glob("*.mp3"))]

    rates = [
        rate
        for a, b in itertools.combinations(fingerprints, 2)
        if a and b and (rate := bit_error_rate(a, b)) is not None
    ]

    assert len(rates) > 100
    assert min(rates) > 0.40
