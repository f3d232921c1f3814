"""Stores the media of a track under its permanent keys; the facts of what is stored come back."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import replace

from tiktok_music.archive import DrawnFacts, MediaFacts
from tiktok_music.errors import StoreUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.media.ports import MediaStore
from tiktok_music.refresh.media.preview import PreparedCover, PreparedPreview
from tiktok_music.refresh.media.sound.start import suggested_start_ms
from tiktok_music.track import cover_key, peaks_key, preview_key, small_cover_key

_logger = logging.getLogger(__name__)


def store_media(
    candidate: Candidate, preview: PreparedPreview, cover: PreparedCover, store: MediaStore
) -> MediaFacts:
    """Stores preview and cover, then what is drawn of them; raises StoreUnavailable.

    Small covers and waveform cost no track: if they cannot be stored, a later run draws them.
    """
    track_id = candidate.track_id
    facts = MediaFacts(
        duration_seconds=preview.facts.duration_seconds,
        loudness_lufs=preview.facts.integrated_lufs,
        true_peak_dbtp=preview.facts.true_peak_dbtp,
        source_lufs=preview.source.integrated_lufs,
        preview_sha256=hashlib.sha256(preview.mp3).hexdigest(),
        preview_bytes=len(preview.mp3),
        cover_sha256=hashlib.sha256(cover.jpeg).hexdigest(),
        cover_bytes=len(cover.jpeg),
        method=str(preview.facts.method),
    )
    stored_preview = store.save_once(
        preview_key(track_id), preview.mp3, "audio/mpeg", preview_metadata(facts)
    )
    stored_cover = store.save_once(
        cover_key(track_id), cover.jpeg, "image/jpeg", cover_metadata(facts)
    )
    stored = facts_of_objects(stored_preview, stored_cover, preview.fingerprint)
    if (stored.preview_sha256, stored.cover_sha256) != (facts.preview_sha256, facts.cover_sha256):
        # An earlier run stored other bytes: a later one draws those.
        return stored
    start_ms = suggested_start_ms(
        chorus_start_ms=candidate.chorus_start_ms,
        excerpt_start_ms=candidate.excerpt_start_ms,
        offset_ms=preview.facts.offset_ms,
        loudest_ms=preview.facts.loudest_ms,
        duration_seconds=preview.facts.duration_seconds,
    )
    return replace(
        stored,
        drawn=store_drawn(
            track_id,
            cover,
            preview.peaks,
            store,
            offset_ms=preview.facts.offset_ms,
            start_ms=start_ms,
        ),
    )


def store_drawn(
    track_id: str,
    cover: PreparedCover,
    peaks: bytes,
    store: MediaStore,
    *,
    offset_ms: int | None,
    start_ms: int,
) -> DrawnFacts | None:
    """Stores small covers and waveform; None if the store is unavailable."""
    try:
        for side, jpeg in cover.small.items():
            store.save_once(small_cover_key(track_id, side), jpeg, "image/jpeg", _metadata(jpeg))
        stored_peaks = store.save_once(
            peaks_key(track_id), peaks, "application/json", _metadata(peaks)
        )
    except StoreUnavailable as exc:
        _logger.warning("could not store the small covers and waveform of %s: %s", track_id, exc)
        return None
    return DrawnFacts(
        cover_sides=tuple(sorted(cover.small)),
        thumb_hash=cover.thumb_hash,
        color=cover.color,
        on_color=cover.on_color,
        peaks_sha256=stored_peaks["sha256"],
        offset_ms=offset_ms,
        start_ms=start_ms,
    )


def preview_metadata(facts: MediaFacts) -> dict[str, str]:
    """The object metadata of a preview."""
    method = {"method": facts.method} if facts.method else {}
    return method | {
        "sha256": facts.preview_sha256,
        "bytes": str(facts.preview_bytes),
        "seconds": f"{facts.duration_seconds:.3f}",
        "lufs": f"{facts.loudness_lufs:.2f}",
        "dbtp": f"{facts.true_peak_dbtp:.2f}",
        "source-lufs": f"{facts.source_lufs:.2f}",
    }


def cover_metadata(facts: MediaFacts) -> dict[str, str]:
    """The object metadata of a cover."""
    return {"sha256": facts.cover_sha256, "bytes": str(facts.cover_bytes)}


def _metadata(body: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(body).hexdigest(), "bytes": str(len(body))}


def facts_of_objects(
    preview: Mapping[str, str], cover: Mapping[str, str], fingerprint: str
) -> MediaFacts:
    """The facts of two stored objects, from their metadata, which an earlier run may have written.

    The fingerprint does not depend on the encoder, and is too large for object metadata.
    """
    return MediaFacts(
        duration_seconds=float(preview["seconds"]),
        loudness_lufs=float(preview["lufs"]),
        true_peak_dbtp=float(preview["dbtp"]),
        source_lufs=float(preview["source-lufs"]),
        preview_sha256=preview["sha256"],
        preview_bytes=int(preview["bytes"]),
        cover_sha256=cover["sha256"],
        cover_bytes=int(cover["bytes"]),
        fingerprint=fingerprint,
        method=preview.get("method", ""),
    )
