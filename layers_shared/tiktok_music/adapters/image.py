"""Encodes covers with Pillow: untrusted bytes in, one clean sRGB JPEG out."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import pillow_heif
from PIL import Image, ImageCms

from tiktok_music.adapters.cover_parts import (
    contrasting,
    main_color,
    placeholder,
    shrunk,
    small_covers,
)
from tiktok_music.adapters.image_parts import png_pixels
from tiktok_music.adapters.media_kind import MediaKind, media_kind
from tiktok_music.errors import CoverUnreadable
from tiktok_music.track import SMALL_COVER_SIDES

_PILLOW_FORMATS = {
    MediaKind.JPEG: "JPEG",
    MediaKind.PNG: "PNG",
    MediaKind.WEBP: "WEBP",
    MediaKind.GIF: "GIF",
    MediaKind.HEIC: "HEIF",
    MediaKind.AVIF: "AVIF",
}
_WHITE = (255, 255, 255)
_SRGB = ImageCms.createProfile("sRGB")
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_JPEG_END = b"\xff\xd9"
# Decodes to other pixels than nothing, where pixels are missing.
_JPEG_NOISE = bytes(range(1, 255)) * 2
# Frames of an animation that are looked at for one that is not blank.
_MOST_FRAMES = 30
_MOST_FRAME_PIXELS = 50_000_000
# A frame whose channels vary by less shows nothing.
_BLANK_RANGE = 8
_DAMAGE = (
    Image.DecompressionBombWarning,
    Image.DecompressionBombError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class CoverCaps:
    """Limits of one image, and the form of the cover.

    25 million pixels are 75 MB of RGB; the sources' own covers have half a million.
    """

    max_bytes: int = 10_000_000
    max_pixels: int = 25_000_000
    max_side: int = 720
    quality: int = 85


@dataclass(frozen=True, slots=True)
class Cover:
    """A JPEG file without metadata, its size in pixels, and what is drawn before it is loaded.

    `small` files are by the pixels of their longer side; placeholder and colours, see cover_parts,
    are empty where they could not be made.
    """

    jpeg: bytes
    width: int
    height: int
    small: dict[int, bytes]
    thumb_hash: bytes
    color: str
    on_color: str


def write_cover(data: bytes, caps: CoverCaps) -> Cover:
    """The image upright, in sRGB, on white, within `max_side`.

    Of an animation, the first frame that is not blank. Smaller images are not enlarged. Damaged
    metadata and a missing end are ignored: the pixels decide. Raises CoverUnreadable if the bytes
    are not an image of a known format, lack pixels, or exceed a cap.
    """
    if len(data) > caps.max_bytes:
        raise CoverUnreadable(f"{len(data)} bytes, more than {caps.max_bytes}")
    data = data.lstrip(b"\r\n")
    kind = media_kind(data)
    if kind not in _PILLOW_FORMATS:
        raise CoverUnreadable("the bytes do not start like an image")
    _register_heif()
    if kind is MediaKind.PNG:
        data = png_pixels(data)
    try:
        return _cover(data, _PILLOW_FORMATS[kind], caps)
    except CoverUnreadable:
        whole = _whole_jpeg(data, caps) if kind is MediaKind.JPEG else None
        if whole is None:
            raise
        return whole


def _cover(data: bytes, image_format: str, caps: CoverCaps) -> Cover:
    with _image_errors(), Image.open(io.BytesIO(data), formats=[image_format]) as image:
        if image.width * image.height > caps.max_pixels:
            raise CoverUnreadable(f"{image.width} x {image.height} pixels are too many")
        return _jpeg(_first_shown(image, caps.max_side), caps.quality)


def _whole_jpeg(data: bytes, caps: CoverCaps) -> Cover | None:
    """The cover of a JPEG that lacks only its end; None if pixels are missing.

    The decoder invents missing pixels from what follows: only a whole picture looks the same,
    whatever is appended.
    """
    body = data.rstrip(b"\xff")
    try:
        ended = _cover(body + _JPEG_END, "JPEG", caps)
        return ended if ended == _cover(body + _JPEG_NOISE + _JPEG_END, "JPEG", caps) else None
    except CoverUnreadable:
        return None


@contextmanager
def _image_errors() -> Iterator[None]:
    """Turns the errors of Pillow's plug-ins on damaged files into CoverUnreadable.

    Warnings are about metadata, except the one about too many pixels.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except _DAMAGE as exc:
            raise CoverUnreadable(f"not a decodable image: {type(exc).__name__}") from exc


@cache
def _register_heif() -> None:
    pillow_heif.register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
    )


def _first_shown(image: Image.Image, max_side: int) -> Image.Image:
    """The first frame that is not blank; the first one if all are, or the next is damaged."""
    first = _upright_srgb(image, max_side)
    most = min(_MOST_FRAMES, _MOST_FRAME_PIXELS // (image.width * image.height))
    frames = min(getattr(image, "n_frames", 1), most)
    shown = first
    for number in range(1, frames):
        if not _is_blank(shown):
            return shown
        try:
            image.seek(number)
            shown = _upright_srgb(image, max_side)
        except _DAMAGE:
            break
    return first if _is_blank(shown) else shown


def _is_blank(image: Image.Image) -> bool:
    ranges = image.getextrema()
    return all(high - low < _BLANK_RANGE for low, high in ranges)  # type: ignore[misc]  # RGB


def _upright_srgb(image: Image.Image, max_side: int) -> Image.Image:
    """Rotates, then shrinks, then converts the colours, which costs by the pixel."""
    profile = image.info.get("icc_profile")
    image.draft(None, (max_side, max_side))
    upright = _upright(image)
    if upright.mode in ("1", "P", "PA") or "transparency" in upright.info:
        upright = upright.convert("RGBA")
    elif upright.mode.startswith("I"):
        # A 16-bit PNG: a plain conversion clips everything above 255 to white.
        upright = upright.point(lambda level: level * (1 / 256)).convert("L")
    upright.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return _on_white(upright, profile)


def _upright(image: Image.Image) -> Image.Image:
    """A copy turned by the EXIF orientation, as it is if the EXIF data is damaged."""
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except _DAMAGE:
        orientation = None
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    image.load()
    return image.transpose(turn) if turn is not None else image.copy()


def _on_white(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Copies to a new image, as the old one's comments would be written to the file."""
    canvas = Image.new("RGB", image.size, _WHITE)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        canvas.paste(_srgb(image.convert("RGB"), profile), mask=image.getchannel("A"))
    else:
        canvas.paste(_srgb(image, profile))
    return canvas


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Converts with the embedded profile if it is valid and fits, else with Pillow's formulas."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            return image.convert("RGB")
        if converted is not None:
            return converted
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> Cover:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
    return Cover(file.getvalue(), image.width, image.height, *_parts(image))


def _parts(image: Image.Image) -> tuple[dict[int, bytes], bytes, str, str]:
    """Small covers, placeholder and colours: a failure leaves them out, and costs no track."""
    try:
        # Shrinking costs by the pixel: everything smaller is made of the larger small cover.
        reduced = shrunk(image, max(SMALL_COVER_SIDES))
        color = main_color(reduced)
        hexadecimal = "#{:02x}{:02x}{:02x}".format(*color)
        small = small_covers(reduced, max(image.size))
        return small, placeholder(reduced), hexadecimal, contrasting(color)
    except _DAMAGE:
        return {}, b"", "", ""
