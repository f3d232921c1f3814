"""Deletes the media of a retired track and of its duplicates, and undoes the mark of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from ops.deployment import Deployment, refresh_settings
from ops.edge_cache import Purge, purge_tracks
from ops.sandbox import open_bucket
from tiktok_music.archive import TrackRecord
from tiktok_music.track import media_keys


class DeletingStore(Protocol):
    """A media store that deletes."""

    def delete(self, key: str) -> None:
        """Deletes an object; idempotent."""


def delete_and_purge(deployment: Deployment, record: TrackRecord) -> Purge:
    """Deletes the files of a retired track, and purges the edge cache or says what to purge."""
    settings = refresh_settings(deployment.stack)
    deleted = delete_media(deployment, record, open_bucket(settings), datetime.now(UTC))
    return purge_tracks(deleted, settings.media.base_url)


def delete_media(
    deployment: Deployment, record: TrackRecord, bucket: DeletingStore, now: datetime
) -> list[str]:
    """Deletes every file of a retired track and its duplicates; returns their track ids.

    Idempotent. The facts of the files stay in the archive, marked as deleted: by its fingerprint no
    other upload of the recording is listed.
    """
    concerned = [record, *_duplicates(deployment, record)]
    for each in concerned:
        for key in media_keys(each.track_id):
            bucket.delete(key)
        deployment.ledger.forget(each.track_id)
    deployment.archive.save_many(
        replace(each, media_deleted_at=now)
        for each in concerned
        if each.media is not None and each.media_deleted_at is None
    )
    return [each.track_id for each in concerned]


def forget_deleted_media(deployment: Deployment, record: TrackRecord) -> None:
    """Takes the facts of deleted files from the duplicates of a track that is retired no more.

    The next refresh then fetches the files again.
    """
    deployment.archive.save_many(
        replace(each, media=None, media_deleted_at=None)
        for each in _duplicates(deployment, record)
        if each.media_deleted_at is not None
    )


def _duplicates(deployment: Deployment, record: TrackRecord) -> list[TrackRecord]:
    return [each for each in deployment.archive.list_all() if each.canonical_id == record.track_id]
