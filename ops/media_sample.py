"""The bucket and the media domain of a deployment, and a look at files of some listed tracks."""

from datetime import UTC, datetime

from ops.deployment import Deployment, secrets_provider
from ops.errors import CheckFailed
from tiktok_music.adapters.checked_bucket import CheckedBucket
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.composition.refresh_music import media_bucket
from tiktok_music.refresh.media.check import check_tracks, sample_of, served_tracks
from tiktok_music.refresh.publication.current_catalog import current_catalog
from tiktok_music.refresh.settings import RefreshSettings


def open_files(settings: RefreshSettings) -> CheckedBucket:
    """The bucket and the media domain of a deployment."""
    bucket = media_bucket(settings.media, Secrets(secrets_provider(settings.region)))
    return CheckedBucket(bucket, SafeHttp(allow_private=settings.allow_private_hosts))


def sampled_media(deployment: Deployment, settings: RefreshSettings) -> str:
    """Asks for files of some listed tracks, as a refresh does; raises CheckFailed."""
    current = current_catalog(deployment.publisher)
    sampled = sample_of(current.rows, datetime.now(UTC))
    records = deployment.archive.get_many(sampled)
    check = check_tracks(served_tracks(current.rows, records), open_files(settings))
    if not (check.missing or check.unknown):
        return f"files of {check.checked} listed tracks are there" if check.checked else "none yet"
    found = f"files of {check.tracks_missing} of {check.checked} listed tracks are missing"
    if check.is_all_missing():
        found += f": is {settings.media.bucket} another bucket than before?"
    elif check.missing:
        found += f", such as {check.missing[0].key}: {check.missing[0].found}"
    raise CheckFailed(f"{found}; {check.unknown} not checked" if check.unknown else found)
