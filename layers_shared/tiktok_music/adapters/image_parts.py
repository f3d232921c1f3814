"""Removes the parts of a picture that no pixel depends on, before a strict decoder reads them."""

import struct
import zlib
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
# Change how pixels look; a damaged one is dropped, as browsers do.
_USEFUL = frozenset({b"tRNS", b"iCCP", b"eXIf"})
_END = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
_MOST_PROFILE_BYTES = 1_000_000


def png_pixels(data: bytes) -> bytes:
    """A PNG of its pixels, palette, transparency, colour profile and orientation.

    Text, animation frames (so that the default image is left) and damaged ancillary chunks are
    dropped, and a cut end is completed. Critical chunks are copied as they are, a cut one too.
    """
    kept = [_SIGNATURE]
    is_cut = False
    for name, chunk in _chunks(data):
        is_cut = len(chunk) < 12 or len(chunk) < 12 + int.from_bytes(chunk[:4], "big")
        if name == b"IEND":
            break
        if name in _CRITICAL or (name in _USEFUL and not is_cut and _is_intact(name, chunk)):
            kept.append(chunk)
            if is_cut:
                return b"".join(kept)
    return b"".join((*kept, _END))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at:end]
        at = end


def _is_intact(name: bytes, chunk: bytes) -> bool:
    body = chunk[8:-4]
    if zlib.crc32(name + body) != int.from_bytes(chunk[-4:], "big"):
        return False
    if name != b"iCCP":
        return True
    # A name, a zero byte, the method, the compressed profile.
    compressed = body.partition(b"\0")[2][1:]
    inflating = zlib.decompressobj()
    try:
        inflating.decompress(compressed, _MOST_PROFILE_BYTES)
    except zlib.error:
        return False
    return inflating.eof
