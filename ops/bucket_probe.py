"""An object that is written to the bucket, read as the public reads it, and deleted again."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import urllib3

from tiktok_music.adapters.r2_media import IMMUTABLE, R2MediaStore, r2_client
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.refresh.settings import MediaSettings
from tiktok_music.track import preview_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BODY = bytes(range(256)) * 4
ORIGIN = "https://example.com"
TIMEOUT_SECONDS = 10.0


class NotWell(Exception):
    """Raised when a look finds something that is not as it should be."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing to look at; `run` says what it found, or raises."""

    name: str
    mend: str
    run: Callable[[], str]


@dataclass(frozen=True, slots=True)
class PublicObject:
    """The probe as anybody has it."""

    url: str

    def whole(self) -> str:
        answer = self._get()
        if (answer.status, answer.data) != (200, BODY):
            raise NotWell(f"{self.url} answers {answer.status} with {len(answer.data)} bytes")
        return f"read back from {self.url.partition('/music/')[0]}"

    def part(self) -> str:
        answer = self._get(Range="bytes=100-199")
        if (answer.status, answer.data) != (206, BODY[100:200]):
            raise NotWell(f"a range is answered with {answer.status}, {len(answer.data)} bytes")
        return "206 with the bytes asked for"

    def cached(self) -> str:
        return self._header("cache-control", IMMUTABLE)

    def kind(self) -> str:
        return self._header("content-type", "audio/mpeg")

    def shared(self) -> str:
        return self._header("access-control-allow-origin", "*", ORIGIN)

    def _header(self, name: str, *wanted: str) -> str:
        value = self._get().headers.get(name, "none")
        if value not in wanted:
            raise NotWell(f"{name} is {value}, not {wanted[0]}")
        return value

    def _get(self, **headers: str) -> urllib3.BaseHTTPResponse:
        return urllib3.request(
            "GET",
            self.url,
            headers={"Origin": ORIGIN, **headers},
            timeout=TIMEOUT_SECONDS,
            retries=False,
        )


def probe_bucket(media: MediaSettings, secrets: Secrets) -> Iterator[Look]:
    """What to look at, in order; each is to be run before the next is asked for.

    The public's side is left out where nothing could be written, and the probe is deleted last.
    """
    key = preview_key(f"probe-{uuid.uuid4()}")
    written: list[S3Client] = []

    def write() -> str:
        names = ("accessKeyId", "secretAccessKey")
        access_key_id, secret_access_key = secrets.fields(media.secret_name, *names)
        client = r2_client(media.endpoint_url, access_key_id.reveal(), secret_access_key)
        R2MediaStore(client, media.bucket).save_once(key, BODY, "audio/mpeg", {})
        written.append(client)
        return f"{media.bucket} takes objects"

    def delete() -> str:
        written[0].delete_object(Bucket=media.bucket, Key=key)
        return "the probe is gone"

    yield Look("write", "check R2_ENDPOINT_URL, R2_BUCKET and the token's permission", write)
    if not written:
        return
    public = PublicObject(f"{media.base_url}/{key}")
    domain = "connect the domain of MEDIA_BASE_URL to the bucket (R2, settings, custom domains)"
    rewrites = "a rule of the domain rewrites answers: let it respect what the bucket says"
    cors = "give the bucket a CORS policy: any origin, GET and HEAD"
    yield Look("public", domain, public.whole)
    yield Look("range", rewrites, public.part)
    yield Look("type", rewrites, public.kind)
    yield Look("cache", rewrites, public.cached)
    yield Look("cors", cors, public.shared)
    yield Look("delete", f"delete {key} by hand", delete)
