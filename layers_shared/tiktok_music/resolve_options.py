"""The members of a target for direct publish: which API posts what, volumes, times, fallback."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tiktok_music.errors import Issue

# For direct publish, of a target and of its `tiktokMusic`.
TARGET_OPTIONS = ("publishVia", "media", "tiktokPostSettings")
MUSIC_OPTIONS = ("volume", "originalVolume", "startMs", "endMs", "fallback")
CHOICES = {
    "publishVia": ("content", "business"),
    "media": ("photo", "video"),
    "fallback": ("auto", "none", "fail"),
}
# Only these mean something on a video, and TikTok drops them on photos.
VIDEO_OPTIONS = ("volume", "originalVolume", "startMs", "endMs")
TOGGLES = ("isBrandOrganic", "isBrandedContent")
LOUDEST, DEFAULT_VOLUME = 100, 50
# TikTok's field is a 32-bit integer.
MOST_MS = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOptions:
    """The options of a target; times are milliseconds of the clip, None if left to TikTok.

    `video_options` are those that the target gives; `is_branded` is true with a brand toggle on.
    """

    publish_via: str = "content"
    media: str = "photo"
    volume: int = DEFAULT_VOLUME
    original_volume: int = DEFAULT_VOLUME
    start_ms: int | None = None
    end_ms: int | None = None
    fallback: str = "auto"
    video_options: tuple[str, ...] = ()
    is_branded: bool = False


NO_OPTIONS = PostOptions()


def parse_options(target: Mapping[str, Any]) -> PostOptions:
    """The options of a target without issues."""
    music = target.get("tiktokMusic", {})
    settings = target.get("tiktokPostSettings", {})
    return PostOptions(
        publish_via=target.get("publishVia", "content"),
        media=target.get("media", "photo"),
        volume=int(music.get("volume", DEFAULT_VOLUME)),
        original_volume=int(music.get("originalVolume", DEFAULT_VOLUME)),
        start_ms=int(music["startMs"]) if "startMs" in music else None,
        end_ms=int(music["endMs"]) if "endMs" in music else None,
        fallback=music.get("fallback", "auto"),
        video_options=tuple(name for name in VIDEO_OPTIONS if name in music),
        is_branded=any(settings.get(name) for name in TOGGLES),
    )


def options_switched_off(target: Mapping[str, Any]) -> PostOptions:
    """The options with the setting off: all are ignored, but the answer says so."""
    is_business = target.get("publishVia") == "business"
    return PostOptions(publish_via="business") if is_business else NO_OPTIONS


def option_issues(path: str, target: Mapping[str, Any]) -> Iterator[Issue]:
    """Yields the faults in the options of a target."""
    for name in ("publishVia", "media"):
        yield from _choice_issues(path, name, target)
    settings = target.get("tiktokPostSettings", {})
    if not isinstance(settings, dict):
        yield f"{path}.tiktokPostSettings", "Must be an object."
    else:
        for name in TOGGLES:
            if not isinstance(settings.get(name, False), bool):
                yield f"{path}.tiktokPostSettings.{name}", "Must be true or false."
    music = target.get("tiktokMusic")
    if isinstance(music, dict):
        yield from _music_issues(f"{path}.tiktokMusic", music)


def _music_issues(path: str, music: Mapping[str, Any]) -> Iterator[Issue]:
    yield from _choice_issues(path, "fallback", music)
    limits = {"volume": LOUDEST, "originalVolume": LOUDEST, "startMs": MOST_MS, "endMs": MOST_MS}
    wrong = [name for name in VIDEO_OPTIONS if not _is_whole(music.get(name, 0), limits[name])]
    for name in wrong:
        yield f"{path}.{name}", f"Must be a whole number from 0 to {limits[name]}."
    if "endMs" in music and not wrong and music["endMs"] <= music.get("startMs", 0):
        yield f"{path}.endMs", "Must be above startMs."


def _choice_issues(path: str, name: str, fields: Mapping[str, Any]) -> Iterator[Issue]:
    if name in fields and fields[name] not in CHOICES[name]:
        yield f"{path}.{name}", f"Must be one of {', '.join(CHOICES[name])}."


def _is_whole(value: object, most: int) -> bool:
    """True for an integer of JSON, of which 50.0 is one too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= most and value == int(value)
