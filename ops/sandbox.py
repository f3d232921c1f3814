"""`catalog sandbox publish`: stores the media of the sandbox's invented tracks in the bucket."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import typer

from ops.audit import recorded
from ops.console import echo, print_json, reports_errors
from ops.deployment import open_deployment, refresh_settings, secrets_provider
from ops.options import DryRunOption, JsonOption, StackOption
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.composition.refresh_music import media_bucket
from tiktok_music.refresh.media.ports import MediaStore
from tiktok_music.refresh.media.store_media import cover_metadata, preview_metadata
from tiktok_music.refresh.settings import RefreshSettings
from tiktok_music.sandbox.fixtures import media_file, sandbox_fixtures
from tiktok_music.track import cover_key, preview_key

app = typer.Typer(help="The sandbox, which test keys read: publish.", no_args_is_help=True)


class MediaBucket(MediaStore, Protocol):
    """A media store that can be asked for an object without writing it, and that deletes."""

    def facts(self, key: str) -> Mapping[str, str] | None:
        """The metadata of a stored object, or None if it does not exist."""

    def delete(self, key: str) -> None:
        """Deletes an object; idempotent."""


@dataclass(frozen=True, slots=True)
class SandboxObject:
    """One file of the sandbox, as it is stored."""

    key: str
    body: bytes
    content_type: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SandboxMedia:
    """Keys of the sandbox's objects: those that were missing, and those that were present."""

    missing: tuple[str, ...]
    present: tuple[str, ...]


@app.command()
@reports_errors
def publish(
    dry_run: bool = DryRunOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Store previews and covers of the sandbox's tracks, so that they play for test keys.

    Idempotent: an object that is already there is left alone.
    """
    deployment = open_deployment(stack)
    bucket = open_bucket(refresh_settings(stack))
    media = find_sandbox_media(bucket)
    if media.missing and not dry_run:
        with recorded(deployment, "sandbox publish", {"objects": len(media.missing)}):
            media = publish_sandbox_media(bucket)
    if as_json:
        counts = {"missing": len(media.missing), "alreadyThere": len(media.present)}
        print_json({**counts, "written": 0 if dry_run else len(media.missing)})
        return
    verb = "would be written (dry run)" if dry_run else "written"
    counted = f"{len(media.missing)} objects {verb}, {len(media.present)} already there"
    echo(f"{deployment.name}: {counted}")


def open_bucket(settings: RefreshSettings) -> MediaBucket:
    """The media bucket of a deployment."""
    return media_bucket(settings.media, Secrets(secrets_provider(settings.region)))


def find_sandbox_media(bucket: MediaBucket) -> SandboxMedia:
    """Looks for each object by one HEAD request; raises StoreUnavailable."""
    keys = [each.key for each in sandbox_objects()]
    present = tuple(key for key in keys if bucket.facts(key) is not None)
    return SandboxMedia(tuple(key for key in keys if key not in present), present)


def publish_sandbox_media(bucket: MediaBucket) -> SandboxMedia:
    """Writes the missing objects, returns what was missing; raises StoreUnavailable."""
    media = find_sandbox_media(bucket)
    for each in sandbox_objects():
        if each.key in media.missing:
            bucket.save_once(each.key, each.body, each.content_type, each.facts)
    return media


def sandbox_objects() -> Iterator[SandboxObject]:
    """Preview and cover of every track of the sandbox that has media."""
    for track_id, record in sandbox_fixtures().records.items():
        if record.media is None:
            continue
        preview = media_file(track_id, "mp3").read_bytes()
        cover = media_file(track_id, "jpg").read_bytes()
        media = record.media
        yield SandboxObject(preview_key(track_id), preview, "audio/mpeg", preview_metadata(media))
        yield SandboxObject(cover_key(track_id), cover, "image/jpeg", cover_metadata(media))
