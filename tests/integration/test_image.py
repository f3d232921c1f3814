"""Covers made by the real Pillow: formats, modes, and refused images."""

import io
import random

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from tests.hostile_media import png_bomb
from tiktok_music.adapters.image import CoverCaps, write_cover
from tiktok_music.errors import CoverUnreadable

CAPS = CoverCaps()
pillow_heif.register_heif_opener()


def a_picture(width: int = 160, height: int = 90) -> Image.Image:
    """Red left, blue right."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    return image


def saved(image: Image.Image, image_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
    image.load()
    return image


def colour(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    pixel = image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(pixel, tuple)
    return tuple(int(value) for value in pixel)


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...], tolerance: int = 25) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(colour, wanted, strict=True))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF"])
def test_every_format_becomes_a_jpeg_of_the_same_picture(image_format: str) -> None:
    cover = write_cover(saved(a_picture(), image_format), CAPS)

    image = opened(cover.jpeg)
    assert (cover.width, cover.height, image.size, image.mode) == (160, 90, (160, 90), "RGB")
    assert is_near(colour(image, 0.2, 0.5), (200, 30, 30))
    assert is_near(colour(image, 0.8, 0.5), (30, 30, 200))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    image_format = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"

    cover = write_cover(saved(a_picture().convert(mode), image_format), CAPS)

    assert opened(cover.jpeg).mode == "RGB"


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    shades = np.full((64, 64), 0x8000, np.uint16)

    cover = write_cover(saved(Image.fromarray(shades), "PNG"), CAPS)

    assert is_near(colour(opened(cover.jpeg), 0.5, 0.5), (128, 128, 128), 2)


@pytest.mark.parametrize(
    ("size", "cover_size"),
    [
        ((720, 720), (720, 720)),
        ((1600, 900), (720, 405)),
        ((900, 1600), (405, 720)),
        ((300, 200), (300, 200)),
        ((5000, 1), (720, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_covers_keep_their_aspect_within_the_square(
    size: tuple[int, int], cover_size: tuple[int, int]
) -> None:
    cover = write_cover(saved(a_picture(*size), "PNG"), CAPS)

    assert (cover.width, cover.height) == opened(cover.jpeg).size == cover_size


def test_transparency_becomes_white() -> None:
    picture = a_picture().convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 80, 90))

    cover = write_cover(saved(picture, "PNG"), CAPS)

    assert is_near(colour(opened(cover.jpeg), 0.2, 0.5), (255, 255, 255))
    assert is_near(colour(opened(cover.jpeg), 0.8, 0.5), (30, 30, 200))


def test_a_transparent_palette_colour_becomes_white() -> None:
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([0, 0, 0, 200, 30, 30])

    cover = write_cover(saved(picture, "GIF", transparency=0), CAPS)

    assert is_near(colour(opened(cover.jpeg), 0.5, 0.5), (255, 255, 255))


@pytest.mark.parametrize("image_format", ["WEBP", "GIF"])
def test_an_animation_shows_its_first_frame(image_format: str) -> None:
    frames = [Image.new("RGB", (64, 64), name) for name in ("red", "lime", "blue")]
    data = saved(frames[0], image_format, save_all=True, append_images=frames[1:], duration=100)

    cover = write_cover(data, CAPS)

    assert is_near(colour(opened(cover.jpeg), 0.5, 0.5), (255, 0, 0))


def test_orientation_is_applied_and_removed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    cover = write_cover(saved(a_picture(), "JPEG", exif=exif), CAPS)

    image = opened(cover.jpeg)
    assert (image.size, dict(image.getexif())) == ((90, 160), {})
    assert is_near(colour(image, 0.5, 0.1), (200, 30, 30))


def test_all_metadata_is_removed() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    text = PngInfo()
    text.add_text("Comment", "secret words")
    files = [
        saved(a_picture(), "JPEG", exif=exif, icc_profile=profile, comment="secret", dpi=(9, 9)),
        saved(a_picture(), "PNG", pnginfo=text, icc_profile=profile),
        saved(a_picture(), "JPEG") + b"PK\x03\x04 secret archive",
    ]

    covers = [write_cover(data, CAPS) for data in files]

    assert [b"secret" in cover.jpeg for cover in covers] == [False, False, False]
    assert {frozenset(opened(cover.jpeg).info) for cover in covers} == {
        frozenset(
            {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        )
    }


def test_an_embedded_profile_is_converted_to_srgb() -> None:
    swapped = swapped_primaries_profile()

    cover = write_cover(
        saved(Image.new("RGB", (32, 32), (255, 0, 0)), "PNG", icc_profile=swapped), CAPS
    )

    assert is_near(colour(opened(cover.jpeg), 0.5, 0.5), (0, 255, 0), 40)


@pytest.mark.parametrize("profile", [b"junk", b"\x00" * 128, b"x" * 4096])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    cover = write_cover(saved(a_picture(), "PNG", icc_profile=profile), CAPS)

    assert is_near(colour(opened(cover.jpeg), 0.2, 0.5), (200, 30, 30))


def test_the_same_bytes_give_the_same_cover() -> None:
    data = saved(a_picture(900, 900), "WEBP")

    assert write_cover(data, CAPS) == write_cover(data, CAPS)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF"])
def test_truncated_images_are_refused(image_format: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    data = saved(Image.fromarray(noise), image_format)

    for sixteenth in range(16):
        with pytest.raises(CoverUnreadable):
            write_cover(data[: len(data) * sixteenth // 16], CAPS)


def test_damaged_images_give_a_cover_or_cover_unreadable() -> None:
    rng = random.Random(7)
    outcomes = set()
    for image_format in ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF"):
        good = saved(a_picture(64, 64), image_format)
        for _ in range(40):
            data = bytearray(good)
            for _ in range(rng.randint(1, 6)):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            outcomes.add(outcome(bytes(data)))

    assert outcomes == {"cover", "unreadable"}


def outcome(data: bytes) -> str:
    try:
        write_cover(data, CAPS)
    except CoverUnreadable:
        return "unreadable"
    return "cover"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"<html>not an image</html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\xff\xfb\x90\x00" + bytes(400),
        b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A isom",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100),
    ],
)
def test_what_is_not_an_image_is_refused(data: bytes) -> None:
    with pytest.raises(CoverUnreadable):
        write_cover(data, CAPS)


@pytest.mark.parametrize("image_format", ["TIFF", "BMP", "ICO", "PPM", "TGA"])
def test_unsupported_image_formats_are_refused(image_format: str) -> None:
    with pytest.raises(CoverUnreadable, match="do not start like an image"):
        write_cover(saved(a_picture(64, 64), image_format), CAPS)


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(CoverUnreadable, match="bytes, more than"):
        write_cover(bytes(1001), CoverCaps(max_bytes=1000))


@pytest.mark.parametrize(
    ("width", "height", "depth", "colour_type"),
    [(30_000, 30_000, 1, 0), (13_000, 13_000, 1, 0), (9_000, 9_000, 8, 2), (5_001, 5_000, 8, 2)],
)
def test_pixel_bombs_are_refused_before_they_are_unpacked(
    width: int, height: int, depth: int, colour_type: int
) -> None:
    with pytest.raises(CoverUnreadable, match=r"pixels are too many|DecompressionBomb"):
        write_cover(png_bomb(width, height, depth, colour_type), CAPS)


def test_one_pixel_too_many_is_refused() -> None:
    data = saved(a_picture(10, 10), "PNG")

    with pytest.raises(CoverUnreadable, match="10 x 10 pixels are too many"):
        write_cover(data, CoverCaps(max_pixels=99))
    assert write_cover(data, CoverCaps(max_pixels=100)).width == 10


def test_the_largest_image_within_the_cap_is_accepted() -> None:
    cover = write_cover(saved(Image.new("L", (5000, 5000), 90), "PNG"), CAPS)

    assert (cover.width, cover.height) == (720, 720)


def swapped_primaries_profile() -> bytes:
    """sRGB with the tags of the red and the green primary exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swap = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}
    count = int.from_bytes(profile[128:132], "big")
    tags = bytearray(profile)
    for tag in range(count):
        at = 132 + 12 * tag
        tags[at : at + 4] = swap.get(profile[at : at + 4], profile[at : at + 4])
    return bytes(tags)
