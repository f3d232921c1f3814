"""Makes the sandbox: invented tracks with records, previews and covers.

    python -m tools.evaluation.make_sandbox

The files are published under permanent keys: to change the sound or cover of a track, give it a new
TikTok id here.
"""

import hashlib
import json
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from typing import Any

from tiktok_music.adapters.audio import AudioCaps, read_audio
from tiktok_music.adapters.image import CoverCaps, write_cover
from tiktok_music.adapters.preview_writer import write_preview
from tiktok_music.archive import MediaFacts, TrackRecord, TrackStatus, record_to
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_facts import Clip, ClipKind, PublishFacts
from tiktok_music.refresh.media.policy import PreviewPolicy
from tiktok_music.sandbox.fixtures import DOCUMENT, media_file
from tiktok_music.track import tiktok_music_link, track_id_of
from tools.fixtures.composer import compose, tune_of
from tools.fixtures.encoding import draw_cover, encode_audio

MORNING = datetime(2026, 1, 5, 6, tzinfo=UTC)
EVENING = datetime(2026, 1, 5, 18, tzinfo=UTC)
# Longer ago than any usable clip.
STALE = datetime(2024, 11, 5, 6, tzinfo=UTC)
# All files together stay below 250 KB.
SECONDS, BIT_RATE, COVER_SIDE = 5.0, 40_000, 240


@dataclass(frozen=True, slots=True)
class Invented:
    """One track, with its user count in each edition. Real TikTok ids are far below 9 * 10**18."""

    tiktok_id: str
    title: str
    author: str
    _: KW_ONLY
    album: str = ""
    language: str
    is_commerce_music: bool = True
    morning_users: int | None
    evening_users: int | None
    alias_of: str | None = None
    is_retired: bool = False
    publish: PublishFacts | None = None

    @property
    def track_id(self) -> str:
        return track_id_of(self.tiktok_id)


def _facts(number: int, *kinds: ClipKind, evidence: Evidence, seen_at: datetime) -> PublishFacts:
    """Invented facts; the clips have ids of their own."""
    clips = tuple(
        Clip(f"90000000000000{number}00{place}", kind, 60.0 if kind is ClipKind.FULL else 15.0)
        for place, kind in enumerate(kinds, start=1)
    )
    return PublishFacts(
        clips=clips,
        commercial_music_id=f"90000000000000{number}000",
        evidence=evidence,
        countries=("GB", "US"),
        first_seen_at=min(seen_at, MORNING),
        last_seen_at=seen_at,
    )


TRACKS = (
    Invented(
        "9000000000000000001", "Sunset Drive", "Mae & Co",
        album="Singles", language="en", morning_users=398_210, evening_users=412_980,
        publish=_facts(
            11, ClipKind.FULL, ClipKind.TRENDING, evidence=Evidence.SAME_RECORDING, seen_at=EVENING
        ),
    ),
    Invented(
        "9000000000000000002", "Canción de Abril", "Los Faroles",
        album="Verano", language="es", morning_users=401_004, evening_users=405_112,
        publish=_facts(12, ClipKind.TRENDING, evidence=Evidence.LISTED, seen_at=EVENING),
    ),
    Invented(
        "9000000000000000003", "Paper Lanterns", "Kite Season",
        language="en", is_commerce_music=False, morning_users=120_400, evening_users=211_733,
    ),
    Invented(
        "9000000000000000004", "夜明けの街", "青い電車",
        language="ja", morning_users=180_990, evening_users=181_002,
        publish=_facts(13, ClipKind.FULL, evidence=Evidence.SAME_ID, seen_at=STALE),
    ),
    Invented(
        "9000000000000000005", "Nuit Électrique", "Éloïse Marin",
        album="Néons", language="fr", is_commerce_music=False,
        morning_users=96_512, evening_users=97_300,
    ),
    Invented(
        "9000000000000000006", "Saudade na Chuva", "Trio Maré",
        language="pt", morning_users=None, evening_users=54_871,
    ),
    Invented(
        "9000000000000000007", "Winter Postcard", "Northbound",
        language="en", morning_users=88_045, evening_users=None,
    ),
    Invented(
        "9000000000000000008", "Sunset Drive (Sped Up)", "Mae & Co",
        language="en", morning_users=None, evening_users=None, alias_of="9000000000000000001",
    ),
    Invented(
        "9000000000000000009", "Borrowed Tune", "Mae & Co",
        language="en", morning_users=64_020, evening_users=None, is_retired=True,
    ),
)  # fmt: skip


