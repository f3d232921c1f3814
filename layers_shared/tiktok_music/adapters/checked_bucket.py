"""Looks at published files: in the bucket over the S3 API, and under their public addresses."""

from collections.abc import Mapping

from tiktok_music.adapters.r2_media import R2MediaStore
from tiktok_music.adapters.safe_http import SafeHttp

DEADLINE_SECONDS = 10.0


class CheckedBucket:
    """The bucket and the media domain in front of it, by HEAD requests only."""

    def __init__(self, bucket: R2MediaStore, http: SafeHttp) -> None:
        self._bucket = bucket
        self._http = http

    def facts(self, key: str) -> Mapping[str, str] | None:
        """The facts of a stored object, None if it is missing; raises StoreUnavailable."""
        return self._bucket.facts(key)

    def public_status(self, url: str) -> int:
        """The HTTP status of a public address; raises DownloadFailed."""
        return self._http.head(url, deadline_seconds=DEADLINE_SECONDS)
