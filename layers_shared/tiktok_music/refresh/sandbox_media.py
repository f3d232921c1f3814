"""Publishes the media of the sandbox's invented tracks, so that what test keys are shown plays."""

import hashlib
import logging
from dataclasses import replace

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.errors import StoreUnavailable
from tiktok_music.refresh.media.ports import MediaStore
from tiktok_music.refresh.ports import TrackArchive
from tiktok_music.sandbox.fixtures import DOCUMENT, media_file, sandbox_fixtures
from tiktok_music.track import cover_key, preview_key

_logger = logging.getLogger(__name__)


def publish_sandbox_media(archive: TrackArchive, store: MediaStore) -> int:
    """Stores what was never stored; returns the number of objects written.

    Costs one read of the archive when there is nothing to do. A store that does not answer is no
    reason to fail a refresh: the next one tries again.
    """
    marker = _marker()
    try:
        if archive.get_many([marker]):
            return 0
        records = [record for record in sandbox_fixtures().records.values() if record.media]
        for record in records:
            _publish(record, store)
        archive.save_many([replace(records[0], track_id=marker)])
    except StoreUnavailable as exc:
        _logger.warning("the sandbox's media are not published: %s", exc)
        return 0
    return 2 * len(records)


def _marker() -> str:
    """Names these fixtures in the archive; it is no UUID, so that nobody can ask the API for it."""
    return f"sandbox-{hashlib.sha256(DOCUMENT.read_bytes()).hexdigest()[:16]}"


def _publish(record: TrackRecord, store: MediaStore) -> None:
    track_id, media = record.track_id, record.media
    if media is None:
        return
    preview = media_file(track_id, "mp3").read_bytes()
    cover = media_file(track_id, "jpg").read_bytes()
    store.save_once(preview_key(track_id), preview, "audio/mpeg", _preview_facts(media))
    store.save_once(cover_key(track_id), cover, "image/jpeg", _cover_facts(media))


def _preview_facts(media: MediaFacts) -> dict[str, str]:
    return {
        "sha256": media.preview_sha256,
        "bytes": str(media.preview_bytes),
        "seconds": f"{media.duration_seconds:.3f}",
        "lufs": f"{media.loudness_lufs:.2f}",
        "dbtp": f"{media.true_peak_dbtp:.2f}",
        "source-lufs": f"{media.source_lufs:.2f}",
    }


def _cover_facts(media: MediaFacts) -> dict[str, str]:
    return {"sha256": media.cover_sha256, "bytes": str(media.cover_bytes)}
