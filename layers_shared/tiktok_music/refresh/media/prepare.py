"""Media of one candidate, from upstream's addresses to permanent objects: facts or a rejection."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from tiktok_music.archive import MediaFacts
from tiktok_music.errors import (
    AudioUnreadable,
    CoverUnreadable,
    DownloadFailed,
    MediaError,
    StoreUnavailable,
    WorkerFailed,
)
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.media.ports import (
    AudioRejected,
    Downloader,
    MediaEncoder,
    MediaStore,
    PreparedPreview,
)
from tiktok_music.refresh.rejection import Finding, RejectionReason
from tiktok_music.track import cover_key, preview_key

REASONS: dict[type[MediaError], RejectionReason] = {
    DownloadFailed: RejectionReason.DOWNLOAD_FAILED,
    AudioUnreadable: RejectionReason.AUDIO_UNREADABLE,
    CoverUnreadable: RejectionReason.COVER_UNREADABLE,
    WorkerFailed: RejectionReason.MEDIA_WORKER_FAILED,
}


@dataclass(frozen=True, slots=True)
class MediaTools:
    """The steps that the media of a candidate passes, in this order."""

    downloader: Downloader
    media_encoder: MediaEncoder
    store: MediaStore


def prepare_media(candidate: Candidate, tools: MediaTools) -> MediaFacts | Finding:
    """Stores preview and cover of a candidate under their permanent keys.

    Both files are encoded before the first one is stored. A failed upload is a finding too, which
    the next run retries.
    """
    try:
        audio = tools.downloader.audio(candidate.preview_urls)
        preview = tools.media_encoder.prepare_preview(audio, candidate.title, candidate.author)
        image = tools.downloader.image(candidate.cover_urls)
        cover = tools.media_encoder.prepare_cover(image)
    except AudioRejected as exc:
        return exc.finding
    except MediaError as exc:
        return Finding(REASONS[type(exc)], str(exc))
    try:
        return _publish(candidate.track_id, preview, cover, tools.store)
    except StoreUnavailable as exc:
        return Finding(RejectionReason.MEDIA_NOT_STORED, str(exc))


def _publish(
    track_id: str, preview: PreparedPreview, cover: bytes, store: MediaStore
) -> MediaFacts:
    facts = MediaFacts(
        duration_seconds=preview.facts.duration_seconds,
        loudness_lufs=preview.facts.integrated_lufs,
        true_peak_dbtp=preview.facts.true_peak_dbtp,
        source_lufs=preview.source.integrated_lufs,
        preview_sha256=hashlib.sha256(preview.mp3).hexdigest(),
        preview_bytes=len(preview.mp3),
        cover_sha256=hashlib.sha256(cover).hexdigest(),
        cover_bytes=len(cover),
    )
    stored_preview = store.save_once(
        preview_key(track_id), preview.mp3, "audio/mpeg", preview_metadata(facts)
    )
    stored_cover = store.save_once(cover_key(track_id), cover, "image/jpeg", cover_metadata(facts))
    return facts_of_objects(stored_preview, stored_cover, preview.fingerprint)


def preview_metadata(facts: MediaFacts) -> dict[str, str]:
    """The object metadata of a preview."""
    return {
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
    )
