"""Pictures with damaged metadata, a missing end or a blank first frame, as browsers draw them."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from tiktok_music.adapters.image import CoverCaps, write_cover
from tiktok_music.errors import CoverUnreadable

CAPS = CoverCaps()
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def a_picture(seed: int = 1, size: int = 96) -> Image.Image:
    """Smooth areas and noise in colour."""
    rng = np.random.default_rng(seed)
    pixels = np.linspace(0, 200, size * size * 3).reshape(size, size, 3)
    pixels[: size // 2] += rng.integers(0, 55, (size // 2, size, 3))
    return Image.fromarray(pixels.astype(np.uint8))


def saved(image_format: str, image: Image.Image | None = None, **options: object) -> bytes:
    file = io.BytesIO()
    (image or a_picture()).save(file, image_format, **options)
    return file.getvalue()


def tiff(count: int, entries: bytes) -> bytes:
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", count) + entries


def with_segment(marker: int, body: bytes) -> bytes:
    jpeg = saved("JPEG")
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + jpeg[2:]


def with_chunk(name: bytes, body: bytes, *, crc: int | None = None) -> bytes:
    png = saved("PNG")
    check = zlib.crc32(name + body) if crc is None else crc
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)
    return png[:33] + chunk + png[33:]


def an_apng_with_a_wrong_count() -> bytes:
    apng = saved("PNG", save_all=True, append_images=[a_picture(2)], duration=100)
    at = apng.index(b"acTL")
    body = struct.pack(">II", 7, 0)
    chunk = b"acTL" + body + struct.pack(">I", zlib.crc32(b"acTL" + body))
    return apng[:at] + chunk + apng[at + len(chunk) :]


DAMAGED_METADATA = {
    "EXIF cut in its directory": with_segment(0xE1, tiff(1, b"")),
    "EXIF with two orientations": with_segment(
        0xE1, tiff(1, struct.pack("<HHIHHI", 0x0112, 3, 2, 1, 1, 0))
    ),
    "EXIF with a value outside": with_segment(
        0xE1, tiff(1, struct.pack("<HHIII", 0x010F, 2, 99, 9_999, 0))
    ),
    "EXIF with an unknown type": with_segment(
        0xE1, tiff(1, struct.pack("<HHIII", 0x0112, 99, 1, 6, 0))
    ),
    "EXIF of noise": with_segment(0xE1, b"Exif\0\0" + bytes(range(200))),
    "empty EXIF": with_segment(0xE1, b"Exif\0\0"),
    "MPO index of noise": with_segment(0xE2, b"MPF\0" + bytes(range(90))),
    "MPO index cut": with_segment(0xE2, b"MPF\0II*\0\x08\0\0\0\x03\0"),
    "ICC cut": with_segment(0xE2, b"ICC_PROFILE\0\x01\x02" + PROFILE[:90]),
    "line break first": b"\r\n" + saved("JPEG"),
    "iCCP with a wrong CRC": with_chunk(b"iCCP", b"x\0\0" + zlib.compress(PROFILE), crc=1),
    "iCCP of noise": with_chunk(b"iCCP", b"x\0\0" + bytes(range(90))),
    "iCCP cut": with_chunk(b"iCCP", b"x\0\0" + zlib.compress(PROFILE)[:90]),
    "iCCP of 5 MB": with_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(5_000_000))),
    "tEXt with a wrong CRC": with_chunk(b"tEXt", b"Comment\0hello", crc=1),
    "iTXt of 2 MB": with_chunk(
        b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b" " * 2_000_000)
    ),
    "zTXt of 2 MB": with_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b" " * 2_000_000)),
    "zTXt of noise": with_chunk(b"zTXt", b"Comment\0\0" + bytes(range(90))),
    "eXIf of noise": with_chunk(b"eXIf", bytes(range(90))),
    "gAMA with a wrong length": with_chunk(b"gAMA", b"\0"),
    "pHYs with a wrong CRC": with_chunk(b"pHYs", bytes(9), crc=1),
    "tRNS with a wrong CRC": with_chunk(b"tRNS", bytes(6), crc=1),
    "an unknown chunk": with_chunk(b"abCd", bytes(50), crc=1),
    "APNG with a wrong count": an_apng_with_a_wrong_count(),
}


@pytest.mark.parametrize("name", DAMAGED_METADATA)
def test_damaged_metadata_is_ignored(name: str) -> None:
    data = DAMAGED_METADATA[name]
    is_png = data.startswith(b"\x89PNG")

    assert write_cover(data, CAPS) == write_cover(saved("PNG" if is_png else "JPEG"), CAPS)


@pytest.mark.parametrize("missing", range(1, 13))
def test_a_png_without_its_end_is_whole(missing: int) -> None:
    png = saved("PNG")

    assert write_cover(png[:-missing], CAPS) == write_cover(png, CAPS)


@pytest.mark.parametrize("missing", [1, 2])
@pytest.mark.parametrize(
    "image",
    [a_picture(), a_picture().convert("L"), Image.new("RGB", (96, 96), (30, 90, 200))],
    ids=["colour", "grey", "plain"],
)
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end_is_whole(
    image: Image.Image, missing: int, progressive: bool
) -> None:
    jpeg = saved("JPEG", image, progressive=progressive)

    assert write_cover(jpeg[:-missing], CAPS) == write_cover(jpeg, CAPS)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("image", [a_picture(), Image.new("RGB", (96, 96), (30, 90, 200))])
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_cut_in_the_middle_is_refused(
    image_format: str, image: Image.Image, share: float
) -> None:
    data = saved(image_format, image)

    with pytest.raises(CoverUnreadable):
        write_cover(data[: round(len(data) * share)], CAPS)


@pytest.mark.parametrize("missing", [12, 60, 400])
def test_a_jpeg_that_lacks_its_last_pixels_is_refused(missing: int) -> None:
    with pytest.raises(CoverUnreadable):
        write_cover(saved("JPEG")[:-missing], CAPS)


@pytest.mark.parametrize("image_format", ["GIF", "WEBP"])
@pytest.mark.parametrize("blank", [(255, 255, 255, 255), (0, 0, 0, 255), (9, 9, 9, 0)])
def test_the_first_frame_that_shows_something_is_the_cover(
    image_format: str, blank: tuple[int, int, int, int]
) -> None:
    frames = [Image.new("RGBA", (96, 96), blank)] * 2
    shown = [a_picture().convert("RGBA"), Image.new("RGBA", (96, 96), (255, 0, 0, 255))]
    # Different durations: equal frames are not joined.
    data = saved(
        image_format,
        frames[0],
        save_all=True,
        append_images=[*frames[1:], *shown],
        duration=[100, 150, 200, 250],
    )

    cover = Image.open(io.BytesIO(write_cover(data, CAPS).jpeg))

    wanted = np.asarray(a_picture(), np.int16)
    difference = np.abs(np.asarray(cover.convert("RGB"), np.int16) - wanted).mean()
    assert difference < 20


def test_a_blank_picture_is_a_cover() -> None:
    data = saved("GIF", Image.new("RGB", (64, 64), "red"))

    assert write_cover(data, CAPS).width == 64
