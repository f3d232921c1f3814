"""What the catalog answers, as values. All times are aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One track as the list has it; `duration` is that of the preview, in seconds."""

    id: str
    title: str
    author: str
    album: str
    duration: float
    preview_url: str
    cover_url: str
    language: str
    user_count: int
    is_commerce_music: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedTrack(Track):
    """A track and its place in the list, counted from 1."""

    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HonoredBy:
    """Which modes use the track itself; `publish` lets TikTok choose."""

    publish: bool
    managed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackDetail(Track):
    """All that is known of one track; `status` is `active`, `offChart` or `retired`."""

    status: str
    tiktok_music_link: str
    tiktok_music_id: str
    rank: int | None
    previous_rank: int | None
    is_new: bool
    first_seen_at: datetime
    last_seen_at: datetime
    loudness_lufs: float | None
    honored_by: HonoredBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The whole list; `version` is what `changes` takes."""

    tracks: tuple[Track, ...]
    total: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Counts over all matches, by language (ISO 639-1) and by `true` or `false`."""

    language: Mapping[str, int]
    is_commerce_music: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some matches of a search; `total` counts all, `next_cursor` is None on the last page."""

    tracks: tuple[Track, ...]
    total: int
    next_cursor: str | None
    facets: Facets | None
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Tracks in the order asked for, each once.

    `aliases` leads from ids of merged duplicates to the track that stayed; `unknown` are ids and
    links that the catalog never had.
    """

    tracks: tuple[TrackDetail, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A track that left the list."""

    id: str
    previous_rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A track that changed its place."""

    id: str
    rank: int
    previous_rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What leads from the version `since` to `version`."""

    since: str
    version: str
    added: tuple[RankedTrack, ...]
    removed: tuple[Removal, ...]
    moved: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A post: `mode` is `publish` or `managed`; without a track, TikTok chooses the music."""

    mode: str
    track_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A warning (`DEGRADED_TO_AUTO`, `OFF_CHART`, `RETIRED`, `NOT_COMMERCIAL`), with a sentence
    for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a target is sent with: `payload` goes into the post as it is."""

    mode: str
    payload: Mapping[str, object]
    warnings: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What the catalog knows of the key; `api_key_id` is its public part."""

    organization_id: str
    organization_name: str
    scopes: tuple[str, ...]
    rate_limit_tier: str
    api_key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotHealth:
    """What is being served."""

    version: str
    published_at: datetime
    age_seconds: int
    track_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`status` is `ok`, `degraded` or `failing`; no snapshot where nothing was published yet."""

    status: str
    snapshot: SnapshotHealth | None
    next_refresh_due_at: datetime | None
