"""Decides the payload of a target that is published directly, where the setting is not off."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tiktok_music.archive import TrackStatus
from tiktok_music.publish_facts import ClipKind, PublishFacts
from tiktok_music.publish_policy import SWITCHED_OFF, HonorOnPublish, NotHonored, PublishPolicy
from tiktok_music.resolve_options import PostOptions
from tiktok_music.resolve_request import Target

AUTO: Mapping[str, Any] = {"auto_add_music": True}
NOTHING: Mapping[str, Any] = {}

# Code -> message for people.
WARNINGS = {
    "DEGRADED_TO_AUTO": (
        "TikTok's photo API does not take a track of this catalog: music is added automatically."
    ),
    "DEGRADED_TO_NONE": "TikTok does not take this track on direct publish: no music is added.",
    "OFF_CHART": "The track is no longer on the chart; it is used all the same.",
    "RETIRED": "The track was taken down; its link may lead to nothing.",
    "NOT_COMMERCIAL": "The track is not cleared for commercial use.",
    "NO_AUTO_ON_VIDEO": "TikTok adds music automatically to photos only: no music is added.",
    "AUTO_NEEDS_NO_BRANDING": "With a brand toggle on, TikTok adds no music automatically.",
    "IGNORED_ON_PHOTO": "Volumes and times are for videos; on photos they are ignored.",
    "PUBLISH_ID_TRENDING_CLIP": "Only an excerpt of the song, its trending clip, can be used.",
}
# Reason -> message of the issue where the target wants no fallback.
PROBLEMS = {
    NotHonored.CONTENT_API: "TikTok's Content Posting API takes no track; publishVia is content.",
    NotHonored.NO_CLIP: "The track has no clip in TikTok's commercial library.",
    NotHonored.EVIDENCE: "The clip of the track is not certain enough.",
    NotHonored.STALE: "The clip of the track was not seen lately.",
    NotHonored.RETIRED: "The track was taken down.",
}


@dataclass(frozen=True, slots=True)
class Music:
    """The facts of a track that a payload depends on."""

    link: str
    status: TrackStatus
    is_commerce_music: bool
    publish: PublishFacts | None = None


@dataclass(frozen=True, slots=True)
class ResolveWarning:
    """A code, its message for people, and the reason of a track that is not honoured."""

    code: str
    message: str
    reason: NotHonored | None = None

    def to_dict(self) -> dict[str, str]:
        shown = {"code": self.code, "message": self.message}
        return {**shown, "reason": str(self.reason)} if self.reason else shown


@dataclass(frozen=True, slots=True)
class Decision:
    """The payload to merge into `post_info`, with its warnings."""

    payload: Mapping[str, Any]
    warnings: tuple[ResolveWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishRules:
    """The policy of direct publish and the time at which ages count, in UTC.

    Without them, nothing is honoured on direct publish.
    """

    policy: PublishPolicy
    now: datetime

    def problem(self, options: PostOptions, music: Music) -> NotHonored | None:
        """Why the track is not honoured on this target, None if it is."""
        policy = self.policy
        is_business = policy.honor is HonorOnPublish.ALWAYS or options.publish_via == "business"
        if not is_business:
            return NotHonored.CONTENT_API
        return policy.problem(music.publish, music.status, self.now)


NO_RULES = PublishRules(SWITCHED_OFF, datetime.min.replace(tzinfo=UTC))


def warning(code: str, reason: NotHonored | None = None) -> ResolveWarning:
    return ResolveWarning(code, WARNINGS[code], reason)


def decide(target: Target, music: Music | None, rules: PublishRules) -> Decision | NotHonored:
    """The decision on automatic or, with `music`, manual music.

    Returns the reason instead where the track is not honoured and the target wants no fallback.
    """
    options = target.post
    if music is None:
        return _with_notes(*_auto(options), options=options)
    problem = rules.problem(options, music)
    if problem is None:
        return _with_notes(_chosen(options, music), *_cautions(music), options=options)
    if options.fallback == "fail":
        return problem
    if options.fallback == "none" or options.media == "video":
        return _with_notes(NOTHING, warning("DEGRADED_TO_NONE", problem), options=options)
    payload, *warnings = _auto(options)
    degraded = warning("DEGRADED_TO_AUTO", problem)
    return _with_notes(payload, degraded, *warnings, options=options)


def _auto(options: PostOptions) -> tuple[Mapping[str, Any], *tuple[ResolveWarning, ...]]:
    """The payload of automatic music, which TikTok has for photos only, and its warnings."""
    if options.media == "video":
        return NOTHING, warning("NO_AUTO_ON_VIDEO")
    return (AUTO, warning("AUTO_NEEDS_NO_BRANDING")) if options.is_branded else (AUTO,)


def _chosen(options: PostOptions, music: Music) -> Mapping[str, Any]:
    """The payload with the clip; both volumes are written, as TikTok's defaults are silence."""
    if music.publish is None:
        raise ValueError("a track without a clip is not honoured")
    sound: dict[str, Any] = {"music_sound_id": music.publish.clip.song_clip_id}
    if options.media == "video":
        sound["music_sound_volume"] = options.volume
        sound["video_original_sound_volume"] = options.original_volume
        times = {"music_sound_start": options.start_ms, "music_sound_end": options.end_ms}
        sound |= {name: value for name, value in times.items() if value is not None}
    return {"music_sound_info": sound}


def _cautions(music: Music) -> Iterator[ResolveWarning]:
    if music.publish and music.publish.clip.kind is not ClipKind.FULL:
        yield warning("PUBLISH_ID_TRENDING_CLIP")
    if music.status is TrackStatus.OFF_CHART:
        yield warning("OFF_CHART")
    if not music.is_commerce_music:
        yield warning("NOT_COMMERCIAL")


def _with_notes(
    payload: Mapping[str, Any], *warnings: ResolveWarning, options: PostOptions
) -> Decision:
    is_ignored = options.media == "photo" and options.video_options
    notes = (warning("IGNORED_ON_PHOTO"),) if is_ignored else ()
    return Decision(payload, (*warnings, *notes))
