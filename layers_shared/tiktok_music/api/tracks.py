"""Finds tracks by id: in the snapshot, else in the archive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.freshness import utc_text
from tiktok_music.api.index import Index, Row
from tiktok_music.api.media_members import about_member, media_member
from tiktok_music.api.publish_members import HONORED_BY, publish_members
from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.archive_lookup import resolve_aliases
from tiktok_music.resolve import Lookup
from tiktok_music.resolve_publish import Music
from tiktok_music.snapshot import row_of
from tiktok_music.track import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTrack:
    """The current state of a track; only a listed one has a rank, and a new one no previous one."""

    row: Row
    record: TrackRecord
    status: TrackStatus
    rank: int | None
    previous_rank: int | None
    is_new: bool
    last_seen_at: datetime
    publish_members: Mapping[str, Any]
    media_base_url: str

    def to_dict(self) -> dict[str, Any]:
        record = self.record
        return {
            **self.row,
            "status": str(self.status),
            "tiktokMusicLink": record.link,
            "tiktokMusicId": record.tiktok_id,
            "rank": self.rank,
            "previousRank": self.previous_rank,
            "isNew": self.is_new,
            "firstSeenAt": utc_text(record.first_seen_at),
            "lastSeenAt": utc_text(self.last_seen_at),
            "loudnessLufs": round(record.media.loudness_lufs, 1) if record.media else None,
            "honoredBy": HONORED_BY,
            **self.publish_members,
            "media": media_member(record, self.media_base_url),
            "about": about_member(record),
        }


def find_tracks(view: CatalogView, index: Index, track_ids: Iterable[str]) -> dict[str, FoundTrack]:
    """Maps ids to tracks, aliases followed; omits unknown ids."""
    previous = view.indexes.previous_ranks(index)
    records = resolve_aliases(view.archive, track_ids, index.ranks.__contains__)

    def found(record: TrackRecord) -> FoundTrack:
        row = index.row(record.track_id)
        status = _status(record, is_listed=row is not None)
        if row is None or status is not TrackStatus.ACTIVE:
            return _unlisted(view, record, status, row or _row(record, view.media_base_url))
        last_seen_at = index.descriptor.published_at
        return FoundTrack(
            row=row,
            record=record,
            status=status,
            rank=index.ranks[record.track_id],
            previous_rank=(previous or {}).get(record.track_id),
            is_new=previous is not None and record.track_id not in previous,
            last_seen_at=last_seen_at,
            publish_members=publish_members(view, record, status, last_seen_at),
            media_base_url=view.media_base_url,
        )

    return {track_id: found(record) for track_id, record in records.items()}


def music_lookup(view: CatalogView) -> Lookup:
    """The lookup for `resolve`: the snapshot, else the archive."""

    def find(track_ids: Sequence[str]) -> dict[str, Music]:
        index = view.indexes.current()
        records = resolve_aliases(view.archive, track_ids, index.ranks.__contains__)
        return {track_id: music(index, record) for track_id, record in records.items()}

    def music(index: Index, record: TrackRecord) -> Music:
        row = index.row(record.track_id)
        is_commerce_music = record.is_commerce_music if row is None else row["isCommerceMusic"]
        status = _status(record, is_listed=row is not None)
        return Music(record.link, status, is_commerce_music, record.publish)

    return find


def _unlisted(view: CatalogView, record: TrackRecord, status: TrackStatus, row: Row) -> FoundTrack:
    return FoundTrack(
        row=row,
        record=record,
        status=status,
        rank=None,
        previous_rank=None,
        is_new=False,
        last_seen_at=record.last_seen_at,
        publish_members=publish_members(view, record, status, record.last_seen_at),
        media_base_url=view.media_base_url,
    )


def _status(record: TrackRecord, *, is_listed: bool) -> TrackStatus:
    """A retired track is retired at once, whatever the served list holds; else the list decides."""
    if record.status is TrackStatus.RETIRED:
        return TrackStatus.RETIRED
    return TrackStatus.ACTIVE if is_listed else TrackStatus.OFF_CHART


def _row(record: TrackRecord, media_base_url: str) -> Mapping[str, Any]:
    track = Track(
        track_id=record.track_id,
        title=record.title,
        author=record.author,
        album=record.album,
        duration_seconds=record.media.duration_seconds if record.media else 0.0,
        language=record.language,
        user_count=record.user_count,
        is_commerce_music=record.is_commerce_music,
    )
    return row_of(track, media_base_url)
