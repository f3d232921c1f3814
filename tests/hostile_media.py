"""Generates files that a hostile or broken upstream could serve as a preview or a cover.

`python -m tests.hostile_media FOLDER` writes them to a folder, to inspect them with other tools.
"""

import io
import random
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from tests.signals import encoded, long_silence, music, wav

# Targets that a file could lead a decoder to: a listening server, a file with sound.
NOWHERE = "http://127.0.0.1:9/a.mp3"
SECONDS = 8.0


@cache
def good_audio() -> bytes:
    """A valid preview."""
    return encoded(music(4, SECONDS), "mp3")


@cache
def good_cover() -> bytes:
    """A valid cover."""
    file = io.BytesIO()
    Image.new("RGB", (320, 320), (30, 90, 200)).save(file, "JPEG")
    return file.getvalue()


def hostile_audio(address: str = NOWHERE, victim: str = "/etc/hostname") -> dict[str, bytes]:
    """Hostile audio files by name; playlists refer to `address` and to the file `victim`."""
    good = good_audio()
    files = {
        "nothing": b"",
        "one byte": b"\xff",
        "a page": b"<!doctype html><title>Not found</title>" + b" " * 6_000,
        "an error in JSON": b'{"error": "expired"}' + b" " * 6_000,
        "a picture": good_cover() * 4,
        "an archive": _zip_of(good),
        **{name: _padded(text) for name, text in _playlists(address, victim).items()},
        **{
            f"{name} behind an ID3 tag": b"ID3\x04\x00\x00\x00\x00\x00\x00" + _padded(text)
            for name, text in _playlists(address, victim).items()
        },
        "two hours of silence, FLAC": long_silence("flac", 7_200),
        "two hours of silence, AAC": long_silence("m4a", 7_200),
        "nine channels": wav(np.zeros((9, 48_000), np.float32), 48_000),
        "384 kHz": wav(np.zeros((2, 384_000), np.float32), 384_000),
        "one sample a second": wav(np.full((1, 2_500), 0.5, np.float32), 1),
        "WAV without an end": _endless_wav(),
        "a tag of 21 MB": _tag_of(21_000_000) + good,
        "a tag of 2 MB and nothing else": _tag_of(2_000_000),
        "Ogg header only": encoded(music(4, SECONDS), "ogg")[:300] + bytes(5_000),
    }
    return files | dict(_truncated(good)) | dict(_flipped(good))


def harmless_audio() -> dict[str, bytes]:
    """Audio files with extra data, by name: the sound is used, the rest is removed."""
    good = good_audio()
    playlist = b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n"
    return {
        "MP3 with an archive behind it": good + _zip_of(b"payload"),
        "MP3 with a playlist behind it": good + playlist * 50,
        "MP3 with a picture of a megabyte": _tag_of(1_000_000) + good,
        "MP4 that says its sound is elsewhere": _mp4_of_another_file(),
    }


def hostile_covers() -> dict[str, bytes]:
    """Hostile covers by name."""
    good = good_cover()
    return {
        "nothing": b"",
        "a page": b"<!doctype html><title>Not found</title>" + b" " * 600,
        "a sound": good_audio()[:20_000],
        "PNG of 13000 x 13000": png_bomb(13_000, 13_000, 1, 0),
        "PNG of 30000 x 30000": png_bomb(30_000, 30_000, 1, 0),
        "PNG of 9000 x 9000 in colour": png_bomb(9_000, 9_000, 8, 2),
        "GIF of 20000 x 20000": b"GIF89a" + struct.pack("<HH", 20_000, 20_000) + bytes(400),
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n" + b" " * 400,
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"
        + b" " * 400,
        "TIFF": b"II*\x00" + bytes(400),
        "half a JPEG": good[: len(good) // 2],
        "HEIC without an item": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(400),
        "AVIF without an item": b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif" + bytes(400),
    }


def harmless_covers() -> dict[str, bytes]:
    """Pictures with appended data."""
    return {"JPEG with an archive behind it": good_cover() + _zip_of(b"<script>")}


def png_bomb(width: int, height: int, depth: int, colour_type: int) -> bytes:
    """A PNG that declares a size and contains one row."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    row = zlib.compress(bytes(1 + width * depth * 3))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", row)
        + chunk(b"IEND", b"")
        + bytes(400)
    )


def _playlists(address: str, victim: str) -> dict[str, str]:
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n"
    return {
        "ffconcat of a file": f"ffconcat version 1.0\nfile '{victim}'\n",
        "ffconcat of a relative file": f"ffconcat version 1.0\nfile {Path(victim).name}\n",
        "ffconcat of an address": f"ffconcat version 1.0\nfile '{address}'\n",
        "HLS of an address": hls.format(address),
        "HLS of a file": hls.format(f"file://{victim}"),
        "DASH": f"<?xml version='1.0'?><MPD><BaseURL>{address}</BaseURL></MPD>",
        "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    }


def _padded(text: str) -> bytes:
    """Pads the file beyond the size of an error page."""
    return text.encode() + b"\n" * 6_000


def _truncated(good: bytes) -> Iterator[tuple[str, bytes]]:
    for sixteenth in (1, 2, 4):
        yield f"cut after {sixteenth}/16", good[: len(good) * sixteenth // 16]


def _flipped(good: bytes) -> Iterator[tuple[str, bytes]]:
    rng = random.Random(20_261_122)
    for flips in (20_000, 60_000):
        data = bytearray(good)
        for _ in range(flips):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        yield f"{flips} bits flipped", bytes(data)


def _zip_of(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("payload.html", content)
    return file.getvalue()


def _tag_of(size: int) -> bytes:
    """An ID3 tag with one picture of that many bytes."""
    frame = b"APIC" + _syncsafe(size) + b"\x00\x00" + b"\x00image/png\x00\x03\x00"
    frame += bytes(size - 13)
    return b"ID3\x04\x00\x00" + _syncsafe(len(frame)) + frame


def _syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _endless_wav() -> bytes:
    """A WAV whose header declares 4 GB, with half a second of sound."""
    form = struct.pack("<HHIIHH", 1, 2, 44_100, 176_400, 4, 16)
    head = b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", len(form)) + form
    return head + b"data\xff\xff\xff\xff" + bytes(88_200)


def _mp4_of_another_file() -> bytes:
    """An MP4 whose sound is in another file, by its `dref`."""
    good = encoded(music(4, SECONDS), "m4a")
    own = b"url \x00\x00\x00"
    assert own + b"\x01" in good
    return good.replace(own + b"\x01", own + b"\x00")


def main() -> None:
    """Writes every file into a folder."""
    folder = Path(sys.argv[1])
    kinds = {"audio": hostile_audio() | harmless_audio()}
    kinds["cover"] = hostile_covers() | harmless_covers()
    for kind, files in kinds.items():
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / kind / name.replace("/", " of ")).write_bytes(data)


if __name__ == "__main__":
    main()