def main() -> None:
    records = [_record(seed, track) for seed, track in enumerate(TRACKS, start=1)]
    document = {
        "records": [record_to(record) for record in records],
        "editions": [
            _edition(MORNING, {track.track_id: track.morning_users for track in TRACKS}),
            _edition(EVENING, {track.track_id: track.evening_users for track in TRACKS}),
        ],
    }
    DOCUMENT.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    total = sum(path.stat().st_size for path in DOCUMENT.parent.iterdir() if path.is_file())
    print(f"{len(records)} tracks, {total:,} bytes in {DOCUMENT.parent}")


def _record(seed: int, track: Invented) -> TrackRecord:
    is_listed = track.evening_users is not None
    return TrackRecord(
        track_id=track.track_id,
        tiktok_id=track.tiktok_id,
        title=track.title,
        author=track.author,
        album=track.album,
        link=tiktok_music_link(track.title, track.tiktok_id),
        language=track.language,
        language_source="upstream",
        language_score=1.0,
        user_count=track.evening_users or track.morning_users or 0,
        is_commerce_music=track.is_commerce_music,
        first_seen_at=EVENING if track.morning_users is None else MORNING,
        last_seen_at=EVENING if is_listed else MORNING,
        status=_status(track, is_listed=is_listed),
        media=None if track.alias_of or track.is_retired else _media(seed, track),
        canonical_id=track_id_of(track.alias_of) if track.alias_of else None,
        publish=track.publish,
        retired_at=EVENING if track.is_retired else None,
        retired_reason="an example of a takedown" if track.is_retired else None,
    )


def _status(track: Invented, *, is_listed: bool) -> TrackStatus:
    if track.alias_of or track.is_retired:
        return TrackStatus.ALIAS if track.alias_of else TrackStatus.RETIRED
    return TrackStatus.ACTIVE if is_listed else TrackStatus.OFF_CHART


def _media(seed: int, track: Invented) -> MediaFacts:
    sound = encode_audio(compose(tune_of(seed + 200, SECONDS)), "mp3", "libmp3lame", 192_000)
    decoded = read_audio(sound, AudioCaps())
    settings = PreviewPolicy(bit_rate=BIT_RATE)
    preview = write_preview(decoded, sound, settings, track.title, track.author)
    cover = write_cover(draw_cover(seed + 200), CoverCaps(max_side=COVER_SIDE, quality=80)).jpeg
    media_file(track.track_id, "mp3").write_bytes(preview.mp3)
    media_file(track.track_id, "jpg").write_bytes(cover)
    return MediaFacts(
        duration_seconds=round(preview.facts.duration_seconds, 3),
        loudness_lufs=round(preview.facts.integrated_lufs, 2),
        true_peak_dbtp=round(preview.facts.true_peak_dbtp, 2),
        source_lufs=round(decoded.facts.integrated_lufs, 2),
        preview_sha256=hashlib.sha256(preview.mp3).hexdigest(),
        preview_bytes=len(preview.mp3),
        cover_sha256=hashlib.sha256(cover).hexdigest(),
        cover_bytes=len(cover),
    )


def _edition(published_at: datetime, users: dict[str, int | None]) -> dict[str, Any]:
    counts = {track_id: count for track_id, count in users.items() if count is not None}
    return {"publishedAt": published_at.isoformat(), "userCounts": counts}


if __name__ == "__main__":
    main()
