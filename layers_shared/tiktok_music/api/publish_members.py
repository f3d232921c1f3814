"""The members of a track on direct publish and commercial use, where the setting is not off."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.freshness import utc_text
from tiktok_music.api.index import Index
from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.publish_evidence import TRUSTED
from tiktok_music.publish_facts import PublishFacts
from tiktok_music.snapshot import short_number

# With the setting off: TikTok's photo API requires an id of its Commercial Music Library; managed
# posts use the link.
HONORED_BY = {"publish": False, "managed": True}
# A song that the library did not list for longer may have left it.
APPROVED_FOR = timedelta(days=30)


def publish_members(
    view: CatalogView, record: TrackRecord, status: TrackStatus, last_seen_at: datetime
) -> dict[str, Any]:
    """`publish`, `honoredBy` and `commercialUse`; nothing while the setting is off."""
    if not view.policy.is_on:
        return {}
    now = datetime.fromtimestamp(view.now(), UTC)
    is_usable = view.policy.problem(record.publish, status, now) is None
    return {
        "publish": _publish(record.publish, is_usable=is_usable) if record.publish else None,
        "honoredBy": {"publish": is_usable, "managed": True},
        "commercialUse": _commercial_use(record, now, last_seen_at),
    }


def members_of_rows(
    view: CatalogView, index: Index, track_ids: Iterable[str]
) -> Mapping[str, dict[str, Any]]:
    """The members of listed tracks by id; raises StoreError.

    The archive has a record of every listed track, unless it is unreadable.
    """
    records, published_at = view.listed_records(index), index.descriptor.published_at
    return {
        track_id: publish_members(view, record, record.status, published_at)
        if (record := records.get(track_id))
        else {
            "publish": None,
            "honoredBy": HONORED_BY,
            "commercialUse": _verdict("unknown", "noSource", (), published_at),
        }
        for track_id in track_ids
    }


def usable_ids(view: CatalogView, index: Index) -> frozenset[str]:
    """The listed tracks that are honoured on direct publish; raises StoreError."""
    now = datetime.fromtimestamp(view.now(), UTC)
    return frozenset(
        track_id
        for track_id, record in view.listed_records(index).items()
        if record and view.policy.problem(record.publish, record.status, now) is None
    )


def _publish(facts: PublishFacts, *, is_usable: bool) -> dict[str, Any]:
    clip, trending = facts.clip, facts.trending_clip()
    return {
        "songClipId": clip.song_clip_id,
        "clip": str(clip.kind),
        "clipDuration": short_number(clip.duration_seconds) if clip.duration_seconds else None,
        "trendingSongClipId": trending.song_clip_id if trending else None,
        "commercialMusicId": facts.commercial_music_id,
        "evidence": str(facts.evidence),
        "countries": list(facts.countries),
        "lastSeenAt": utc_text(facts.last_seen_at),
        "isUsable": is_usable,
    }


def _commercial_use(record: TrackRecord, now: datetime, last_seen_at: datetime) -> dict[str, Any]:
    """The verdict with its reason; `checkedAt` is when its source was read last."""
    facts = record.publish
    if facts is not None and facts.evidence in TRUSTED:
        is_recent = now - facts.last_seen_at <= APPROVED_FOR
        verdict = ("approved", "inCommercialLibrary") if is_recent else ("unknown", "notSeenLately")
        return _verdict(*verdict, facts.countries, facts.last_seen_at)
    if facts is not None:
        return _verdict("unknown", "weakEvidence", facts.countries, facts.last_seen_at)
    if record.has_commerce_right is False:
        return _verdict("organicOnly", "noCommerceRight", (), last_seen_at)
    because = "flagOnly" if record.is_commerce_music else "noSource"
    return _verdict("unknown", because, (), last_seen_at)


def _verdict(
    verdict: str, because: str, countries: tuple[str, ...], checked_at: datetime
) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "because": because,
        "countries": list(countries),
        "checkedAt": utc_text(checked_at),
    }
