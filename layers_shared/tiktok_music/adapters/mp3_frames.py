"""Parses an MP3 file into frames and their side information, after ISO 11172-3.

Only plain files: MPEG-1 layer III, 44.1 kHz, two channels, frame after frame without gaps.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

FRAME_SAMPLES = 1152
SIDE_BYTES = 32
# The synthesis filterbank delays its output by 528 samples and 1; players skip them together with
# the encoder's delay, if an Info header names it.
DECODER_DELAY = 529
KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
# Bit positions in the side information: two granules of two channels, 59 bits each; in each,
# part2_3_length has 12 bits and global_gain, 21 bits later, 8.
GRANULE_BITS = 20 + 59 * np.arange(4)
_GAIN_AFTER = 21
# Sync, MPEG-1, layer III | sample rate 44.1 kHz | two channels, no emphasis.
_HEADER_MASK, _HEADER = 0xFFFE0C03, 0xFFFA0000
_MONO = 3
_LEAST_FRAMES = 4


class NotPlain(Exception):
    """Raised for an MP3 whose frames cannot be edited; it can still be decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mp3Frames:
    """The audio frames of a file: `starts`, `sizes` (bytes) and `kbits` (kbit/s) of each.

    `origin` is the decoded sample at which playback starts, and `samples` the number of samples
    from there to the end: encoder delay and padding of an Info header are left out.
    """

    data: bytes
    starts: Integers
    sizes: Integers
    kbits: Integers
    has_crc: bool
    origin: int
    samples: int

    @property
    def side_offset(self) -> int:
        """The position of the side information in a frame."""
        return 6 if self.has_crc else 4

    @property
    def capacity(self) -> Integers:
        """Bytes of main data in each frame."""
        return self.sizes - self.side_offset - SIDE_BYTES

    def side_information(self) -> Bytes:
        """A copy of the side information, one row per frame."""
        rows = (self.starts + self.side_offset)[:, None] + np.arange(SIDE_BYTES)
        side: Bytes = np.frombuffer(self.data, np.uint8)[rows]
        return side


def mp3_frames(data: bytes) -> Mp3Frames:
    """Parses a file; raises NotPlain for any other MP3, and for gaps, junk and cut frames.

    Tags before and after the frames and zeros after them are skipped.
    """
    at = _after_id3(data)
    end = _before_tags(data)
    starts: list[int] = []
    sizes: list[int] = []
    while at < end:
        size = _frame_bytes(_header(data, at))
        if size is None:
            break
        starts.append(at)
        sizes.append(size)
        at += size
    if len(starts) < _LEAST_FRAMES or at > end or data[at:end].strip(b"\0"):
        raise NotPlain("the frames are not contiguous")
    return _without_info(data, np.array(starts), np.array(sizes))


def main_data_begin(side: Bytes) -> Integers:
    """The distance in bytes, 0 to 511, from the start of each frame's main data to the frame."""
    return side[:, 0].astype(np.int64) << 1 | side[:, 1] >> 7


def main_data_bytes(side: Bytes) -> Integers:
    """The bytes of main data that each frame uses."""
    bits = part_lengths(side).sum(axis=1)
    used: Integers = (bits + 7) // 8
    return used


def part_lengths(side: Bytes) -> Integers:
    """part2_3_length of the four granules of each frame, in bits; 0 for digital silence."""
    return _field(side, GRANULE_BITS, 12)


def global_gains(side: Bytes) -> Integers:
    """global_gain of the four granules of each frame: 0 to 255, in steps of a quarter octave."""
    return _field(side, GRANULE_BITS + _GAIN_AFTER, 8)


def with_global_gains(side: Bytes, gains: Integers) -> Bytes:
    """A copy of the side information with other gains."""
    changed = side.copy()
    byte, bit = np.divmod(GRANULE_BITS + _GAIN_AFTER, 8)
    # The fields are 59 bits apart, so that no two share a byte.
    wide = (changed[:, byte].astype(np.int64) << 8) | changed[:, byte + 1]
    wide = (wide & ~(0xFF << (8 - bit))) | gains << (8 - bit)
    changed[:, byte], changed[:, byte + 1] = wide >> 8, wide & 0xFF
    return changed


