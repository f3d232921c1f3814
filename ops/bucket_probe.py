"""Checks of the bucket: a probe object is written, read as the public reads it, and deleted."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
    TimeoutError,
)

from ops.error_hints import one_line
from ops.errors import CheckFailed
from tiktok_music.adapters.r2_media import IMMUTABLE, R2MediaStore, r2_client
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.refresh.settings import MediaSettings
from tiktok_music.track import preview_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BODY = bytes(range(256)) * 4
# For a stack without origins of its own.
ANY_ORIGIN = "https://example.com"
# docs/deploy.md, step 1: what players read of an answer to a page of another origin.
EXPOSED = ("content-length", "content-range", "etag")
TIMEOUT_SECONDS = 10.0
CONNECT_DOMAIN = "connect the domain of MEDIA_BASE_URL to the bucket (R2, settings, custom domains)"
REWRITES = "remove the domain's rule, worker or login that answers or rewrites for the bucket"
CORS_RULE = (
    "give the bucket the CORS rule of docs/deploy.md, step 1, with the origins of your pages"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `run` returns its finding or raises, `fix` says how to fix a failure."""

    name: str
    fix: str
    run: Callable[[], str]


def page_origins(parameters: Mapping[str, str]) -> tuple[str, ...]:
    """Origins of the pages that may call the API, by the stack's parameters; else any one."""
    listed = parameters.get("AllowedOrigins", "").split(",")
    return tuple(origin for origin in listed if origin not in ("", "*")) or (ANY_ORIGIN,)


class DomainFailed(CheckFailed):
    """Raised when the media domain gives no answer; `fix` depends on how it fails."""

    def __init__(self, found: str, fix: str) -> None:
        super().__init__(found)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class PublicObject:
    """The probe under its public URL; each method is one check."""

    url: str
    origins: tuple[str, ...]

    def body(self) -> str:
        response = self._get()
        if (response.status, response.data) != (200, BODY):
            raise _wrong_answer(self.url, response)
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

    def cors(self) -> str:
        """The rule of the deployment guide: these origins or any, and the headers of a player."""
        for origin in self.origins:
            headers = self._get(Origin=origin, Range="bytes=0-9").headers
            allowed = headers.get("access-control-allow-origin", "none")
            if allowed not in ("*", origin):
                raise CheckFailed(f"access-control-allow-origin is {allowed} for {origin}")
            text = headers.get("access-control-expose-headers", "").lower()
            exposed = {name.strip() for name in text.split(",")}
            missing = [name for name in EXPOSED if not {name, "*"} & exposed]
            if missing:
                raise CheckFailed(f"access-control-expose-headers lacks {', '.join(missing)}")
        return f"allows {', '.join(self.origins)}"

    def _header(self, name: str, expected: str) -> str:
        value = self._get().headers.get(name, "none")
        if value != expected:
            raise CheckFailed(f"{name} is {value}, not {expected}")
        return value

    def _get(self, **headers: str) -> urllib3.BaseHTTPResponse:
        try:
            return urllib3.request(
                "GET",
                self.url,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                retries=False,
                redirect=False,
            )
        except HTTPError as exc:
            raise no_answer(self.url, exc) from exc


def no_answer(url: str, exc: HTTPError) -> DomainFailed:
    """The kind of failure of a request without an answer, with its own fix."""
    host = urlsplit(url).netloc
    if isinstance(exc, NameResolutionError):
        return DomainFailed(f"the name {host} does not resolve (DNS)", CONNECT_DOMAIN)
    if isinstance(exc, SSLError):
        return DomainFailed(
            f"the certificate of {host} is not valid: {one_line(exc)}",
            "wait until Cloudflare has issued the certificate, and let DNS point to Cloudflare",
        )
    # urllib3 derives it from a timeout.
    if isinstance(exc, NewConnectionError):
        return DomainFailed(
            f"{host} refuses the connection: {one_line(exc)}",
            "let DNS point to Cloudflare; nothing listens where it points now",
        )
    if isinstance(exc, TimeoutError):
        return DomainFailed(
            f"{host} gives no answer in {TIMEOUT_SECONDS:g} s",
            "check the domain's DNS record and the firewall between here and it",
        )
    return DomainFailed(f"{host} breaks off: {one_line(exc)}", REWRITES)


def _wrong_answer(url: str, response: urllib3.BaseHTTPResponse) -> DomainFailed:
    status, host = response.status, urlsplit(url).netloc
    if location := response.headers.get("location"):
        return DomainFailed(f"{host} redirects ({status}) to {location[:200]}", REWRITES)
    if status in (401, 403):
        fix = "remove the access rule or firewall rule of the domain: media are public"
        return DomainFailed(f"{host} answers {status}", fix)
    if status == 404:
        return DomainFailed(
            f"{host} answers 404 for an object that was just written",
            "the domain belongs to another bucket: check R2_BUCKET and the custom domain",
        )
    kind = response.headers.get("content-type", "no type")
    found = f"{url} answers {status} with {len(response.data)} bytes of {kind}, not the probe"
    return DomainFailed(found, REWRITES)


def probe_bucket(
    media: MediaSettings, secrets: Secrets, origins: tuple[str, ...]
) -> Iterator[Check]:
    """Yields the checks in order; the caller runs each before it asks for the next.

    Without a written probe there is only the first one; without an answer of the domain, only the
    first one that asks it. The last one deletes the probe.
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
    public = PublicObject(f"{media.base_url}/{key}", origins)
    unreachable: list[CheckFailed] = []

    def body() -> str:
        try:
            return public.body()
        except CheckFailed as exc:
            if isinstance(exc.__cause__, HTTPError):
                unreachable.append(exc)
            raise

    yield Check("public", CONNECT_DOMAIN, body)
    if not unreachable:
        yield Check("range", REWRITES, public.byte_range)
        yield Check("type", REWRITES, public.content_type)
        yield Check("cache", REWRITES, public.cache_control)
        yield Check("cors", CORS_RULE, public.cors)
    yield Check("delete", f"delete {key} by hand", delete)
