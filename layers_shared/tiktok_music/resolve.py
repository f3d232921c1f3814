"""Resolves the `tiktokMusic` of each target to a payload: parse all, look up once, decide.

Pure except for the lookup. The API's knows what is listed now; a publisher's, the archive alone,
follows a rollback with the next refresh.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiktok_music.archive import TrackStatus
from tiktok_music.archive_lookup import ReadableArchive, resolve_aliases
from tiktok_music.errors import Invalid, issues_to
from tiktok_music.publish_policy import NotHonored
from tiktok_music.resolve_publish import (
    AUTO,
    NO_RULES,
    NOTHING,
    PROBLEMS,
    Music,
    PublishRules,
    ResolveWarning,
    decide,
    warning,
)
from tiktok_music.resolve_request import (
    FaultyTarget,
    OnError,
    OnRetired,
    Target,
    parse_request,
)

RETIRED_TO_AUTO = "The track was taken down: music is added automatically."
STATUS_WARNINGS = {TrackStatus.OFF_CHART: "OFF_CHART", TrackStatus.RETIRED: "RETIRED"}

# Track ids -> the music of each, aliases followed; unknown ids are omitted.
Lookup = Callable[[Sequence[str]], Mapping[str, Music]]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The payload of one target, and its warnings."""

    target: Target
    payload: Mapping[str, Any]
    warnings: tuple[ResolveWarning, ...] = ()


def resolve(body: object, find: Lookup, rules: PublishRules = NO_RULES) -> dict[str, Any]:
    """Answers `{"targets": [{"mode", "tiktokMusic"}]}` with a payload and warnings for each target.

    All or nothing: raises Invalid with every issue of every target, unless `onError` is `report`;
    then a faulty target is answered with its `index` and `issues`. Without `rules`, no track is
    honoured on direct publish, and the members for it are ignored.
    """
    request = parse_request(body, reads_options=rules.policy.is_on)
    if request.on_error is OnError.FAIL:
        _raise_issues(request.targets)
    valid = [target for target in request.targets if isinstance(target, Target)]
    track_ids = [target.track_id for target in valid if target.track_id is not None]
    tracks = find(list(dict.fromkeys(track_ids))) if track_ids else {}
    results = [
        _resolved(target, tracks, request.on_retired, rules)
        if isinstance(target, Target)
        else target
        for target in request.targets
    ]
    if request.on_error is OnError.FAIL:
        _raise_issues(results)
    return {"targets": [_to_dict(result) for result in results]}


def archived_music(archive: ReadableArchive) -> Lookup:
    """A lookup in the archive alone, for a publisher that has no snapshot."""

    def find(track_ids: Sequence[str]) -> dict[str, Music]:
        return {
            track_id: Music(record.link, record.status, record.is_commerce_music, record.publish)
            for track_id, record in resolve_aliases(archive, track_ids).items()
        }

    return find


def _raise_issues(targets: Sequence[object]) -> None:
    faulty = [target for target in targets if isinstance(target, FaultyTarget)]
    if faulty:
        raise Invalid(tuple(issue for target in faulty for issue in target.issues))


def _resolved(
    target: Target, tracks: Mapping[str, Music], on_retired: OnRetired, rules: PublishRules
) -> Resolution | FaultyTarget:
    """The decision table: `mode` and music of the target in, payload out."""
    if target.music_mode == "none":
        return Resolution(target, NOTHING)
    music = tracks.get(target.track_id) if target.track_id is not None else None
    if target.track_id is not None and music is None:
        return _faulty(target, "There is no such track.")
    if target.mode == "publish":
        return _published(target, music, rules)
    if music is None:
        return Resolution(target, AUTO)
    return _managed(target, music, on_retired)


def _published(
    target: Target, music: Music | None, rules: PublishRules
) -> Resolution | FaultyTarget:
    if rules.policy.is_on:
        decision = decide(target, music, rules)
        if isinstance(decision, NotHonored):
            return _faulty(target, PROBLEMS[decision])
        return Resolution(target, decision.payload, decision.warnings)
    if music is None:
        return Resolution(target, AUTO)
    reason = NotHonored.SWITCHED_OFF if target.post.publish_via == "business" else None
    return Resolution(target, AUTO, (warning("DEGRADED_TO_AUTO", reason),))


def _managed(target: Target, music: Music, on_retired: OnRetired) -> Resolution | FaultyTarget:
    """A retired track matters only where its link is sent."""
    if music.status is TrackStatus.RETIRED and on_retired is OnRetired.FAIL:
        return _faulty(target, "The track was taken down.")
    if music.status is TrackStatus.RETIRED and on_retired is OnRetired.AUTO:
        return Resolution(target, AUTO, (ResolveWarning("RETIRED", RETIRED_TO_AUTO),))
    codes = [STATUS_WARNINGS[music.status]] if music.status in STATUS_WARNINGS else []
    codes += [] if music.is_commerce_music else ["NOT_COMMERCIAL"]
    warnings = tuple(warning(code) for code in codes)
    return Resolution(target, {"tiktokMusicLink": music.link}, warnings)


def _faulty(target: Target, message: str) -> FaultyTarget:
    path = f"targets[{target.index}].tiktokMusic.trackId"
    return FaultyTarget(target.index, ((path, message),))


def _to_dict(result: Resolution | FaultyTarget) -> dict[str, Any]:
    if isinstance(result, FaultyTarget):
        return {"index": result.index, "issues": issues_to(result.issues)}
    warnings = [each.to_dict() for each in result.warnings]
    return {"mode": result.target.mode, "payload": dict(result.payload), "warnings": warnings}