def has_whole_main_data(side: Bytes, capacity: Integers) -> bool:
    """True if each frame's main data lies within its own bytes and those left by earlier frames."""
    begin, used = main_data_begin(side), main_data_bytes(side)
    left = begin + capacity - used
    return bool(begin[0] == 0 and (left >= 0).all() and (begin[1:] <= left[:-1]).all())


def _field(side: Bytes, positions: Integers, bits: int) -> Integers:
    byte, bit = np.divmod(positions, 8)
    wide = np.zeros((len(side), len(positions)), np.int64)
    for offset in range(3):
        wide = wide << 8 | side[:, byte + offset]
    value: Integers = wide >> (24 - bits - bit) & ((1 << bits) - 1)
    return value


def _header(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def _frame_bytes(word: int) -> int | None:
    """The size of a frame from its header; None for another format or a free bit rate."""
    kbits = word >> 12 & 15
    if word & _HEADER_MASK != _HEADER or kbits in (0, 15) or word >> 6 & 3 == _MONO:
        return None
    return 144_000 * KBITS[kbits] // 44_100 + (word >> 9 & 1)


def _after_id3(data: bytes) -> int:
    at = 0
    while data[at : at + 3] == b"ID3":
        size = 0
        for byte in data[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        has_footer = data[at + 5 : at + 6] and data[at + 5] & 0x10
        at += size + (20 if has_footer else 10)
    return at


def _before_tags(data: bytes) -> int:
    """The end of the frames, before ID3v1 and APEv2 tags."""
    end = len(data)
    if data[end - 128 : end - 125] == b"TAG":
        end -= 128
    footer = data[end - 32 : end]
    if footer.startswith(b"APETAGEX"):
        has_header = int.from_bytes(footer[20:24], "little") >> 31
        end -= int.from_bytes(footer[12:16], "little") + (32 if has_header else 0)
    return max(end, 0)


def _without_info(data: bytes, starts: Integers, sizes: Integers) -> Mp3Frames:
    """Leaves out the Info frame, which decodes to silence, and reads delay and padding from it.

    The tag is where a frame without CRC has its main data, also in an Info frame with one.
    """
    tag = int(starts[0]) + 4 + SIDE_BYTES
    origin, padding = 0, 0
    if data[tag : tag + 4] == b"VBRI":
        raise NotPlain("a VBRI header")
    if data[tag : tag + 4] in (b"Xing", b"Info"):
        origin, padding = _delays(data, tag)
        starts, sizes = starts[1:], sizes[1:]
    words = np.array([_header(data, start) for start in starts.tolist()])
    has_crc = words & 0x10000 == 0
    if has_crc.any() != has_crc.all():
        raise NotPlain("some frames have a CRC")
    return Mp3Frames(
        data=data,
        starts=starts,
        sizes=sizes,
        kbits=np.array(KBITS)[words >> 12 & 15],
        has_crc=bool(has_crc.all()),
        origin=origin,
        samples=len(starts) * FRAME_SAMPLES - origin - padding,
    )


def _delays(data: bytes, tag: int) -> tuple[int, int]:
    """Samples that players skip at the start and at the end.

    FFmpeg, with which the audio was measured, knows them from these three encoders only.
    """
    flags = _header(data, tag + 4)
    lame = tag + 8 + sum(size for bit, size in enumerate((4, 4, 100, 4)) if flags >> bit & 1)
    if data[lame : lame + 4] not in (b"LAME", b"Lavf", b"Lavc"):
        return 0, 0
    both = int.from_bytes(data[lame + 21 : lame + 24], "big")
    return (both >> 12) + DECODER_DELAY, max((both & 0xFFF) - DECODER_DELAY, 0)
