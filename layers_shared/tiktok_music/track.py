"""A track of the catalog, its permanent id, and the keys and links made from it."""

import re
import unicodedata
import uuid
from dataclasses import dataclass
from functools import lru_cache

# UUIDv5 of "https://www.tiktok.com/music/" in the URL namespace. Changing it would change the id of
# every track.
TIKTOK_SOUNDS = uuid.UUID("b631f4ec-6a4f-5ceb-a7f1-642a683109fa")
# Pixels of the longer side of small covers, for lists at one and at three device pixels.
SMALL_COVER_SIDES = (96, 320)
_TIKTOK_ID = re.compile(r"[0-9]{5,20}", re.ASCII)
_NOT_SLUG = re.compile(r"[^\w]+", re.UNICODE)


def is_tiktok_id(text: str) -> bool:
    """True for a TikTok sound id as upstream writes it: 5 to 20 ASCII digits."""
    return _TIKTOK_ID.fullmatch(text) is not None


@lru_cache(maxsize=16_384)
def track_id_of(tiktok_id: str) -> str:
    """The permanent catalog id (UUIDv5) of a TikTok sound.

    A refresh asks for it some twenty times for each sound.
    """
    return str(uuid.uuid5(TIKTOK_SOUNDS, tiktok_id))


def tiktok_music_link(title: str, tiktok_id: str) -> str:
    """`https://www.tiktok.com/music/<slug>-<TikTok id>`; TikTok itself reads only the id."""
    words = _NOT_SLUG.sub(" ", unicodedata.normalize("NFC", title)).split()
    slug = "-".join(words)[:100].strip("-_") or "sound"
    return f"https://www.tiktok.com/music/{slug}-{tiktok_id}"


def preview_key(track_id: str) -> str:
    """Object key of the preview: the path of `previewUrl` on the media domain."""
    return f"music/{track_id}/preview.mp3"


def cover_key(track_id: str) -> str:
    """Object key of the cover: the path of `coverUrl` on the media domain."""
    return f"music/{track_id}/cover.jpg"


def small_cover_key(track_id: str, side: int) -> str:
    """Object key of a smaller cover, by the pixels of its longer side."""
    return f"music/{track_id}/cover-{side}.jpg"


def peaks_key(track_id: str) -> str:
    """Object key of the waveform of the preview."""
    return f"music/{track_id}/peaks.json"


def media_keys(track_id: str) -> tuple[str, ...]:
    """The keys of every object that a track may have."""
    covers = (small_cover_key(track_id, side) for side in SMALL_COVER_SIDES)
    return (preview_key(track_id), cover_key(track_id), *covers, peaks_key(track_id))


@dataclass(frozen=True, slots=True)
class Track:
    """One track of the list, before rendering.

    `duration_seconds` is the length of the published preview; `language` is ISO 639-1. `place`, the
    position in the source's chart, orders the list and is not part of it.
    """

    track_id: str
    title: str
    author: str
    album: str
    duration_seconds: float
    language: str
    user_count: int
    is_commerce_music: bool
    place: int = 0
