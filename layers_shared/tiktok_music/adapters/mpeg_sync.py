"""Finds the first MPEG audio frame behind junk, as players do."""

import re

# As far as mpg123 searches. A chain of frames is no coincidence: one header is, every few hundred
# bytes of random data.
_SEARCHED_BYTES = 64 * 1024
_CHAIN_FRAMES = 4
_SYNC = re.compile(rb"\xff[\xe0-\xff]")
# ISO 11172-3 and 13818-3, layer III: kbit/s and Hz by index; versions 2 and 2.5 have half a frame.
_KBITS_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HERTZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def frames_start(data: bytes) -> int | None:
    """The position of the first of four frames of one format in a row; None if there are none.

    Finds MP3 and ADTS, in the first 64 KiB.
    """
    for sync in _SYNC.finditer(data, 0, _SEARCHED_BYTES):
        if _is_chain(data, sync.start()):
            return sync.start()
    return None


def is_adts(header: bytes) -> bool:
    """True for an ADTS header (layer bits 00)."""
    return len(header) >= 4 and header[0] == 0xFF and header[1] & 0xF6 == 0xF0


def _is_chain(data: bytes, start: int) -> bool:
    first = data[start : start + 4]
    for _ in range(_CHAIN_FRAMES):
        header = data[start : start + 6]
        size = _frame_bytes(header)
        # The format is the second byte without its CRC bit, and the sample rate.
        is_same = header[1:2] and (header[1] ^ first[1]) & 0xFE == 0
        if size is None or not is_same or (header[2] ^ first[2]) & 0x0C:
            return False
        start += size
    return start <= len(data)


def _frame_bytes(header: bytes) -> int | None:
    if len(header) < 6 or header[0] != 0xFF:
        return None
    if is_adts(header):
        size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        return size if size > 7 and header[2] >> 2 & 0x0F <= 12 else None
    version, kbits, hertz = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    is_layer_3 = header[1] & 0xE6 == 0xE2
    if not is_layer_3 or version == 1 or kbits in (0, 15) or hertz == 3:
        return None
    rate = (_KBITS_1 if version == 3 else _KBITS_2)[kbits - 1] * 1_000
    samples = 144 if version == 3 else 72
    return samples * rate // _HERTZ[version][hertz] + (header[2] >> 1 & 1)
