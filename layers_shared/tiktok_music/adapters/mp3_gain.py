"""Changes the level of an MP3 without decoding it: global_gain of each granule, and a cut.

The samples of the result are those of the file times the gain: nothing is encoded again. Dead air
is cut to the sample, as the Info header names what players skip.
"""

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiktok_music.adapters.mp3_file import Mp3Tags
from tiktok_music.adapters.mp3_frames import (
    DECODER_DELAY,
    FRAME_SAMPLES,
    KBITS,
    SIDE_BYTES,
    Bytes,
    Integers,
    Mp3Frames,
    NotPlain,
    global_gains,
    has_whole_main_data,
    main_data_begin,
    mp3_frames,
    part_lengths,
    with_global_gains,
)

_Crcs = npt.NDArray[np.uint16]

# A step of global_gain is a quarter of an octave of amplitude.
STEP_DB = float(20 * np.log10(2) / 4)
# The rates of previews: less is audibly lossy, more is twice the size of an encoded one.
MIN_KBITS, MAX_KBITS = 96, 192
# 210 is the gain of one unit; 40 is 256 dB below it, and stays.
_INAUDIBLE_GAIN = 40
_MAX_GAIN = 255
_MAX_MAIN_DATA_BEGIN = 511
# Delay and padding have 12 bits each.
_MAX_DELAY = 4095


@dataclass(frozen=True, slots=True)
class RewrittenMp3:
    """An MP3 file, and the samples that a player plays of it."""

    mp3: bytes
    samples: int


