"""The API's responses as values. All times are aware and in UTC.

The literals name the values of today's API; a value that a later one adds passes through.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

TrackStatus: TypeAlias = Literal["active", "offChart", "retired"]
HealthStatus: TypeAlias = Literal["ok", "degraded", "failing"]
Evidence: TypeAlias = Literal["listed", "sameId", "sameRecording", "sameCredits"]
Environment: TypeAlias = Literal["live", "test"]
RateLimitTier: TypeAlias = Literal["standard", "pilot", "partner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One track of the list; `duration` is the preview's, in seconds."""

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
    """A track and its rank in the list, from 1."""

    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatedTrack(RankedTrack):
    """A track with new values of the fields `changed`, named as in the API."""

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HonoredBy:
    """The modes that use the picked track; in the others TikTok chooses the music."""

    publish: bool
    managed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """The clip of a track in TikTok's commercial library; `clip_duration` is in seconds.

    `song_clip_id` is what TikTok's Business API takes as `music_sound_id`, `commercial_music_id`
    is not. `countries` are those of the charts that listed the song, and no clearance.
    """

    song_clip_id: str
    clip: Literal["full", "trending"]
    clip_duration: float | None
    trending_song_clip_id: str | None
    commercial_music_id: str | None
    evidence: Evidence
    countries: tuple[str, ...]
    last_seen_at: datetime
    is_usable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommercialUse:
    """The verdict on commercial use, with its reason and the time at which it was read."""

    verdict: Literal["approved", "organicOnly", "unknown"]
    because: str
    countries: tuple[str, ...]
    checked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackMedia:
    """The media of a track for a player; an absent file is None.

    `cover` are addresses of JPEG files by the pixels of their longer side ("96", "320", "720"),
    `cover_hash` is a ThumbHash in base64, colours are `#rrggbb`; `peaks_url` is a waveform in
    audiowaveform's JSON. `suggested_start_ms` is a position in the preview, `preview_offset_ms`
    that of the preview in the source's file.
    """

    cover: Mapping[str, str | None]
    cover_hash: str | None
    cover_color: str | None
    on_cover_color: str | None
    peaks_url: str | None
    suggested_start_ms: int | None
    preview_offset_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The sources' facts about a song; `links` are addresses by music service."""

    themes: tuple[str, ...]
    genres: tuple[str, ...]
    released_on: str | None
    links: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTrack(Track):
    """A row of a search with `include`; a part that was not requested is None.

    `publish` is None, too, if no clip is known.
    """

    publish: Publish | None = None
    honored_by: HonoredBy | None = None
    commercial_use: CommercialUse | None = None
    media: TrackMedia | None = None
    about: About | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackChart:
    """The place of a track on a chart; `id` is the chart's."""

    id: str
    rank: int
    previous_rank: int | None
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackDetail(Track):
    """A track with its details.

    `publish` is None if no clip is known; that and `commercial_use` are None where the catalog
    honours no track on direct publish. `media` and `about` are None from an older API, `charts` and
    `genres` where the catalog has one chart only.
    """

    status: TrackStatus
    tiktok_music_link: str
    tiktok_music_id: str
    rank: int | None
    previous_rank: int | None
    is_new: bool
    first_seen_at: datetime
    last_seen_at: datetime
    loudness_lufs: float | None
    honored_by: HonoredBy
    publish: Publish | None = None
    commercial_use: CommercialUse | None = None
    media: TrackMedia | None = None
    about: About | None = None
    charts: tuple[TrackChart, ...] | None = None
    genres: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart and the version that it serves; `period` is in days, None for a chart of now."""

    id: str
    source: str
    country: str
    genre: str
    period: int | None
    kind: str
    is_default: bool
    total: int
    version: str
    published_at: datetime
    next_refresh_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """The published charts, the default one first."""

    charts: tuple[Chart, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The whole list; `version` is what `changes` takes."""

    tracks: tuple[Track, ...]
    total: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Counts over all matches, by language (ISO 639-1) and by `true` or `false`.

    `publishable` is None where the catalog honours no track on direct publish.
    """

    language: Mapping[str, int]
    is_commerce_music: Mapping[str, int]
    publishable: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of matches; `total` counts all, `next_cursor` is None on the last page."""

    tracks: tuple[Track, ...]
    total: int
    next_cursor: str | None
    facets: Facets | None
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Tracks in the order of the request, each once.

    `aliases` maps the id of a duplicate to that of its canonical track, `found` each id and link,
    as it was given, to the id of its track; `unknown` are those that the catalog does not know.
    """

    tracks: tuple[TrackDetail, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A track that left the list, into which other track it was merged, and why.

    Both are None if unknown, as from an API of an earlier release.
    """

    id: str
    previous_rank: int
    reason: Literal["retired", "offChart", "merged"] | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A track that changed its rank."""

    id: str
    rank: int
    previous_rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The changes between the versions `since` and `version`.

    `updated` is None from an API of an earlier release; `next_cursor` is that of a page.
    """

    since: str
    version: str
    added: tuple[RankedTrack, ...]
    removed: tuple[Removal, ...]
    moved: tuple[Move, ...]
    updated: tuple[UpdatedTrack, ...] | None = None
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The organisation, scopes and tier of a key; `api_key_id` is its public part.

    `environment` is None if the API does not return it.
    """

    organization_id: str
    organization_name: str
    scopes: tuple[str, ...]
    rate_limit_tier: RateLimitTier
    api_key_id: str
    environment: Environment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotHealth:
    """The snapshot that is served."""

    version: str
    published_at: datetime
    age_seconds: int
    track_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartsHealth:
    """The number of charts, of those older than a day, and the age of the oldest."""

    published: int
    stale: int
    oldest_age_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The status of the catalog; `snapshot` is None before the first one, `charts` where the
    catalog has one chart only."""

    status: HealthStatus
    snapshot: SnapshotHealth | None
    next_refresh_due_at: datetime | None
    charts: ChartsHealth | None = None
