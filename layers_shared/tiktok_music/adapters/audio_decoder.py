"""Demuxing and decoding with PyAV: untrusted bytes in, one-second PCM blocks out."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition

from tiktok_music.adapters.media_kind import MediaKind, media_kind
from tiktok_music.adapters.mpeg_sync import frames_start
from tiktok_music.adapters.pcm import SAMPLE_RATE_HZ, Pcm, PcmConverter, one_second_each
from tiktok_music.errors import AudioUnreadable

_DEMUXERS = {
    MediaKind.MP3: "mp3",
    MediaKind.MP4: "mov",
    MediaKind.AAC: "aac",
    MediaKind.OGG: "ogg",
    MediaKind.WEBM: "matroska",
    MediaKind.WAV: "wav",
    MediaKind.FLAC: "flac",
}
_CODECS = frozenset(
    (
        *("mp3", "aac", "alac", "vorbis", "opus", "flac"),
        *("pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"),
        *("pcm_s32le", "pcm_f32le", "pcm_f64le"),
    )
)
_MAX_DEMUX_FAILURES = 16
# Each change costs a new resampler: a file of nothing but changes would cost minutes.
_MAX_FORMATS = 32


@dataclass(frozen=True, slots=True)
class AudioCaps:
    """Limits of one file: bytes, decoded seconds, channels and sample rate.

    Decoding stops at `max_seconds`; at most `keep_seconds` of PCM stay in memory (350 kB a second).
    """

    max_bytes: int = 20_000_000
    max_seconds: float = 600.0
    keep_seconds: float = 120.0
    max_channels: int = 8
    # Music has at least telephone quality; resampling 1 Hz to 44,100 Hz would make gigabytes.
    min_sample_rate_hz: int = 4_000
    max_sample_rate_hz: int = 192_000


@contextmanager
def audio_errors() -> Iterator[None]:
    """Turns the errors of FFmpeg and PyAV on bad bytes into AudioUnreadable.

    Random damage raises nearly every class of `av.error`, PermissionError included; a file
    without an audio stream is an IndexError, a frame of an impossible shape a ValueError.
    """
    try:
        yield
    except (av.error.FFmpegError, LookupError, ValueError, ArithmeticError) as exc:
        raise AudioUnreadable(f"not decodable audio: {type(exc).__name__}") from exc


@dataclass(slots=True, kw_only=True)
class AudioDecoder:
    """The audio stream of a file that a player plays; `blocks` may be read once.

    The counts of packets and of changes of the format are complete after the last block.
    """

    container: InputContainer
    stream: AudioStream
    caps: AudioCaps
    codec: str
    channels: int
    sample_rate_hz: int
    packets: int = 0
    damaged_packets: int = 0
    formats: int = 0
    _converter: PcmConverter | None = None

    def blocks(self) -> Iterator[Pcm]:
        """44.1 kHz stereo in blocks of exactly one second, the last one shorter.

        Stops after the first block that goes beyond `max_seconds`.
        """
        limit = self.caps.max_seconds * SAMPLE_RATE_HZ
        done = 0
        for block in one_second_each(self._converted()):
            yield block
            done += block.shape[1]
            if done > limit:
                return

    def _converted(self) -> Iterator[Pcm]:
        for frame in self._frames():
            if self._converter is None or not self._converter.takes(frame):
                yield from self._flushed()
                self._converter = self._new_converter(frame)
            yield from self._converter.push(frame)
        yield from self._flushed()

    def _flushed(self) -> Iterator[Pcm]:
        if self._converter is not None:
            yield from self._converter.flush()

    def _new_converter(self, frame: AudioFrame) -> PcmConverter:
        _check_caps(frame.layout.nb_channels, frame.sample_rate, self.caps)
        self.formats += 1
        if self.formats > _MAX_FORMATS:
            raise AudioUnreadable(f"the format changes more than {_MAX_FORMATS} times")
        return PcmConverter(frame)

    def _frames(self) -> Iterator[AudioFrame]:
        for packet in self._packets():
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                self.damaged_packets += 1
                continue
            for frame in frames:
                if isinstance(frame, AudioFrame) and frame.samples:
                    yield frame

    def _packets(self) -> "Iterator[Packet[Any]]":
        for _ in range(_MAX_DEMUX_FAILURES):
            try:
                for packet in self.container.demux(self.stream):
                    self.packets += packet.size > 0
                    yield packet
            except av.error.FFmpegError:
                self.packets += 1
                self.damaged_packets += 1
            else:
                return


@contextmanager
def open_audio(data: bytes, caps: AudioCaps) -> Iterator[AudioDecoder]:
    """A decoder over `data`; raises AudioUnreadable for what is not audio or breaks a cap.

    The magic bytes decide the demuxer, which may open nothing else; the codec is checked before a
    packet is decoded, as the demuxers read files of far more codecs than upstream uses.
    """
    if len(data) > caps.max_bytes:
        raise AudioUnreadable(f"{len(data)} bytes, more than {caps.max_bytes}")
    with audio_errors(), open_audio_container(data) as container:
        stream = _played_stream(container)
        # None for a codec that FFmpeg does not know, against PyAV's types.
        context: AudioCodecContext | None = stream.codec_context
        if context is None:
            raise AudioUnreadable("unsupported codec")
        if context.codec.canonical_name not in _CODECS:
            raise AudioUnreadable(f"unsupported codec {context.codec.canonical_name}")
        context.thread_count = 1
        _check_caps(context.channels, context.sample_rate, caps)
        yield AudioDecoder(
            container=container,
            stream=stream,
            caps=caps,
            codec=context.codec.canonical_name,
            channels=context.channels,
            sample_rate_hz=context.sample_rate,
        )


def open_audio_container(data: bytes) -> InputContainer:
    """Opens `data` with the demuxer of its magic bytes; raises AudioUnreadable, FFmpeg's errors."""
    kind = media_kind(data)
    if kind is None or not kind.is_audio:
        raise AudioUnreadable("the bytes do not start like an audio file")
    demuxer = _DEMUXERS[kind]
    options = {
        "format_whitelist": demuxer,
        "protocol_whitelist": "",
    }
    # Demuxers skip little junk before the first frame, and count it as damage.
    start = frames_start(data) if kind in (MediaKind.MP3, MediaKind.AAC) else None
    return av.open(io.BytesIO(data[start or 0 :]), "r", format=demuxer, options=options)


def _played_stream(container: InputContainer) -> AudioStream:
    """The default audio stream, the first one without a default; IndexError if there is none."""
    streams = container.streams.audio
    defaults = (each for each in streams if each.disposition & Disposition.default)
    return next(defaults, None) or streams[0]


def _check_caps(channels: int, sample_rate_hz: int, caps: AudioCaps) -> None:
    if not 1 <= channels <= caps.max_channels:
        raise AudioUnreadable(f"{channels} channels, not 1 to {caps.max_channels}")
    if not caps.min_sample_rate_hz <= sample_rate_hz <= caps.max_sample_rate_hz:
        limits = f"{caps.min_sample_rate_hz} to {caps.max_sample_rate_hz}"
        raise AudioUnreadable(f"{sample_rate_hz} Hz, not {limits} Hz")
