"""Resolves the `tiktokMusic` of each target to a payload: parse all, look up once, decide.

Pure except for the lookup, so that the API and a publisher give the same result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiktok_music.archive import TrackStatus
from tiktok_music.archive_lookup import ReadableArchive, resolve_aliases
from tiktok_music.errors import Invalid, issues_to
from tiktok_music.resolve_request import (
    FaultyTarget,
    OnError,
    OnRetired,
    Target,
    parse_request,
)

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
RETIRED_TO_AUTO = "The track was taken down: music is added automatically."
STATUS_WARNINGS = {TrackStatus.OFF_CHART: "OFF_CHART", TrackStatus.RETIRED: "RETIRED"}


@dataclass(frozen=True, slots=True)
class Music:
    """The facts of a track that a payload depends on."""

    link: str
    status: TrackStatus
    is_commerce_music: bool


# Track ids -> the music of each, aliases followed; unknown ids are omitted.
Lookup = Callable[[Sequence[str]], Mapping[str, Music]]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The payload of one target, and pairs of a code and a message."""

    target: Target
    payload: Mapping[str, Any]
    warnings: tuple[tuple[str, str], ...] = ()


def resolve(body: object, find: Lookup) -> dict[str, Any]:
    """Answers `{"targets": [{"mode", "tiktokMusic"}]}` with a payload and warnings for each target.

    All or nothing: raises Invalid with every issue of every target, unless `onError` is `report`;
    then a faulty target is answered with its `index` and `issues`.
    """
    request = parse_request(body)
    if request.on_error is OnError.FAIL:
        _raise_issues(request.targets)
    valid = [target for target in request.targets if isinstance(target, Target)]
    track_ids = [target.track_id for target in valid if target.track_id is not None]
    tracks = find(list(dict.fromkeys(track_ids))) if track_ids else {}
    results = [
        _resolved(target, tracks, request.on_retired) if isinstance(target, Target) else target
        for target in request.targets
    ]
    if request.on_error is OnError.FAIL:
        _raise_issues(results)
    return {"targets": [_to_dict(result) for result in results]}


def archived_music(archive: ReadableArchive) -> Lookup:
    """A lookup in the archive alone, for a publisher that has no snapshot."""

    def find(track_ids: Sequence[str]) -> dict[str, Music]:
        return {
            track_id: Music(record.link, record.status, record.is_commerce_music)
            for track_id, record in resolve_aliases(archive, track_ids).items()
        }

    return find


def _raise_issues(targets: Sequence[object]) -> None:
    faulty = [target for target in targets if isinstance(target, FaultyTarget)]
    if faulty:
        raise Invalid(tuple(issue for target in faulty for issue in target.issues))


def _resolved(
    target: Target, tracks: Mapping[str, Music], on_retired: OnRetired
) -> Resolution | FaultyTarget:
    """The decision table of the contract, section 5.

    A retired track matters only where its link is sent.
    """
    if target.music_mode == "none":
        return Resolution(target, {})
    if target.track_id is None:
        return Resolution(target, AUTO)
    if target.track_id not in tracks:
        return _faulty(target, "There is no such track.")
    if target.mode == "publish":
        return Resolution(target, AUTO, _warnings("DEGRADED_TO_AUTO"))
    music = tracks[target.track_id]
    if music.status is TrackStatus.RETIRED and on_retired is OnRetired.FAIL:
        return _faulty(target, "The track was taken down.")
    if music.status is TrackStatus.RETIRED and on_retired is OnRetired.AUTO:
        return Resolution(target, AUTO, (("RETIRED", RETIRED_TO_AUTO),))
    codes = [STATUS_WARNINGS[music.status]] if music.status in STATUS_WARNINGS else []
    codes += [] if music.is_commerce_music else ["NOT_COMMERCIAL"]
    return Resolution(target, {"tiktokMusicLink": music.link}, _warnings(*codes))


def _faulty(target: Target, message: str) -> FaultyTarget:
    path = f"targets[{target.index}].tiktokMusic.trackId"
    return FaultyTarget(target.index, ((path, message),))


def _warnings(*codes: str) -> tuple[tuple[str, str], ...]:
    return tuple((code, WARNINGS[code]) for code in codes)


def _to_dict(result: Resolution | FaultyTarget) -> dict[str, Any]:
    if isinstance(result, FaultyTarget):
        return {"index": result.index, "issues": issues_to(result.issues)}
    warnings = [{"code": code, "message": message} for code, message in result.warnings]
    return {"mode": result.target.mode, "payload": dict(result.payload), "warnings": warnings}
