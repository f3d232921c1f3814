"""A Mangum handler for HTTP API events (payload 2.0): event -> ASGI scope, response -> result.

Mangum's own handler reads event fields that no response depends on, fails on malformed ones, and
encodes a stored body to base64 on every request.
"""

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from mangum.types import LambdaConfig, LambdaContext, LambdaEvent, Response

# The headers that a response depends on; all others are ignored.
_READ_HEADERS = {
    "authorization": b"authorization",
    "accept-encoding": b"accept-encoding",
    "if-none-match": b"if-none-match",
    "if-modified-since": b"if-modified-since",
    "origin": b"origin",
}
# An ASGI extension of this server: a body put there instead of being sent is encoded to base64 only
# once, as long as it is the same object in every request.
STORED_BODY = "tiktok_music.stored_body"
Result = dict[str, Any]


class MalformedEvent(Exception):
    """Raised when an event is not an HTTP request; `issue` goes into the response."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.issue = {"path": path, "message": message}


class HttpApi:
    """A Mangum handler of one event; accepts any event with a method and a path."""

    @classmethod
    def infer(cls, event: LambdaEvent, context: LambdaContext, config: LambdaConfig) -> bool:
        return True

    def __init__(self, event: object, context: LambdaContext, config: LambdaConfig) -> None:
        fields = _mapping(event)
        context_of = _mapping(fields.get("requestContext"))
        http = _mapping(context_of.get("http"))
        method, path = _text(http.get("method")), _text(http.get("path"))
        if not method or not path:
            raise MalformedEvent("event", "Must be a request of an HTTP API, payload 2.0.")
        self._stored: dict[str, bytes] = {}
        self.body = _body(fields)
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": unquote(path),
            "raw_path": None,
            "root_path": "",
            "query_string": _text(fields.get("rawQueryString")).encode(),
            "headers": _headers(_mapping(fields.get("headers"))),
            "client": (_text(http.get("sourceIp")), 0),
            "server": None,
            "gateway_request_id": _text(context_of.get("requestId")) or None,
            "extensions": {STORED_BODY: self._stored},
        }

    def __call__(self, response: Response) -> Result:
        """Converts to payload 2.0; the application sends each header once, in lower case."""
        headers = {name.decode(): value.decode() for name, value in response["headers"]}
        stored = self._stored.get("body")
        is_binary = stored is not None or "content-encoding" in headers
        if stored is not None:
            body = _stored_base64(stored)
        elif is_binary:
            body = base64.b64encode(response["body"]).decode()
        else:
            body = response["body"].decode()
        return {
            "statusCode": response["status"],
            "headers": headers,
            "body": body,
            "isBase64Encoded": is_binary,
        }


def sent_header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """A header of the request: each is in the scope once, in lower case, and only _READ_HEADERS.

    Starlette's `Headers` look for several of a name, and take five times as long.
    """
    value: bytes | None = dict(scope["headers"]).get(name)
    return None if value is None else value.decode("latin-1")


def is_preflight(event: object) -> bool:
    """True for a CORS preflight.

    The route takes every method, so that API Gateway forwards preflights, and adds its CORS headers
    to successful responses only.
    """
    fields = _mapping(event)
    http = _mapping(_mapping(fields.get("requestContext")).get("http"))
    if http.get("method") != "OPTIONS":
        return False
    return "access-control-request-method" in _lower_named(_mapping(fields.get("headers")))


# One for the live catalog, one for the sandbox. Bytes cache their hash: a hit costs nothing.
@lru_cache(maxsize=2)
def _stored_base64(body: bytes) -> str:
    return base64.b64encode(body).decode()


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """Encodable text: a JSON event may contain lone surrogates."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _headers(headers: Mapping[Any, Any]) -> list[tuple[bytes, bytes]]:
    named = _lower_named(headers)
    return [
        (raw, _text(named[name]).encode())
        for name, raw in _READ_HEADERS.items()
        if named.get(name) is not None
    ]


def _lower_named(headers: Mapping[Any, Any]) -> dict[str, Any]:
    """The headers by lower-case name; all names of a JSON object are texts."""
    return dict(zip(map(str.lower, headers), headers.values(), strict=True))


def _body(event: Mapping[Any, Any]) -> bytes:
    body = _text(event.get("body"))
    if not body or not event.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise MalformedEvent("body", "Must be base64 where the event says so.") from exc
