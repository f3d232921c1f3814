"""Parses the body of a resolve request: targets, and policies for faults and retired tracks.

Strict about names: an unknown member would drop the music of a post without a word.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from tiktok_music.errors import Invalid, Issue
from tiktok_music.resolve_options import (
    MUSIC_OPTIONS,
    NO_OPTIONS,
    TARGET_OPTIONS,
    PostOptions,
    option_issues,
    options_switched_off,
    parse_options,
)

MODES = ("publish", "draft", "managed")
MUSIC_MODES = ("none", "auto", "manual")
MOST_TARGETS = 50
REQUEST_MEMBERS = ("targets", "onError", "onRetired")
TARGET_MEMBERS = ("mode", "tiktokMusic")
# `selection` is the older name of `mode`.
MUSIC_MEMBERS = ("mode", "trackId", "selection")
# A body of 64 KiB may have thousands of unknown members; a few explain the fault.
MOST_UNKNOWN_SHOWN = 5
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
# Only such a name is repeated in the path of an issue.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}", re.ASCII)


class OnError(StrEnum):
    """`fail` rejects the request if one target is faulty; `report` answers each target."""

    FAIL = "fail"
    REPORT = "report"


class OnRetired(StrEnum):
    """The result of a target whose track was retired: its link, automatic music, or an issue."""

    LINK = "link"
    AUTO = "auto"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Target:
    """One valid target; only manual music has a track id."""

    index: int
    mode: str
    music_mode: str
    track_id: str | None
    post: PostOptions = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class FaultyTarget:
    """A target that cannot be resolved, with the issues of its members."""

    index: int
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class ResolveRequest:
    targets: tuple[Target | FaultyTarget, ...]
    on_error: OnError
    on_retired: OnRetired


def parse_track_id(text: object) -> str | None:
    """Normalizes a track id to a UUID in lower case; returns None for anything else."""
    lower = text.lower() if isinstance(text, str) else ""
    return lower if _UUID.fullmatch(lower) else None


def parse_request(body: object, *, reads_options: bool = False) -> ResolveRequest:
    """Parses a body; raises Invalid if it is wrong as a whole, not because of a faulty target.

    The options of direct publish are ignored unless `reads_options`.
    """
    fields = body if isinstance(body, dict) else {}
    listed = fields.get("targets")
    issues = list(_unknown_members("", fields, REQUEST_MEMBERS))
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_TARGETS:
        issues.append(("targets", f"Must be a list of 1 to {MOST_TARGETS} targets."))
    issues += _wrong_choice("onError", fields, tuple(OnError))
    issues += _wrong_choice("onRetired", fields, tuple(OnRetired))
    if issues or not isinstance(listed, list):
        raise Invalid(tuple(issues))
    return ResolveRequest(
        targets=tuple(
            _target(index, item, reads_options=reads_options) for index, item in enumerate(listed)
        ),
        on_error=OnError(fields.get("onError", OnError.FAIL)),
        on_retired=OnRetired(fields.get("onRetired", OnRetired.LINK)),
    )


def _target(index: int, item: object, *, reads_options: bool = False) -> Target | FaultyTarget:
    path = f"targets[{index}]"
    issues = list(_target_issues(path, item, reads_options=reads_options))
    if reads_options and isinstance(item, dict):
        issues += option_issues(path, item)
    if issues or not isinstance(item, dict):
        return FaultyTarget(index, tuple(issues))
    music = item.get("tiktokMusic", {"mode": "none"})
    music_mode = music.get("mode", music.get("selection"))
    track_id = parse_track_id(music.get("trackId")) if music_mode == "manual" else None
    options = parse_options(item) if reads_options else options_switched_off(item)
    return Target(index, item["mode"], music_mode, track_id, options)


def _target_issues(path: str, item: object, *, reads_options: bool) -> Iterator[Issue]:
    if not isinstance(item, dict):
        yield path, "Must be an object."
        return
    known, ignored = _known_and_ignored(TARGET_MEMBERS, TARGET_OPTIONS, reads_options)
    yield from _unknown_members(f"{path}.", item, known, ignored)
    yield from _wrong_choice("mode", {"mode": None, **item}, MODES, f"{path}.")
    if "tiktokMusic" not in item:
        return
    music = item["tiktokMusic"]
    if not isinstance(music, dict):
        yield f"{path}.tiktokMusic", "Must be an object."
    elif item.get("mode") == "draft":
        yield f"{path}.tiktokMusic", "A draft takes no music."
    else:
        known, ignored = _known_and_ignored(MUSIC_MEMBERS, MUSIC_OPTIONS, reads_options)
        yield from _unknown_members(f"{path}.tiktokMusic.", music, known, ignored)
        yield from _music_issues(f"{path}.tiktokMusic.", music)


def _music_issues(path: str, music: Mapping[str, Any]) -> Iterator[Issue]:
    name = "selection" if "selection" in music and "mode" not in music else "mode"
    wrong = list(_wrong_choice(name, {name: None, **music}, MUSIC_MODES, path))
    if wrong:
        yield from wrong
    elif music.get("selection", music[name]) != music[name]:
        yield f"{path}mode", "Must equal selection, which is its older name."
    elif music[name] == "manual" and parse_track_id(music.get("trackId")) is None:
        yield f"{path}trackId", "Must be the id of a track, a UUID."


def _known_and_ignored(
    members: tuple[str, ...], options: tuple[str, ...], reads_options: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return ((*members, *options), ()) if reads_options else (members, options)


def _wrong_choice(
    name: str, fields: Mapping[str, Any], choices: tuple[str, ...], path: str = ""
) -> Iterator[Issue]:
    if name in fields and fields[name] not in choices:
        yield f"{path}{name}", f"Must be one of {', '.join(choices)}."


def _unknown_members(
    path: str, fields: Mapping[str, Any], known: tuple[str, ...], ignored: tuple[str, ...] = ()
) -> Iterator[Issue]:
    unknown = [name for name in fields if name not in (*known, *ignored)]
    for name in unknown[:MOST_UNKNOWN_SHOWN]:
        if _NAME.fullmatch(name) is None:
            yield path.rstrip(".") or "body", f"Unknown member; known are {', '.join(known)}."
            continue
        nearest = _nearest(name, known)
        hint = f"did you mean {nearest}?" if nearest else f"known are {', '.join(known)}."
        yield f"{path}{name}", f"Unknown member; {hint}"


def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that is most like `name`, whatever its case and underscores."""
    folded = {_folded(each): each for each in known}
    close = get_close_matches(_folded(name), folded, n=1)
    return folded[close[0]] if close else None


def _folded(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
