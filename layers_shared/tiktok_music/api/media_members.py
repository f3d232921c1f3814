"""The members of a track on its media and its song: what a player draws, and facts for people."""

from typing import Any

from tiktok_music.archive import DrawnFacts, TrackRecord
from tiktok_music.track import SMALL_COVER_SIDES, cover_key, peaks_key, small_cover_key

_FULL_SIDE = "720"


def media_member(record: TrackRecord, media_base_url: str) -> dict[str, Any]:
    """`media`; null for everything that was not made."""
    drawn = record.media.drawn if record.media else None
    facts = drawn or DrawnFacts()

    def address(key: str, *, is_made: bool = True) -> str | None:
        return f"{media_base_url}/{key}" if is_made else None

    track_id = record.track_id
    cover: dict[str, str | None] = {
        str(side): address(small_cover_key(track_id, side), is_made=side in facts.cover_sides)
        for side in SMALL_COVER_SIDES
    }
    return {
        "cover": {
            **cover,
            _FULL_SIDE: address(cover_key(track_id), is_made=record.media is not None),
        },
        "coverHash": facts.thumb_hash or None,
        "coverColor": facts.color or None,
        "onCoverColor": facts.on_color or None,
        "peaksUrl": address(peaks_key(track_id), is_made=bool(facts.peaks_sha256)),
        "suggestedStartMs": facts.start_ms if facts.peaks_sha256 else None,
        "previewOffsetMs": facts.offset_ms,
    }


def about_member(record: TrackRecord) -> dict[str, Any]:
    """`about`: what the sources say about the song."""
    about, links = record.about, record.about.links()
    return {
        "themes": list(about.themes),
        "genres": list(about.genres),
        "releasedOn": about.released_on or None,
        "links": {name: links.get(name) for name in ("appleMusic", "spotify")},
    }
