"""Archive records of the tracks of a snapshot. Pure: values in, records out."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tiktok_music.archive import MediaFacts, TrackRecord, TrackStatus
from tiktok_music.publish_facts import PublishFacts, updated
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.catalog import Accepted
from tiktok_music.refresh.curation.last_known import facts_at
from tiktok_music.snapshot import Snapshot
from tiktok_music.track import tiktok_music_link


def active_record(accepted: Accepted, known: TrackRecord | None, now: datetime) -> TrackRecord:
    """The record of a track in the new snapshot."""
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
        is_commerce_music=bool(candidate.is_commerce_music),
        first_seen_at=min(known.first_seen_at, now) if known else now,
        last_seen_at=now,
        status=TrackStatus.ACTIVE,
        media=accepted.media,
        publish=accepted.publish,
        has_commerce_right=_commerce_right(candidate, known),
        about=candidate.about.joined_with(known.about) if known else candidate.about,
        retired_reason=known.retired_reason if known else None,
        facts_at=facts_at(candidate, known.facts_at if known else {}, now),
        upstream_title=candidate.upstream_title,
        newer_fields=known.newer_fields if known else {},
    )


def alias_record(
    candidate: Candidate,
    canonical: TrackRecord,
    media: MediaFacts | None,
    known: TrackRecord | None,
    now: datetime,
) -> TrackRecord:
    """The record of a duplicate: it resolves to the canonical track and keeps its own media."""
    return replace(
        canonical,
        track_id=candidate.track_id,
        tiktok_id=candidate.tiktok_id,
        title=candidate.title,
        author=candidate.author,
        album=candidate.album,
        link=known.link if known else tiktok_music_link(candidate.title, candidate.tiktok_id),
        user_count=candidate.user_count,
        is_commerce_music=bool(candidate.is_commerce_music),
        first_seen_at=known.first_seen_at if known else now,
        status=TrackStatus.ALIAS,
        media=media or (known.media if known else None),
        canonical_id=canonical.track_id,
        publish=_own_facts(candidate, known),
        has_commerce_right=_commerce_right(candidate, known),
        about=candidate.about.joined_with(known.about) if known else candidate.about,
        retired_reason=known.retired_reason if known else None,
        facts_at=facts_at(candidate, known.facts_at if known else {}, now),
        upstream_title=candidate.upstream_title,
        newer_fields=known.newer_fields if known else {},
    )


def _own_facts(candidate: Candidate, known: TrackRecord | None) -> PublishFacts | None:
    """The facts of an alias itself: a run without the library takes nothing away."""
    before = known.publish if known else None
    return updated(candidate.publish, before) if candidate.publish else before


def _commerce_right(candidate: Candidate, known: TrackRecord | None) -> bool | None:
    """The flag keeps its value where upstream leaves it out today."""
    is_silent = candidate.has_commerce_right is None and known is not None
    return known.has_commerce_right if is_silent and known else candidate.has_commerce_right


def departed_record(
    known: TrackRecord, row: Mapping[str, object], last_seen_at: datetime
) -> TrackRecord:
    """The record of a track of the last snapshot (`row`) that is not in the new one.

    A withheld track keeps its status. The last date in the list is updated and never goes back.
    """
    user_count = row.get("userCount")
    return replace(
        known,
        status=known.status if known.is_withheld() else TrackStatus.OFF_CHART,
        last_seen_at=max(known.last_seen_at, last_seen_at),
        user_count=user_count if isinstance(user_count, int) else known.user_count,
    )


def retired_record(known: TrackRecord, reason: str, now: datetime) -> TrackRecord:
    """The record of a track that the operator retires: its id still resolves."""
    return replace(known, status=TrackStatus.RETIRED, retired_at=now, retired_reason=reason)


def reinstated_record(known: TrackRecord, *, is_listed: bool, note: str) -> TrackRecord:
    """The record of a track that is no longer retired; `note` replaces the reason.

    Without the facts of deleted files, the next refresh fetches them again.
    """
    return replace(
        known,
        status=TrackStatus.ACTIVE if is_listed else TrackStatus.OFF_CHART,
        retired_at=None,
        retired_reason=note,
        media=known.media if known.media_deleted_at is None else None,
        media_deleted_at=None,
    )


def needs_writing(record: TrackRecord, known: TrackRecord | None) -> bool:
    """True if `record` differs from the archived one in more than user count and last date.

    For active tracks these two are in the snapshots; archiving them would cost one write per track
    and refresh.
    """
    if known is None:
        return True
    same_counts = replace(record, user_count=known.user_count, last_seen_at=known.last_seen_at)
    return same_counts != known


def rows_of(snapshot: Snapshot) -> dict[str, Mapping[str, object]]:
    """The rows of a published snapshot by track id."""
    return rows_in(snapshot.gzipped)


def rows_in(gzipped: bytes) -> dict[str, Mapping[str, object]]:
    """The rows of a gzipped body by track id."""
    return {row["id"]: row for row in json.loads(gzip.decompress(gzipped))["tracks"]}
