"""Publishes the media of the sandbox's invented tracks, so that test keys get playable previews."""

import hashlib
import logging
from dataclasses import replace

from tiktok_music.archive import TrackRecord
from tiktok_music.errors import StoreUnavailable
from tiktok_music.refresh.media.ports import MediaStore
from tiktok_music.refresh.media.prepare import cover_metadata, preview_metadata
from tiktok_music.refresh.ports import TrackArchive
from tiktok_music.sandbox.fixtures import DOCUMENT, media_file, sandbox_fixtures
from tiktok_music.track import cover_key, preview_key

_logger = logging.getLogger(__name__)


def publish_sandbox_media(archive: TrackArchive, store: MediaStore) -> int:
    """Stores missing media; returns the number of objects written.

    Costs one read of the archive if there is nothing to do. A store error is logged only: the next
    refresh retries.
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
        _logger.warning("could not publish the sandbox's media: %s", exc)
        return 0
    return 2 * len(records)


def _marker() -> str:
    """The archive id of these fixtures; not a UUID, so that no API request can reach it."""
    return f"sandbox-{hashlib.sha256(DOCUMENT.read_bytes()).hexdigest()[:16]}"


def _publish(record: TrackRecord, store: MediaStore) -> None:
    track_id, media = record.track_id, record.media
    if media is None:
        return
    preview = media_file(track_id, "mp3").read_bytes()
    cover = media_file(track_id, "jpg").read_bytes()
    store.save_once(preview_key(track_id), preview, "audio/mpeg", preview_metadata(media))
    store.save_once(cover_key(track_id), cover, "image/jpeg", cover_metadata(media))
