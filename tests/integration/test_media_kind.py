"""Magic bytes of accepted and of refused files."""

import io

import pytest
from PIL import Image

from tests.signals import encoded, music, silence, wav
from tiktok_music.adapters.media_kind import MediaKind, media_kind

SOUND = music(1, 2.0)
ID3 = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)


def an_image(image_format: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(file, image_format)
    return file.getvalue()


@pytest.mark.parametrize(
    ("extension", "kind"),
    [
        ("mp3", MediaKind.MP3),
        ("m4a", MediaKind.MP4),
        ("aac", MediaKind.AAC),
        ("ogg", MediaKind.OGG),
        ("webm", MediaKind.WEBM),
        ("flac", MediaKind.FLAC),
    ],
)
def test_audio_is_known_by_its_first_bytes(extension: str, kind: MediaKind) -> None:
    data = encoded(SOUND, extension)

    assert (media_kind(data), media_kind(data[:64]), kind.is_audio) == (kind, kind, True)


def test_wav_is_known() -> None:
    assert media_kind(wav(silence(0.1))) is MediaKind.WAV


@pytest.mark.parametrize(
    ("image_format", "kind"),
    [
        ("JPEG", MediaKind.JPEG),
        ("PNG", MediaKind.PNG),
        ("WEBP", MediaKind.WEBP),
        ("GIF", MediaKind.GIF),
        ("AVIF", MediaKind.AVIF),
    ],
)
def test_images_are_known_by_their_first_bytes(image_format: str, kind: MediaKind) -> None:
    data = an_image(image_format)

    assert (media_kind(data), kind.is_image, kind.is_audio) == (kind, True, False)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", MediaKind.HEIC),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", MediaKind.HEIC),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", MediaKind.AVIF),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A isom", MediaKind.MP4),
        (b"\x00\x00\x00\x18ftypqt  \x00\x00\x00\x00qt      ", MediaKind.MP4),
        (b"\xff\xd8\xff\xe1", MediaKind.JPEG),
        (b"\xff\xfb\x90\x00", MediaKind.MP3),
        (b"\xff\xf3\x40\xc0", MediaKind.MP3),
        (b"\xff\xf1\x50\x80", MediaKind.AAC),
        (ID3 + b"\xff\xfb\x90\x00", MediaKind.MP3),
        (ID3 + b"\xff\xf1\x50\x80", MediaKind.AAC),
        (ID3 + b"fLaC", MediaKind.FLAC),
        (ID3, MediaKind.MP3),
    ],
)
def test_headers_are_read(data: bytes, kind: MediaKind) -> None:
    assert media_kind(data) is kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"\xff\xfb",
        b"\xff\xff\xff\xff",
        b"\xff\xfb\xf0\x00",
        b"\xff\xfb\x9c\x00",
        b"\xff\xeb\x90\x00",
        b"\xff\xfd\x90\x00",
        b"\xff\xf1\x7c\x80",
        b"ffconcat version 1.0\nfile other.mp3\n",
        b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/a.ts\n",
        b"\xef\xbb\xbf#EXTM3U\n",
        b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>',
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 96\n",
        b"<!DOCTYPE html><html></html>",
        b'{"error": "not found"}',
        b"PK\x03\x04" + bytes(26) + b"\xff\xfb\x90\x00",
        b"%PDF-1.7\n" + b"\xff\xfb\x90\x00",
        b"\n" + b"ID3\x03",
        b"RIFF\x00\x00\x00\x00AVI LIST",
        b"\x1a\x45\xdf\xa3" + bytes(60),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"BM" + bytes(60),
        b"II*\x00" + bytes(60),
        b"\x7fELF",
    ],
)
def test_everything_else_is_unknown(data: bytes) -> None:
    assert media_kind(data) is None
