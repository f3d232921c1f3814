"""Finds tracks by id: in the snapshot, else in the archive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from tiktok_music.api.charts.track_members import TrackCharts


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
    chart_members: Mapping[str, Any]
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
            **self.chart_members,
            "media": media_member(record, self.media_base_url),
            "about": about_member(record),
        }


def find_tracks(view: CatalogView, index: Index, track_ids: Iterable[str]) -> dict[str, FoundTrack]:
    """Maps ids to tracks, aliases followed; omits unknown ids."""
    previous = view.indexes.previous_ranks(index)
    charts = _charts(view, index, previous)
    is_listed = charts.is_listed if charts else index.ranks.__contains__
    records = resolve_aliases(view.archive, track_ids, is_listed)

    def found(record: TrackRecord) -> FoundTrack:
        track_id, is_on_chart = record.track_id, is_listed(record.track_id)
        status = _status(record, is_listed=is_on_chart)
        is_active = status is TrackStatus.ACTIVE
        place = charts.index_of(track_id) if charts and track_id not in index.ranks else index
        row = place.row(track_id) if place else None
        is_ranked = is_active and track_id in index.ranks
        last_seen_at = record.last_seen_at
        if place is not None and row is not None and is_active:
            last_seen_at = place.descriptor.published_at
        return FoundTrack(
            row=row or _row(record, view.media_base_url),
            record=record,
            status=status,
            rank=index.ranks[track_id] if is_ranked else None,
            previous_rank=(previous or {}).get(track_id) if is_ranked else None,
            is_new=is_ranked and previous is not None and track_id not in previous,
            last_seen_at=last_seen_at,
            publish_members=publish_members(view, record, status, last_seen_at),
            chart_members=charts.members(record, is_listed=is_active) if charts else {},
            media_base_url=view.media_base_url,
        )

    return {track_id: found(record) for track_id, record in records.items()}


def _charts(
    view: CatalogView, index: Index, previous: Mapping[str, int] | None
) -> "TrackCharts | None":
    """The ranks on all charts; None without any beside the default one."""
    if not view.has_charts:
        return None
    from tiktok_music.api.charts.track_members import TrackCharts

    return TrackCharts(view, index, previous)


def music_lookup(view: CatalogView) -> Lookup:
    """The lookup for `resolve`: the snapshot, else the archive."""

    def find(track_ids: Sequence[str]) -> dict[str, Music]:
        index = view.indexes.current()
        records = resolve_aliases(view.archive, track_ids, index.ranks.__contains__)
        return {track_id: music(index, record) for track_id, record in records.items()}

    def music(index: Index, record: TrackRecord) -> Music:
        row = index.row(record.track_id)
        is_commerce_music = record.is_commerce_music if row is None else row["isCommerceMusic"]
        is_elsewhere = view.has_charts and record.status is TrackStatus.ACTIVE
        status = _status(record, is_listed=row is not None or is_elsewhere)
        return Music(record.link, status, is_commerce_music, record.publish)

    return find


def _status(record: TrackRecord, *, is_listed: bool) -> TrackStatus:
    """A retired track is retired at once, whatever the charts list; else the charts decide."""
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