def rewrite_mp3(
    data: bytes, steps: int, start_sample: int, samples: int, tags: Mp3Tags
) -> RewrittenMp3:
    """The `samples` from `start_sample` on (positions of playback), `steps` * 1.505 dB louder.

    Raises NotPlain for files of another format or rate, damaged ones, and gains out of range.
    """
    frames = mp3_frames(data)
    if not (MIN_KBITS <= frames.kbits.mean() <= MAX_KBITS):
        raise NotPlain(f"{frames.kbits.mean():.0f} kbit/s")
    side = frames.side_information()
    if not has_whole_main_data(side, frames.capacity):
        raise NotPlain("main data is missing")
    cut = _Cut.of(frames, side, start_sample, samples)
    rows = slice(cut.lead, cut.end)
    louder = with_global_gains(side, _raised(side, steps))[rows]
    louder[: cut.first - cut.lead] = _silent(frames.capacity[cut.lead : cut.first])
    audio = _with_side(frames, rows, louder)
    info = _info_frame(audio, frames, rows, cut)
    return RewrittenMp3(_checked(_id3(tags) + info + audio, cut), cut.samples)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The frames `lead` to `end`; those before `first` only carry main data of later ones.

    A player skips `delay` samples, besides the decoder's, and `padding` samples at the end.
    """

    lead: int
    first: int
    end: int
    delay: int
    padding: int

    @property
    def samples(self) -> int:
        last = max(self.padding - DECODER_DELAY, 0)
        return (self.end - self.lead) * FRAME_SAMPLES - self.delay - DECODER_DELAY - last

    @classmethod
    def of(cls, frames: Mp3Frames, side: Bytes, start_sample: int, samples: int) -> "_Cut":
        """A frame is exact if the one before it, which overlaps, is decoded too."""
        start = max(frames.origin + start_sample, DECODER_DELAY)
        end_sample = frames.origin + min(start_sample + samples, frames.samples)
        first = max(start // FRAME_SAMPLES - 1, 0)
        # Players skip at most 4095 + 529 samples; the padding is named as if the decoder's delay
        # were part of it.
        end = -(-end_sample // FRAME_SAMPLES)
        lead, before = first, 0
        while before < main_data_begin(side)[first]:
            lead -= 1
            before += int(frames.capacity[lead])
        delay = start - lead * FRAME_SAMPLES - DECODER_DELAY
        padding = end * FRAME_SAMPLES - end_sample + DECODER_DELAY
        if delay > _MAX_DELAY or padding > _MAX_DELAY or end - first < 2:
            raise NotPlain("the cut is not exact")
        return cls(lead, first, end, delay, padding)


def _raised(side: Bytes, steps: int) -> Integers:
    gains = global_gains(side)
    fixed = (part_lengths(side) == 0) | (gains < _INAUDIBLE_GAIN)
    raised = np.where(fixed, gains, gains + steps)
    if raised.min(initial=0) < 0 or raised.max(initial=0) > _MAX_GAIN:
        raise NotPlain("the gain is out of range")
    return raised


def _silent(capacity: Integers) -> Bytes:
    """Side information of silent frames, whose main data stays for the frames after them."""
    side = np.zeros((len(capacity), SIDE_BYTES), np.uint8)
    before = np.concatenate(([0], np.cumsum(capacity)))[:-1].astype(np.int64)
    begin = np.minimum(before, _MAX_MAIN_DATA_BEGIN)
    side[:, 0], side[:, 1] = begin >> 1, (begin & 1) << 7
    return side


def _with_side(frames: Mp3Frames, rows: slice, side: Bytes) -> bytes:
    starts, sizes = frames.starts[rows], frames.sizes[rows]
    audio = np.frombuffer(frames.data, np.uint8)[starts[0] : starts[-1] + sizes[-1]].copy()
    starts = starts - starts[0]
    audio[(starts + frames.side_offset)[:, None] + np.arange(SIDE_BYTES)] = side
    if frames.has_crc:
        crc = _crcs(audio[starts[:, None] + np.array((2, 3))], side)
        audio[starts + 4], audio[starts + 5] = crc >> 8, crc & 0xFF
    return audio.tobytes()


def _crcs(headers: Bytes, side: Bytes) -> _Crcs:
    """CRC-16 (polynomial 0x8005) of the second half of each header and its side information."""
    crc = np.full(len(side), 0xFFFF, np.uint16)
    for column in np.concatenate((headers, side), axis=1).T:
        crc = (crc << 8) ^ _CRC_TABLE[(crc >> 8) ^ column]
    return crc


def _info_frame(audio: bytes, frames: Mp3Frames, rows: slice, cut: _Cut) -> bytes:
    """A silent frame with the number of frames, a table for seeking, delay and padding."""
    sizes, kbits = frames.sizes[rows], frames.kbits[rows]
    is_constant = bool((kbits == kbits[0]).all())
    kbit_index = KBITS.index(int(kbits[0])) if is_constant else KBITS.index(128)
    # Without CRC and padding.
    word = int.from_bytes(audio[:4], "big") & ~(0xF << 12 | 1 << 9) | kbit_index << 12 | 1 << 16
    body = bytearray(144_000 * KBITS[kbit_index] // 44_100)
    total = len(audio) + len(body)
    ends = np.concatenate(([0], np.cumsum(sizes)))
    places = ends[np.arange(100) * len(sizes) // 100] * 256 // ends[-1]
    name = b"Info" if is_constant else b"Xing"
    body[:4] = word.to_bytes(4, "big")
    tag = 4 + SIDE_BYTES
    body[tag : tag + 116] = (
        name + struct.pack(">III", 7, len(sizes), total) + places.astype(np.uint8).tobytes()
    )
    # The name of FFmpeg's muxer: players read the delay only after a name that they know.
    body[tag + 116 : tag + 120] = b"Lavf"
    body[tag + 137 : tag + 140] = (cut.delay << 12 | cut.padding).to_bytes(3, "big")
    body[tag + 144 : tag + 148] = total.to_bytes(4, "big")
    return bytes(body)


def _checked(mp3: bytes, cut: _Cut) -> bytes:
    """Parses the result again: the same frames, whole main data, the promised samples."""
    frames = mp3_frames(mp3)
    if len(frames.starts) != cut.end - cut.lead or frames.samples != cut.samples:
        raise NotPlain("the result has other frames")
    if not has_whole_main_data(frames.side_information(), frames.capacity):
        raise NotPlain("the result lacks main data")
    return mp3


def _id3(tags: Mp3Tags) -> bytes:
    """An ID3v2.3 tag in UTF-16; empty without texts."""
    texts = tags.as_metadata()
    body = b""
    for name, text in (("TIT2", texts.get("title")), ("TPE1", texts.get("artist"))):
        if text:
            encoded = b"\x01\xff\xfe" + text.encode("utf-16-le")
            body += name.encode() + struct.pack(">IH", len(encoded), 0) + encoded
    if not body:
        return b""
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + body


def _crc_of(byte: int) -> int:
    crc = byte << 8
    for _ in range(8):
        crc = crc << 1 ^ (0x8005 if crc & 0x8000 else 0)
    return crc & 0xFFFF


_CRC_TABLE = np.array([_crc_of(byte) for byte in range(256)], np.uint16)
