"""The permanent record of each published track, so that its id always resolves."""

import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from tiktok_music.about import About, about_from
from tiktok_music.publish_facts import (
    PublishFacts,
    facts_of_clip_id,
    publish_from,
    publish_to,
)
from tiktok_music.stored_text import StoredText

_logger = logging.getLogger(__name__)
# Stored under another name, or in a form of their own.
_OTHER_NAMES = ("survivor_id", "song_clip_id")
_ONLY_IF_KNOWN = ("publish", "has_commerce_right", "media_deleted_at")


class TrackStatus(StoredText):
    """`active` is in the current snapshot; `alias` is a duplicate that resolves to another track.

    `retired` was taken down by the operator and is permanent: no refresh changes it.
    """

    ACTIVE = "active"
    OFF_CHART = "offChart"
    RETIRED = "retired"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFacts:
    """Facts that a player draws of a track before and while it plays; empty if not made.

    `cover_sides` are the pixels of the smaller covers; `thumb_hash` is base64, colours `#rrggbb`.
    `offset_ms` is the preview's start in the source's file, None if unknown; `start_ms` the
    suggested start in the preview.
    """

    cover_sides: tuple[int, ...] = ()
    thumb_hash: str = ""
    color: str = ""
    on_color: str = ""
    peaks_sha256: str = ""
    offset_ms: int | None = None
    start_ms: int = 0


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Facts of a track's published preview and cover, which are immutable once written.

    Loudness and peak are of the published preview, in LUFS and dBTP; `source_lufs` is of the
    audio that upstream served. `fingerprint` is the audio fingerprint in base64, or empty.
    `method` is how the preview was made. `drawn` are the facts of small covers and waveform, None
    for media of an older release, until they are drawn from the stored files. `edition` counts how
    often a repair replaced lost files by others under the same keys.
    """

    duration_seconds: float
    loudness_lufs: float
    true_peak_dbtp: float
    source_lufs: float
    preview_sha256: str
    preview_bytes: int
    cover_sha256: str
    cover_bytes: int
    fingerprint: str = ""
    method: str = ""
    drawn: DrawnFacts | None = None
    edition: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """One archived track. `canonical_id` is the track that an alias resolves to.

    `publish` are the facts for publishing it with commercial music, `has_commerce_right` is
    upstream's flag for commercial use; both are None where no source gave them. `about` is the last
    that a source said about the song.
    `retired_at` and `retired_reason` describe a takedown; the reason stays after it is undone.
    `media_deleted_at` is when the takedown deleted the files; their facts stay, for comparisons.
    `facts_at` has the times at which upstream last gave author, album, language, user count and
    commerce flag; `upstream_title` is its title where the operator gave another one.
    `newer_fields` are stored fields of a newer release, written back as they were read.
    """

    track_id: str
    tiktok_id: str
    title: str
    author: str
    album: str
    link: str
    language: str
    language_source: str
    language_score: float
    user_count: int
    is_commerce_music: bool
    first_seen_at: datetime
    last_seen_at: datetime
    status: TrackStatus
    media: MediaFacts | None = None
    canonical_id: str | None = None
    publish: PublishFacts | None = None
    has_commerce_right: bool | None = None
    about: About = field(default_factory=About)
    retired_at: datetime | None = None
    retired_reason: str | None = None
    media_deleted_at: datetime | None = None
    facts_at: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    upstream_title: str | None = None
    newer_fields: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def is_withheld(self) -> bool:
        """True for a retired track, and for a status of a newer release: it may be a takedown."""
        return self.status is TrackStatus.RETIRED or not self.status.is_known()


def record_to(record: TrackRecord) -> dict[str, Any]:
    """Writes the stored form: the record's fields, times in ISO 8601."""
    stored = asdict(record)
    stored.update(stored.pop("newer_fields"))
    stored["survivor_id"] = stored.pop("canonical_id")  # the name since the first release
    stored["first_seen_at"] = record.first_seen_at.isoformat()
    stored["last_seen_at"] = record.last_seen_at.isoformat()
    for name in ("retired_at", "media_deleted_at"):
        stored[name] = stored[name].isoformat() if stored[name] else None
    stored["facts_at"] = {fact: moment.isoformat() for fact, moment in record.facts_at.items()}
    stored["publish"] = publish_to(record.publish) if record.publish else None
    return {
        name: value
        for name, value in stored.items()
        if value is not None or name not in _ONLY_IF_KNOWN
    }


def record_from(stored: dict[str, Any]) -> TrackRecord:
    """Reads the stored form; carries fields of a newer release."""
    known = known_fields(TrackRecord, stored)
    media = stored.get("media")
    return TrackRecord(
        **{
            **known,
            "newer_fields": {
                name: value
                for name, value in stored.items()
                if name not in known and name not in _OTHER_NAMES
            },
            "first_seen_at": datetime.fromisoformat(stored["first_seen_at"]),
            "last_seen_at": datetime.fromisoformat(stored["last_seen_at"]),
            "status": TrackStatus(stored["status"]),
            "media": media_from(media) if media else None,
            "about": about_from(_mapping(stored.get("about"))),
            "canonical_id": stored.get("survivor_id"),
            "publish": _publish(stored),
            "retired_at": _time(stored.get("retired_at")),
            "media_deleted_at": _time(stored.get("media_deleted_at")),
            "facts_at": {
                fact: datetime.fromisoformat(moment)
                for fact, moment in (stored.get("facts_at") or {}).items()
            },
        }
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _publish(stored: Mapping[str, Any]) -> PublishFacts | None:
    """The publish facts; malformed ones cost themselves only, as the next run finds them again.

    Earlier releases stored the id of one clip.
    """
    try:
        if stored.get("publish"):
            return publish_from(stored["publish"])
        clip_id = stored.get("song_clip_id")
        times = (stored["first_seen_at"], stored["last_seen_at"])
        return facts_of_clip_id(clip_id, *map(datetime.fromisoformat, times)) if clip_id else None
    except (LookupError, TypeError, ValueError) as exc:
        _logger.warning("publish facts of %s are not readable: %r", stored.get("track_id"), exc)
        return None


def media_from(stored: dict[str, Any]) -> MediaFacts:
    """Reads the stored form; ignores fields of a newer release.

    Raises TypeError for a missing field or one of another type, which would end a run later.
    """
    drawn = stored.get("drawn")
    known = known_fields(MediaFacts, {**stored, "drawn": None})
    _check_types(MediaFacts, known)
    return replace(MediaFacts(**known), drawn=None if drawn is None else _drawn_from(drawn))


def _drawn_from(stored: Mapping[str, Any]) -> DrawnFacts:
    known = known_fields(DrawnFacts, stored)
    sides = known.pop("cover_sides", [])
    if not isinstance(sides, list | tuple) or not all(type(side) is int for side in sides):
        raise TypeError(f"cover_sides is {sides!r:.40}")
    _check_types(DrawnFacts, known)
    return DrawnFacts(**known, cover_sides=tuple(sides))


def _check_types(kind: type, known: Mapping[str, Any]) -> None:
    """Raises TypeError for a value that is not the text or the finite number of its field."""
    types = {each.name: each.type for each in fields(kind)}
    for name, value in known.items():
        is_number = type(value) in (int, float) and math.isfinite(value)
        is_missing = value is None and "None" in str(types[name])
        if not (is_missing or (isinstance(value, str) if types[name] is str else is_number)):
            raise TypeError(f"{name} is {value!r:.40}")


def known_fields(kind: type, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Drops stored fields that this release does not know; a newer one may have written them."""
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in stored.items() if name in names}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
