"""Detects the format of a file from its magic bytes, not from address, name or content type."""

from enum import StrEnum

from tiktok_music.adapters.mpeg_sync import frames_start, is_adts


class MediaKind(StrEnum):
    """A format that may be decoded; the value is its usual file extension."""

    MP3 = "mp3"
    MP4 = "m4a"
    AAC = "aac"
    OGG = "ogg"
    WEBM = "webm"
    WAV = "wav"
    FLAC = "flac"
    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    HEIC = "heic"
    AVIF = "avif"

    @property
    def is_audio(self) -> bool:
        return self in _AUDIO

    @property
    def is_image(self) -> bool:
        return self not in _AUDIO


_AUDIO = frozenset(
    {
        MediaKind.MP3,
        MediaKind.MP4,
        MediaKind.AAC,
        MediaKind.OGG,
        MediaKind.WEBM,
        MediaKind.WAV,
        MediaKind.FLAC,
    }
)
_PREFIXES = (
    (b"fLaC", MediaKind.FLAC),
    (b"OggS\x00", MediaKind.OGG),
    (b"\xff\xd8\xff", MediaKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaKind.PNG),
    (b"GIF87a", MediaKind.GIF),
    (b"GIF89a", MediaKind.GIF),
)
# Boxes that a player accepts in front of `ftyp`, or instead of it.
_ISO_BOXES = frozenset({b"styp", b"wide", b"free", b"skip", b"moov", b"mdat"})
_OTHER_FORMATS = (b"PK", b"\x7fELF", b"\x1f\x8b", b"\xef\xbb\xbf", b"MZ", b"II", b"MM")
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_ID3_HEADER_BYTES = 10
_MATROSKA_HEADER_BYTES = 64


def media_kind(data: bytes) -> MediaKind | None:
    """The format of `data`, None for any other (playlists, pages, archives).

    The start of a file decides; the rest may not be decodable. Junk before the first frame of MP3
    and ADTS is skipped, unless it looks like text or like another format.
    """
    for prefix, kind in _PREFIXES:
        if data.startswith(prefix):
            return kind
    if data[4:8] == b"ftyp":
        return _iso_media_kind(data)
    if data[4:8] in _ISO_BOXES:
        return MediaKind.MP4
    if data.startswith((b"RIFF", b"RF64", b"BW64")):
        return {b"WAVE": MediaKind.WAV, b"WEBP": MediaKind.WEBP}.get(data[8:12])
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        header = data[:_MATROSKA_HEADER_BYTES]
        return MediaKind.WEBM if b"webm" in header or b"matroska" in header else None
    if data.startswith(b"ID3"):
        return _kind_after_id3(data)
    return _mpeg_audio_kind(data) or _kind_after_junk(data)


def _kind_after_junk(data: bytes) -> MediaKind | None:
    is_text = data[:4].isascii() and data[:4].decode("latin-1").strip("\t\r\n").isprintable()
    if is_text or data.startswith(_OTHER_FORMATS):
        return None
    start = frames_start(data)
    if start is None:
        return None
    return MediaKind.AAC if is_adts(data[start : start + 4]) else MediaKind.MP3


def _iso_media_kind(data: bytes) -> MediaKind:
    box = data[: min(int.from_bytes(data[:4], "big"), 256)]
    brands = {box[start : start + 4] for start in (8, *range(16, len(box), 4))}
    if brands & _AVIF_BRANDS:
        return MediaKind.AVIF
    return MediaKind.HEIC if brands & _HEIC_BRANDS else MediaKind.MP4


def _kind_after_id3(data: bytes) -> MediaKind:
    """The format after an ID3 tag, which AAC and FLAC may have too; MP3 if unclear."""
    size = 0
    for byte in data[6:_ID3_HEADER_BYTES]:
        size = size << 7 | byte & 0x7F
    start = _ID3_HEADER_BYTES + size
    audio = data[start : start + 4]
    if audio == b"fLaC":
        return MediaKind.FLAC
    return _mpeg_audio_kind(audio) or MediaKind.MP3


def _mpeg_audio_kind(data: bytes) -> MediaKind | None:
    """Detects an ISO 11172-3 frame header (layer III, nothing reserved) or ADTS (layer bits 00)."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    if data[1] & 0xF6 == 0xF0:
        return MediaKind.AAC if data[2] >> 2 & 0x0F <= 12 else None
    has_version = data[1] & 0x18 != 0x08
    is_layer_3 = data[1] & 0x06 == 0x02
    has_bit_rate = data[2] & 0xF0 not in (0x00, 0xF0)
    has_sample_rate = data[2] & 0x0C != 0x0C
    if has_version and is_layer_3 and has_bit_rate and has_sample_rate:
        return MediaKind.MP3
    return None
