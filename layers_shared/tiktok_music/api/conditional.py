"""Conditional and compressed answers of ready bytes: ETag, 304, gzip as it is stored."""

import re

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.snapshot import Snapshot

_ETAG = re.compile(r'(?:W/)?("[^"]*")')
_GZIP = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?(?=,|$)", re.IGNORECASE)


def etag_of(snapshot: Snapshot, *, gzipped: bool) -> str:
    """A strong ETag: it names the content, and the encoding that it is sent in."""
    return f'"{snapshot.descriptor.sha256[:32]}{"-gzip" if gzipped else ""}"'


def accepts_gzip(header: str) -> bool:
    """Whether an `Accept-Encoding` header takes gzip (RFC 9110, 12.5.3; `q=0` refuses)."""
    weights = [weight for weight in _GZIP.findall(header)]
    return any(not weight or weight.strip("0.") for weight in weights)


def matches(if_none_match: str, etag: str) -> bool:
    """Whether an `If-None-Match` header names `etag` (weak comparison, RFC 9110, 13.1.2)."""
    return if_none_match.strip() == "*" or etag in _ETAG.findall(if_none_match)


def snapshot_response(request: Request, snapshot: Snapshot) -> Response:
    """The stored answer: 304 where the caller has it, else its bytes, gzipped where taken."""
    gzipped = accepts_gzip(request.headers.get("accept-encoding", ""))
    headers = {"ETag": etag_of(snapshot, gzipped=gzipped), "Vary": "Accept-Encoding"}
    if matches(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if gzipped:
        headers["Content-Encoding"] = "gzip"
    body = snapshot.gzipped if gzipped else snapshot.plain()
    return Response(body, headers=headers, media_type="application/json")
