"""The results of the tools: their types, and their short forms, which are the default."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

PostMode = Literal["publish", "draft", "managed"]


class HonoredBy(TypedDict):
    publish: bool
    managed: bool


class Publish(TypedDict):
    """The clip of a track in TikTok's commercial library."""

    songClipId: str
    clip: Literal["full", "trending"]
    clipDuration: float | None
    trendingSongClipId: str | None
    commercialMusicId: str | None
    evidence: Literal["listed", "sameId", "sameRecording", "sameCredits"]
    countries: list[str]
    lastSeenAt: str
    isUsable: bool


class CommercialUse(TypedDict):
    verdict: Literal["approved", "organicOnly", "unknown"]
    because: str
    countries: list[str]
    checkedAt: str


class TrackMedia(TypedDict):
    """The media of a track for a player; cover addresses by the pixels of their longer side."""

    cover: dict[str, str | None]
    coverHash: str | None
    coverColor: str | None
    onCoverColor: str | None
    peaksUrl: str | None
    suggestedStartMs: int | None
    previewOffsetMs: int | None


class About(TypedDict):
    """The sources' facts about the song."""

    themes: list[str]
    genres: list[str]
    releasedOn: str | None
    links: dict[str, str | None]


class ListedTrack(TypedDict):
    """A track of the list; what is not required here only with details."""

    id: str
    title: str
    author: str
    duration: float
    language: str
    userCount: int
    isCommerceMusic: bool
    album: NotRequired[str]
    previewUrl: NotRequired[str]
    coverUrl: NotRequired[str]
    publish: NotRequired[Publish | None]
    honoredBy: NotRequired[HonoredBy]
    commercialUse: NotRequired[CommercialUse]
    media: NotRequired[TrackMedia | None]
    about: NotRequired[About | None]


class TrackPage(TypedDict):
    """One page of tracks; `nextCursor` is null on the last page."""

    tracks: list[ListedTrack]
    total: int
    nextCursor: str | None


class Chart(TypedDict):
    """A chart; `period` is in days, null for a chart of now."""

    id: str
    country: str
    genre: str
    period: int | None
    kind: Literal["popular", "surging"]
    isDefault: bool
    total: int
    publishedAt: str


class ChartList(TypedDict):
    """The published charts, the default one first."""

    charts: list[Chart]


class TrackChart(TypedDict):
    """The place of a track on a chart."""

    id: str
    rank: int
    previousRank: int | None
    isNew: bool


class FoundTrack(ListedTrack):
    """One track, on or off the chart; history, loudness and media only with details."""

    status: Literal["active", "offChart", "retired"]
    rank: int | None
    tiktokMusicLink: str
    tiktokMusicId: NotRequired[str]
    previousRank: NotRequired[int | None]
    isNew: NotRequired[bool]
    firstSeenAt: NotRequired[str]
    lastSeenAt: NotRequired[str]
    loudnessLufs: NotRequired[float | None]
    charts: NotRequired[list[TrackChart]]
    genres: NotRequired[list[str]]


class Warning(TypedDict):
    """`reason` is why a track is not honoured on direct publish."""

    code: str
    message: str
    reason: NotRequired[str]


class ResolvedTarget(TypedDict):
    """The music of one post: `payload` is merged into the post unchanged."""

    mode: PostMode
    payload: dict[str, Any]
    warnings: list[Warning]


class ResolvedTargets(TypedDict):
    targets: list[ResolvedTarget]


def page_of(answer: Mapping[str, Any], with_details: bool) -> TrackPage:
    """Returns a page of the API; raises KeyError or TypeError for anything else."""
    rows = [_members(ListedTrack, row, with_details) for row in answer["tracks"]]
    return {"tracks": rows, "total": answer["total"], "nextCursor": answer["nextCursor"]}


def charts_of(answer: Mapping[str, Any]) -> ChartList:
    """Returns the charts of the API; raises KeyError or TypeError for anything else."""
    return {"charts": [_members(Chart, row, with_details=False) for row in answer["charts"]]}


def track_of(row: Mapping[str, Any], with_details: bool) -> FoundTrack:
    """Returns a track of the API; raises KeyError or TypeError for anything else."""
    found: FoundTrack = _members(FoundTrack, row, with_details)
    return found


def _members(kind: Any, row: Mapping[str, Any], with_details: bool) -> Any:
    """Returns the required members of `kind`, and with details also the others of the row."""
    short = {name: row[name] for name in kind.__annotations__ if name in kind.__required_keys__}
    return {**row, **short} if with_details else short
