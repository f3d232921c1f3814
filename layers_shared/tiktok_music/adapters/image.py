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
from PIL import Image, ImageCms, ImageOps

from tiktok_music.adapters.media_kind import MediaKind, media_kind
from tiktok_music.errors import CoverUnreadable

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
_DAMAGE = (
    Warning,
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
    """A JPEG file without metadata, and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def write_cover(data: bytes, caps: CoverCaps) -> Cover:
    """The image upright, in sRGB, on white, within `max_side`; the first frame of an animation.

    Smaller images are not enlarged. Raises CoverUnreadable if the bytes are not an image of a known
    format, do not decode to the end, or exceed a cap.
    """
    if len(data) > caps.max_bytes:
        raise CoverUnreadable(f"{len(data)} bytes, more than {caps.max_bytes}")
    kind = media_kind(data)
    if kind not in _PILLOW_FORMATS:
        raise CoverUnreadable("the bytes do not start like an image")
    _register_heif()
    with _image_errors(), Image.open(io.BytesIO(data), formats=[_PILLOW_FORMATS[kind]]) as image:
        if image.width * image.height > caps.max_pixels:
            raise CoverUnreadable(f"{image.width} x {image.height} pixels are too many")
        return _jpeg(_upright_srgb(image, caps.max_side), caps.quality)


@contextmanager
def _image_errors() -> Iterator[None]:
    """Turns the errors and warnings of Pillow's plug-ins on damaged files into CoverUnreadable."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield
        except _DAMAGE as exc:
            raise CoverUnreadable(f"not a decodable image: {type(exc).__name__}") from exc


@cache
def _register_heif() -> None:
    pillow_heif.register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
    )


def _upright_srgb(image: Image.Image, max_side: int) -> Image.Image:
    """Rotates, then shrinks, then converts the colours, which costs by the pixel."""
    profile = image.info.get("icc_profile")
    image.draft(None, (max_side, max_side))
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("1", "P", "PA") or "transparency" in upright.info:
        upright = upright.convert("RGBA")
    elif upright.mode.startswith("I"):
        # A 16-bit PNG: a plain conversion clips everything above 255 to white.
        upright = upright.point(lambda level: level * (1 / 256)).convert("L")
    upright.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return _on_white(upright, profile)


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
    return Cover(file.getvalue(), image.width, image.height)
