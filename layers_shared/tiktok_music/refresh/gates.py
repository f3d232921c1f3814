"""What a catalog must be before it may replace the last good one."""

from collections.abc import Sequence
from dataclasses import dataclass

from tiktok_music.track import Track


@dataclass(frozen=True, slots=True)
class GateLimits:
    """`min_tracks` is a floor that holds even when nothing was published before."""

    min_tracks: int = 10


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a catalog is not published, in words for the operator."""

    gate: str
    detail: str


def judge_catalog(tracks: Sequence[Track], limits: GateLimits) -> Refusal | None:
    """The first gate that refuses these tracks, or None."""
    if len(tracks) < limits.min_tracks:
        return Refusal(
            "FLOOR",
            f"{len(tracks)} tracks were accepted, fewer than the floor of {limits.min_tracks} "
            "(MIN_TRACKS)",
        )
    return None
