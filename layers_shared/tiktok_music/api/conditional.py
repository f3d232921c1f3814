"""Conditional and compressed responses: ETag, Last-Modified, 304, stored gzip."""

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tiktok_music.api.freshness import Freshness
from tiktok_music.api.gateway import STORED_BODY, sent_header
from tiktok_music.errors import ListTooLarge
from tiktok_music.snapshot import MOST_BODY_BYTES, MOST_GZIPPED_BYTES, Descriptor, Snapshot

# The response depends on the key too: a test key gets the sandbox.
VARY = "Accept-Encoding, Authorization"
JSON = "application/json"
# Below it, gzip saves less than a network packet.
GZIP_FROM_BYTES = 4 * 1024
# Level 6 takes three times as long for 2 % less.
GZIP_LEVEL = 4
NEEDS_GZIP = (
    "The response is too large without gzip: accept gzip, or read the list in pages with limit and "
    "cursor."
)
NEEDS_PAGES = "The response is too large: read the list in pages with limit and cursor."
_ETAG = re.compile(r'(?:W/)?("[^"]*")')
_CODING = re.compile(r"(?:^|,)\s*(gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?(?=,|$)", re.IGNORECASE)


class StoredResponse(Response):
    """Hands a body that many responses share to the server unencoded, if it has STORED_BODY."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stored = scope.get("extensions", {}).get(STORED_BODY)
        if stored is not None and scope["method"] != "HEAD":
            stored["body"], self.body = self.body, b""
        await super().__call__(scope, receive, send)


class FreeNotModified(Response):
    """A 304 that is not counted: the client has the stored body, and proves it by its ETag."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__(status_code=304, headers=headers)


def etag_of(snapshot: Snapshot, *, gzipped: bool) -> str:
    """A strong ETag of the content and its encoding."""
    return f'"{snapshot.descriptor.sha256[:32]}{"-gzip" if gzipped else ""}"'


def accepts_gzip(header: str) -> bool:
    """True if an `Accept-Encoding` header accepts gzip (RFC 9110, 12.5.3).

    `q=0` means no; a weight for gzip by name takes precedence over the weight of `*`.
    """
    weights = {name.lower(): weight for name, weight in _CODING.findall(header)}
    weight = weights.get("gzip", weights.get("*", "0"))
    return not weight or bool(weight.strip("0."))


def matches(if_none_match: str, etag: str) -> bool:
    """True if an `If-None-Match` header has `etag` (weak comparison, RFC 9110, 13.1.2)."""
    return if_none_match.strip() == "*" or etag in _ETAG.findall(if_none_match)


def snapshot_response(request: Request, snapshot: Snapshot, freshness: Freshness) -> Response:
    """Responds with the stored body, gzipped if accepted, or with 304 if the client has it.

    Raises ListTooLarge.
    """
    gzipped = _accepts_gzip(request)
    etag = etag_of(snapshot, gzipped=gzipped)
    headers = _headers(snapshot.descriptor, etag, freshness)
    if_none_match = sent_header(request.scope, b"if-none-match")
    if if_none_match is not None and etag in _ETAG.findall(if_none_match):
        return FreeNotModified(headers)
    if _is_known(request, if_none_match, lambda: freshness.modified_at(snapshot.descriptor)):
        return Response(status_code=304, headers=headers)
    if gzipped:
        return StoredResponse(_fitting_gzip(snapshot.gzipped, headers), 200, headers, JSON)
    return Response(_fitting(snapshot.plain()), headers=headers, media_type=JSON)


def computed_response(
    request: Request, body: bytes, descriptor: Descriptor, freshness: Freshness
) -> Response:
    """Responds with a body made for this request, or with 304 if the client has it.

    Raises ListTooLarge.
    """
    gzipped = len(body) >= GZIP_FROM_BYTES and _accepts_gzip(request)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}{"-gzip" if gzipped else ""}"'
    headers = _headers(descriptor, etag, freshness)
    if matches(sent_header(request.scope, b"if-none-match") or "", etag):
        return Response(status_code=304, headers=headers)
    if gzipped:
        packed = gzip.compress(body, GZIP_LEVEL, mtime=0)
        return Response(_fitting_gzip(packed, headers), headers=headers, media_type=JSON)
    return Response(_fitting(body), headers=headers, media_type=JSON)


def _accepts_gzip(request: Request) -> bool:
    return accepts_gzip(sent_header(request.scope, b"accept-encoding") or "")


def _fitting(body: bytes) -> bytes:
    """The body, if it fits as a JSON string: quotes and backslashes take a byte more."""
    size = len(body)
    if size > MOST_BODY_BYTES // 2:
        size += body.count(b'"') + body.count(b"\\")
    if size > MOST_BODY_BYTES:
        raise ListTooLarge(NEEDS_GZIP)
    return body


def _fitting_gzip(body: bytes, headers: dict[str, str]) -> bytes:
    """The gzipped body, if it fits in base64; adds its header."""
    if len(body) > MOST_GZIPPED_BYTES:
        raise ListTooLarge(NEEDS_PAGES)
    headers["Content-Encoding"] = "gzip"
    return body


def _headers(descriptor: Descriptor, etag: str, freshness: Freshness) -> dict[str, str]:
    return {"ETag": etag, "Vary": VARY, **freshness.headers(descriptor)}


def _is_known(
    request: Request, if_none_match: str | None, modified_at: Callable[[], datetime]
) -> bool:
    """True for `If-None-Match: *`, or the date, which counts only without an ETag (RFC 9110).

    The date must be equal, not just later: after a rollback the snapshot served is older than the
    one that clients have.
    """
    if if_none_match is not None:
        return if_none_match.strip() == "*"
    since = sent_header(request.scope, b"if-modified-since")
    if since is None:
        return False
    try:
        return int(modified_at().timestamp()) == parsedate_to_datetime(since).timestamp()
    except (ValueError, OverflowError, TypeError):
        return False
