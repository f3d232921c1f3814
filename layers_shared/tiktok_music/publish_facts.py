"""The facts for publishing a track by TikTok's Business API: clips of the commercial library."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from tiktok_music.publish_evidence import Evidence
from tiktok_music.stored_text import StoredText


class ClipKind(StoredText):
    """`full` is the whole song; `trending` the part used most in the last 30 days."""

    FULL = "full"
    TRENDING = "trending"


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that a post may use; `duration_seconds` is 0 if upstream names none."""

    song_clip_id: str
    kind: ClipKind
    duration_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishFacts:
    """The clips of a song in the commercial library, the full one first; there is at least one.

    `countries` are those of the charts that listed the song, sorted. The times are those of the
    first and the last answer of the library with the first clip.
    """

    clips: tuple[Clip, ...]
    commercial_music_id: str | None
    evidence: Evidence
    countries: tuple[str, ...]
    first_seen_at: datetime
    last_seen_at: datetime

    @property
    def clip(self) -> Clip:
        """The clip for publishing: the full one, which does not change, else the trending one."""
        return self.clips[0]

    def clip_ids(self) -> frozenset[str]:
        return frozenset(clip.song_clip_id for clip in self.clips)

    def trending_clip(self) -> Clip | None:
        return next((clip for clip in self.clips if clip.kind is ClipKind.TRENDING), None)

    def is_same_song(self, other: "PublishFacts") -> bool:
        """True for two rows of one song; without its id, for rows that share a clip."""
        if self.commercial_music_id and other.commercial_music_id:
            return self.commercial_music_id == other.commercial_music_id
        return bool(self.clip_ids() & other.clip_ids())


def updated(facts: PublishFacts, known: PublishFacts | None) -> PublishFacts:
    """The facts of a run with what earlier runs know of the same song: countries, first date."""
    if known is None or not facts.is_same_song(known):
        return facts
    is_same_clip = facts.clip.song_clip_id == known.clip.song_clip_id
    return replace(
        facts,
        countries=tuple(sorted({*facts.countries, *known.countries})),
        first_seen_at=(
            min(facts.first_seen_at, known.first_seen_at) if is_same_clip else facts.first_seen_at
        ),
        last_seen_at=max(facts.last_seen_at, known.last_seen_at),
    )


def publish_to(facts: PublishFacts) -> dict[str, Any]:
    """The stored form: times in ISO 8601."""
    return {
        **asdict(facts),
        "countries": list(facts.countries),
        "clips": [asdict(clip) for clip in facts.clips],
        "first_seen_at": facts.first_seen_at.isoformat(),
        "last_seen_at": facts.last_seen_at.isoformat(),
    }


def publish_from(stored: Mapping[str, Any]) -> PublishFacts:
    """Reads the stored form; ignores fields of a newer release, raises LookupError, TypeError or
    ValueError for anything else."""
    clips = tuple(
        Clip(str(clip["song_clip_id"]), ClipKind(clip["kind"]), float(clip["duration_seconds"]))
        for clip in stored["clips"]
    )
    if not clips:
        raise ValueError("there is no clip")
    return PublishFacts(
        clips=clips,
        commercial_music_id=stored["commercial_music_id"],
        evidence=Evidence(stored["evidence"]),
        countries=tuple(stored["countries"]),
        first_seen_at=datetime.fromisoformat(stored["first_seen_at"]),
        last_seen_at=datetime.fromisoformat(stored["last_seen_at"]),
    )


def facts_of_clip_id(
    song_clip_id: str, first_seen_at: datetime, last_seen_at: datetime
) -> PublishFacts:
    """The facts of a record of an earlier release, which stored the id of a clip alone."""
    return PublishFacts(
        clips=(Clip(song_clip_id, ClipKind.TRENDING),),
        commercial_music_id=None,
        evidence=Evidence.LISTED,
        countries=(),
        first_seen_at=first_seen_at,
        last_seen_at=last_seen_at,
    )
