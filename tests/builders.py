"""Builders of domain values; a test names only the fields that matter to it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tiktok_music.api_key import ApiKey, KeyEnvironment, KeyState, RateTier, mint_key
from tiktok_music.archive import DrawnFacts, MediaFacts, TrackRecord, TrackStatus
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_facts import Clip, ClipKind, PublishFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.snapshot import Descriptor, Snapshot, describe, pack, render
from tiktok_music.track import Track, tiktok_music_link, track_id_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MEDIA = "https://media.example.com"


def a_candidate(number: int = 1, **fields: Any) -> Candidate:
    tiktok_id = str(7_662_052_657_323_182_080 + number)
    candidate = Candidate(
        tiktok_id=tiktok_id,
        title=f"Lantern Street {number}",
        author=f"Mira {number}",
        duration_seconds=24.0,
        user_count=1_000 - number,
        is_commerce_music=False,
        language_name="English",
        preview_urls=(f"http://cdn.test/{tiktok_id}/audio",),
        cover_urls=(f"http://cdn.test/{tiktok_id}/cover",),
    )
    return replace(candidate, **fields)


def a_track(number: int = 1, **fields: Any) -> Track:
    track = Track(
        track_id=track_id_of(str(7_662_052_657_323_182_080 + number)),
        title=f"Song {number}",
        author=f"Artist {number}",
        album="",
        duration_seconds=24.0,
        language="en",
        user_count=1_000 - number,
        is_commerce_music=True,
    )
    return replace(track, **fields)


def a_snapshot(
    *tracks: Track, fence: int = 1, media_base_url: str = MEDIA, **times: datetime
) -> Snapshot:
    gzipped = pack(render(tracks or (a_track(),), media_base_url))
    descriptor = describe(
        gzipped,
        fence=fence,
        scheduled_at=times.get("scheduled_at", NOON),
        published_at=times.get("published_at", NOON),
        track_count=len(tracks) or 1,
    )
    return Snapshot(descriptor, gzipped)


def a_descriptor(fence: int = 1, **fields: Any) -> Descriptor:
    return a_snapshot(fence=fence).descriptor._replace(**fields)


def a_record(number: int = 1, **fields: Any) -> TrackRecord:
    tiktok_id = str(7_662_052_657_323_182_080 + number)
    record = TrackRecord(
        track_id=track_id_of(tiktok_id),
        tiktok_id=tiktok_id,
        title=f"Song {number}",
        author=f"Artist {number}",
        album="",
        link=tiktok_music_link(f"Song {number}", tiktok_id),
        language="en",
        language_source="upstream",
        language_score=1.0,
        user_count=1_000 - number,
        is_commerce_music=True,
        first_seen_at=NOON,
        last_seen_at=NOON,
        status=TrackStatus.ACTIVE,
        media=a_media(),
    )
    return replace(record, **fields)


def a_media(**fields: Any) -> MediaFacts:
    media = MediaFacts(
        duration_seconds=24.0,
        loudness_lufs=-14.0,
        true_peak_dbtp=-1.5,
        source_lufs=-9.5,
        preview_sha256="a" * 64,
        preview_bytes=480_000,
        cover_sha256="b" * 64,
        cover_bytes=60_000,
        fingerprint="",
        method="encoded",
        drawn=DrawnFacts(cover_sides=(96, 320), peaks_sha256="c" * 64, offset_ms=310),
    )
    return replace(media, **fields)


def some_facts(number: int = 1, **fields: Any) -> PublishFacts:
    """Publish facts with a full clip and a trending one, last seen at noon."""
    facts = PublishFacts(
        clips=(
            Clip(f"753914962082136268{number}", ClipKind.FULL, 60.2),
            Clip(f"753914962082136000{number}", ClipKind.TRENDING, 15.0),
        ),
        commercial_music_id=f"698527184724032102{number}",
        evidence=Evidence.SAME_RECORDING,
        countries=("GB", "US"),
        first_seen_at=NOON,
        last_seen_at=NOON,
    )
    return replace(facts, **fields)


def a_key(
    environment: str = "live",
    randomness: Callable[[int], bytes] = lambda size: bytes(range(size)),
    **fields: Any,
) -> tuple[str, ApiKey]:
    """The full text of a key, and its stored record."""
    minted = mint_key(KeyEnvironment(environment), randomness)
    key = ApiKey(
        key_id=minted.key_id,
        secret_sha256=minted.secret_sha256,
        environment=KeyEnvironment(environment),
        organization_id="org_1",
        organization_name="Acme",
        scopes=frozenset({"publish:read"}),
        tier=RateTier.STANDARD,
        state=KeyState.ACTIVE,
    )
    return minted.text, key._replace(**fields)
