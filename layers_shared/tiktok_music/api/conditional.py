"""Conditional and compressed answers: ETag, Last-Modified, 304, gzip as it is stored."""

import hashlib
import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tiktok_music.api.freshness import Freshness
from tiktok_music.api.gateway import STORED_BODY
from tiktok_music.snapshot import Descriptor, Snapshot

# The answer depends on the key too: a test key has another catalog.
VARY = "Accept-Encoding, Authorization"
JSON = "application/json"
_ETAG = re.compile(r'(?:W/)?("[^"]*")')
_CODING = re.compile(r"(?:^|,)\s*(gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?(?=,|$)", re.IGNORECASE)


class StoredResponse(Response):
    """Sends bytes that are sent again and again, as they are, where the server takes them so."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stored = scope.get("extensions", {}).get(STORED_BODY)
        if stored is not None and scope["method"] != "HEAD":
            stored["body"], self.body = self.body, b""
        await super().__call__(scope, receive, send)


def etag_of(snapshot: Snapshot, *, gzipped: bool) -> str:
    """A strong ETag: it names the content, and the encoding that it is sent in."""
    return f'"{snapshot.descriptor.sha256[:32]}{"-gzip" if gzipped else ""}"'


def accepts_gzip(header: str) -> bool:
    """Whether an `Accept-Encoding` header takes gzip (RFC 9110, 12.5.3).

    `q=0` refuses; what is said of gzip by name outweighs what `*` says of all others.
    """
    weights = {name.lower(): weight for name, weight in _CODING.findall(header)}
    weight = weights.get("gzip", weights.get("*", "0"))
    return not weight or bool(weight.strip("0."))


def matches(if_none_match: str, etag: str) -> bool:
    """Whether an `If-None-Match` header names `etag` (weak comparison, RFC 9110, 13.1.2)."""
    return if_none_match.strip() == "*" or etag in _ETAG.findall(if_none_match)


def snapshot_response(request: Request, snapshot: Snapshot, freshness: Freshness) -> Response:
    """The stored answer: 304 where the caller has it, else its bytes, gzipped where taken."""
    gzipped = accepts_gzip(request.headers.get("accept-encoding", ""))
    headers = _headers(snapshot.descriptor, etag_of(snapshot, gzipped=gzipped), freshness)
    if _is_known(request, headers["ETag"], snapshot.descriptor.published_at):
        return Response(status_code=304, headers=headers)
    if gzipped:
        headers["Content-Encoding"] = "gzip"
        return StoredResponse(snapshot.gzipped, headers=headers, media_type=JSON)
    return Response(snapshot.plain(), headers=headers, media_type=JSON)


def made_response(
    request: Request, body: bytes, descriptor: Descriptor, freshness: Freshness
) -> Response:
    """An answer made from a snapshot for this request: 304 where the caller has it."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = _headers(descriptor, etag, freshness)
    if matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSON)


def _headers(descriptor: Descriptor, etag: str, freshness: Freshness) -> dict[str, str]:
    return {"ETag": etag, "Vary": VARY, **freshness.headers(descriptor)}


def _is_known(request: Request, etag: str, modified_at: datetime) -> bool:
    """RFC 9110, 13.2.2: a date counts only where no ETag is given.

    It must be ours to the second: after a rollback, what is served is older than what callers have.
    """
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is not None:
        return matches(if_none_match, etag)
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return int(modified_at.timestamp()) == since.timestamp()
    except (ValueError, OverflowError, TypeError):
        return False
