"""What the archive must know before a snapshot names its tracks: pure, values in, records out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tiktok_music.archive import MediaFacts, TrackRecord, TrackStatus
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.languages.rule import Language
from tiktok_music.snapshot import Snapshot
from tiktok_music.track import Track, tiktok_music_link


@dataclass(frozen=True, slots=True)
class Accepted:
    """A candidate that passed every rule, with what was found out about it."""

    candidate: Candidate
    language: Language
    media: MediaFacts

    def track(self) -> Track:
        """As the list answers it; the length is that of the preview that is published."""
        candidate = self.candidate
        return Track(
            track_id=candidate.track_id,
            title=candidate.title,
            author=candidate.author,
            album=candidate.album,
            duration_seconds=self.media.duration_seconds,
            language=self.language.code,
            user_count=candidate.user_count,
            is_commerce_music=candidate.is_commerce_music,
        )


def active_record(accepted: Accepted, known: TrackRecord | None, now: datetime) -> TrackRecord:
    """The record of a track that is in the new snapshot."""
    candidate, language = accepted.candidate, accepted.language
    return TrackRecord(
        track_id=candidate.track_id,
        tiktok_id=candidate.tiktok_id,
        title=candidate.title,
        author=candidate.author,
        album=candidate.album,
        link=known.link if known else tiktok_music_link(candidate.title, candidate.tiktok_id),
        language=language.code,
        language_source=str(language.source),
        language_score=language.score,
        user_count=candidate.user_count,
        is_commerce_music=candidate.is_commerce_music,
        first_seen_at=known.first_seen_at if known else now,
        last_seen_at=now,
        status=TrackStatus.ACTIVE,
        media=accepted.media,
        song_clip_id=candidate.song_clip_id,
        retired_reason=known.retired_reason if known else None,
    )


def alias_record(
    candidate: Candidate,
    canonical: TrackRecord,
    media: MediaFacts | None,
    known: TrackRecord | None,
    now: datetime,
) -> TrackRecord:
    """The record of a double: it resolves to the canonical, and keeps the media that it has."""
    return replace(
        canonical,
        track_id=candidate.track_id,
        tiktok_id=candidate.tiktok_id,
        title=candidate.title,
        author=candidate.author,
        album=candidate.album,
        link=known.link if known else tiktok_music_link(candidate.title, candidate.tiktok_id),
        user_count=candidate.user_count,
        is_commerce_music=candidate.is_commerce_music,
        first_seen_at=known.first_seen_at if known else now,
        status=TrackStatus.ALIAS,
        media=media or (known.media if known else None),
        canonical_id=canonical.track_id,
        song_clip_id=candidate.song_clip_id,
        retired_reason=known.retired_reason if known else None,
    )


def departed_record(known: TrackRecord, row: Mapping[str, object], seen: datetime) -> TrackRecord:
    """The record of a track that was in the last snapshot (`row`) and is not in the new one.

    A takedown stays one; that the track was listed until now is true of it too.
    """
    user_count = row.get("userCount")
    is_retired = known.status is TrackStatus.RETIRED
    return replace(
        known,
        status=TrackStatus.RETIRED if is_retired else TrackStatus.OFF_CHART,
        last_seen_at=seen,
        user_count=user_count if isinstance(user_count, int) else known.user_count,
    )


def retired_record(known: TrackRecord, reason: str, now: datetime) -> TrackRecord:
    """The record of a track that the operator takes down: its id resolves, its rank is gone."""
    return replace(known, status=TrackStatus.RETIRED, retired_at=now, retired_reason=reason)


def reinstated_record(known: TrackRecord, *, is_listed: bool, note: str) -> TrackRecord:
    """The record of a track whose takedown is taken back; `note` is what goes on being known."""
    status = TrackStatus.ACTIVE if is_listed else TrackStatus.OFF_CHART
    return replace(known, status=status, retired_at=None, retired_reason=note)


def needs_writing(record: TrackRecord, known: TrackRecord | None) -> bool:
    """Whether the archive would learn anything from `record`.

    How often and when last an active track was seen is in the snapshots; writing it here with
    every refresh would cost a write per track and say nothing new.
    """
    if known is None:
        return True
    now_and_then = replace(record, user_count=known.user_count, last_seen_at=known.last_seen_at)
    return now_and_then != known


def rows_of(snapshot: Snapshot) -> dict[str, Mapping[str, object]]:
    """The rows of a published snapshot by track id."""
    return {row["id"]: row for row in json.loads(snapshot.plain())["tracks"]}
