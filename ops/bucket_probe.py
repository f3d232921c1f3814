"""Checks of the bucket: a probe object is written, read as the public reads it, and deleted."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import urllib3

from ops.errors import CheckFailed
from tiktok_music.adapters.r2_media import IMMUTABLE, R2MediaStore, r2_client
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.refresh.settings import MediaSettings
from tiktok_music.track import preview_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BODY = bytes(range(256)) * 4
ORIGIN = "https://example.com"
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `run` returns its finding or raises, `fix` says how to fix a failure."""

    name: str
    fix: str
    run: Callable[[], str]


@dataclass(frozen=True, slots=True)
class PublicObject:
    """The probe under its public URL; each method is one check."""

    url: str

    def body(self) -> str:
        response = self._get()
        if (response.status, response.data) != (200, BODY):
            size = len(response.data)
            raise CheckFailed(f"{self.url} answers {response.status} with {size} bytes")
        return f"read back from {self.url.partition('/music/')[0]}"

    def byte_range(self) -> str:
        response = self._get(Range="bytes=100-199")
        if (response.status, response.data) != (206, BODY[100:200]):
            size = len(response.data)
            raise CheckFailed(f"a range request is answered {response.status}, {size} bytes")
        return "206 with the requested bytes"

    def cache_control(self) -> str:
        return self._header("cache-control", IMMUTABLE)

    def content_type(self) -> str:
        return self._header("content-type", "audio/mpeg")

    def allow_origin(self) -> str:
        return self._header("access-control-allow-origin", "*", ORIGIN)

    def _header(self, name: str, *expected: str) -> str:
        value = self._get().headers.get(name, "none")
        if value not in expected:
            raise CheckFailed(f"{name} is {value}, not {expected[0]}")
        return value

    def _get(self, **headers: str) -> urllib3.BaseHTTPResponse:
        return urllib3.request(
            "GET",
            self.url,
            headers={"Origin": ORIGIN, **headers},
            timeout=TIMEOUT_SECONDS,
            retries=False,
        )


def probe_bucket(media: MediaSettings, secrets: Secrets) -> Iterator[Check]:
    """Yields the checks in order; the caller runs each before it asks for the next.

    Without a written probe there is only the first one; the last one deletes the probe.
    """
    key = preview_key(f"probe-{uuid.uuid4()}")
    written: list[S3Client] = []

    def write() -> str:
        names = ("accessKeyId", "secretAccessKey")
        access_key_id, secret_access_key = secrets.fields(media.secret_name, *names)
        client = r2_client(media.endpoint_url, access_key_id.reveal(), secret_access_key)
        R2MediaStore(client, media.bucket).save_once(key, BODY, "audio/mpeg", {})
        written.append(client)
        return f"{media.bucket} is writable"

    def delete() -> str:
        written[0].delete_object(Bucket=media.bucket, Key=key)
        return "the probe is deleted"

    yield Check("write", "check R2_ENDPOINT_URL, R2_BUCKET and the token's permission", write)
    if not written:
        return
    public = PublicObject(f"{media.base_url}/{key}")
    domain = "connect the domain of MEDIA_BASE_URL to the bucket (R2, settings, custom domains)"
    rewrites = "remove the domain's rule that rewrites responses or headers of the bucket"
    cors = "give the bucket a CORS policy: any origin, GET and HEAD"
    yield Check("public", domain, public.body)
    yield Check("range", rewrites, public.byte_range)
    yield Check("type", rewrites, public.content_type)
    yield Check("cache", rewrites, public.cache_control)
    yield Check("cors", cors, public.allow_origin)
    yield Check("delete", f"delete {key} by hand", delete)
