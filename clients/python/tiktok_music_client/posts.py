"""The music of posts: what `resolve` takes and returns."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Literal, TypeAlias

PostMode: TypeAlias = Literal["publish", "managed", "draft"]
MusicMode: TypeAlias = Literal["none", "auto", "manual"]
RetiredPolicy: TypeAlias = Literal["link", "auto", "fail"]
PublishVia: TypeAlias = Literal["content", "business"]
Media: TypeAlias = Literal["photo", "video"]
Fallback: TypeAlias = Literal["auto", "none", "fail"]
NoticeCode: TypeAlias = Literal[
    "DEGRADED_TO_AUTO",
    "DEGRADED_TO_NONE",
    "OFF_CHART",
    "RETIRED",
    "NOT_COMMERCIAL",
    "NO_AUTO_ON_VIDEO",
    "AUTO_NEEDS_NO_BRANDING",
    "IGNORED_ON_PHOTO",
    "PUBLISH_ID_TRENDING_CLIP",
]
NotHonored: TypeAlias = Literal[
    "CONTENT_API", "NO_CLIP", "EVIDENCE", "STALE", "RETIRED", "SWITCHED_OFF"
]


@dataclass(frozen=True, slots=True)
class Target:
    """A post, published in `mode`, and its music.

    `music` is `none`, `auto` (TikTok chooses) or `manual` (`track_id`). Without it, a track means
    `manual`, and no track means `auto`, except for a draft, which takes no music.

    The other fields are options of direct publish, sent only if they are given: the API of TikTok
    that posts, volumes from 0 to 100 and milliseconds of the clip on a video, and the music of a
    post whose track cannot be honoured.
    """

    mode: PostMode
    track_id: str | None = None
    music: MusicMode | None = None
    _: KW_ONLY
    publish_via: PublishVia | None = None
    media: Media | None = None
    volume: int | None = None
    original_volume: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    fallback: Fallback | None = None
    is_brand_organic: bool | None = None
    is_branded_content: bool | None = None

    def __post_init__(self) -> None:
        if self.music == "manual" and self.track_id is None:
            raise ValueError("manual music needs a track_id")
        if self.music in ("none", "auto") and self.track_id is not None:
            raise ValueError(f"a target with the music {self.music!r} has no track_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A warning; `message` is human-readable.

    `reason` is why a track is not honoured on direct publish, if the catalog says so.
    """

    code: NoticeCode
    message: str
    reason: NotHonored | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The music of one target; merge `payload` into the post unchanged."""

    mode: PostMode
    payload: Mapping[str, object]
    warnings: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One fault of a request; `message` is human-readable."""

    path: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """The faults of one target; `index` is its place among the targets of the call, from 0."""

    index: int
    issues: tuple[Issue, ...]
