"""Resolves the `tiktokMusic` of each target to a payload: parse all, look up once, decide.

Pure except for the lookup, so that the API and a publisher give the same result.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiktok_music.archive import TrackStatus
from tiktok_music.archive_lookup import ReadableArchive, resolve_aliases
from tiktok_music.errors import Invalid

MODES = ("publish", "draft", "managed")
SELECTIONS = ("auto", "manual")
MOST_TARGETS = 50
AUTO: Mapping[str, Any] = {"auto_add_music": True}

# Code -> message for people.
WARNINGS = {
    "DEGRADED_TO_AUTO": (
        "TikTok's photo API does not take a track of this catalog: music is added automatically."
    ),
    "OFF_CHART": "The track is no longer on the chart; it is used all the same.",
    "RETIRED": "The track was taken down; its link may lead to nothing.",
    "NOT_COMMERCIAL": "The track is not cleared for commercial use.",
}
STATUS_WARNINGS = {TrackStatus.OFF_CHART: "OFF_CHART", TrackStatus.RETIRED: "RETIRED"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Music:
    """The facts of a track that a payload depends on."""

    link: str
    status: TrackStatus
    is_commerce_music: bool


# Track ids -> the music of each, aliases followed; unknown ids are omitted.
Lookup = Callable[[Sequence[str]], Mapping[str, Music]]


@dataclass(frozen=True, slots=True)
class Target:
    """One valid target; only a manual selection has a track id."""

    mode: str
    has_music: bool
    track_id: str | None


def parse_track_id(text: object) -> str | None:
    """Normalizes a track id to a UUID in lower case; returns None for anything else."""
    lower = text.lower() if isinstance(text, str) else ""
    return lower if _UUID.fullmatch(lower) else None


def resolve(body: object, find: Lookup) -> dict[str, Any]:
    """Answers `{"targets": [{"mode", "tiktokMusic"}]}` with a payload and warnings for each target.

    All or nothing: raises Invalid with every issue of every target.
    """
    targets = _targets(body)
    track_ids = [target.track_id for target in targets if target.track_id is not None]
    tracks = find(list(dict.fromkeys(track_ids))) if track_ids else {}
    unknown = [
        (f"targets[{index}].tiktokMusic.trackId", "There is no such track.")
        for index, target in enumerate(targets)
        if target.track_id is not None and target.track_id not in tracks
    ]
    if unknown:
        raise Invalid(tuple(unknown))
    return {"targets": [_resolved(target, tracks) for target in targets]}


def archived_music(archive: ReadableArchive) -> Lookup:
    """A lookup in the archive alone, for a publisher that has no snapshot."""

    def find(track_ids: Sequence[str]) -> dict[str, Music]:
        return {
            track_id: Music(record.link, record.status, record.is_commerce_music)
            for track_id, record in resolve_aliases(archive, track_ids).items()
        }

    return find


def _resolved(target: Target, tracks: Mapping[str, Music]) -> dict[str, Any]:
    payload, codes = _decide(target, tracks)
    warnings = [{"code": code, "message": WARNINGS[code]} for code in codes]
    return {"mode": target.mode, "payload": dict(payload), "warnings": warnings}


def _decide(target: Target, tracks: Mapping[str, Music]) -> tuple[Mapping[str, Any], list[str]]:
    """The decision table of the contract, section 5."""
    if not target.has_music:
        return {}, []
    if target.track_id is None:
        return AUTO, []
    if target.mode == "publish":
        return AUTO, ["DEGRADED_TO_AUTO"]
    music = tracks[target.track_id]
    warnings = [STATUS_WARNINGS[music.status]] if music.status in STATUS_WARNINGS else []
    warnings += [] if music.is_commerce_music else ["NOT_COMMERCIAL"]
    return {"tiktokMusicLink": music.link}, warnings


def _targets(body: object) -> list[Target]:
    listed = body.get("targets") if isinstance(body, dict) else None
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_TARGETS:
        raise Invalid((("targets", f"Must be a list of 1 to {MOST_TARGETS} targets."),))
    issues = [issue for index, item in enumerate(listed) for issue in _issues(index, item)]
    if issues:
        raise Invalid(tuple(issues))
    return [_target(item) for item in listed]


def _target(item: Mapping[str, Any]) -> Target:
    if "tiktokMusic" not in item:
        return Target(item["mode"], has_music=False, track_id=None)
    music = item["tiktokMusic"]
    is_manual = music["selection"] == "manual"
    return Target(item["mode"], True, parse_track_id(music["trackId"]) if is_manual else None)


def _issues(index: int, item: object) -> Iterable[tuple[str, str]]:
    path = f"targets[{index}]"
    if not isinstance(item, dict):
        yield path, "Must be an object."
        return
    if item.get("mode") not in MODES:
        yield f"{path}.mode", f"Must be one of {', '.join(MODES)}."
    if "tiktokMusic" not in item:
        return
    music = item["tiktokMusic"]
    if not isinstance(music, dict):
        yield f"{path}.tiktokMusic", "Must be an object."
    elif item.get("mode") == "draft":
        yield f"{path}.tiktokMusic", "A draft takes no music."
    elif music.get("selection") not in SELECTIONS:
        yield f"{path}.tiktokMusic.selection", f"Must be one of {', '.join(SELECTIONS)}."
    elif music["selection"] == "manual" and parse_track_id(music.get("trackId")) is None:
        yield f"{path}.tiktokMusic.trackId", "Must be the id of a track, a UUID."
