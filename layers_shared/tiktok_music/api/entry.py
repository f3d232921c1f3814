"""From any event at all to an answer of the API: what Mangum would choke on is dealt with here."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from mangum import Mangum
from mangum.types import ASGI, LambdaContext

from tiktok_music.api.responses import INTERNAL, INTERNAL_MESSAGE, error_envelope, json_bytes

# The headers that an answer depends on. Others stay outside: Mangum would read a port out of some,
# and a caller may send anything in them.
_READ = ("authorization", "accept-encoding", "if-none-match", "if-modified-since")
_COMMON = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
Result = dict[str, Any]


class _Odd(Exception):
    """Raised when an event is no request; carries the issue that the caller is told."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.issue = {"path": path, "message": message}


class Entry:
    """The handler around the application: always an answer, never an exception."""

    def __init__(
        self,
        app: ASGI,
        new_request_id: Callable[[], str],
        on_error: Callable[[str, Exception], None],
    ) -> None:
        self._answer = Mangum(app, lifespan="off")
        self._new_request_id = new_request_id
        self._on_error = on_error

    def __call__(self, event: object, context: LambdaContext) -> Result:
        try:
            if _is_preflight(event):
                return _no_content(self._new_request_id())
            return self._answer(http_event(event), context)
        except _Odd as exc:
            details = {"issues": [exc.issue]}
            return self._error(422, "VALIDATION", "The request is not valid.", details)
        except Exception as exc:  # noqa: BLE001 - the last resort: a caller always gets our envelope
            status, code = INTERNAL
            result = self._error(status, code, INTERNAL_MESSAGE)
            self._on_error(result["headers"]["x-request-id"], exc)
            return result

    def _error(
        self, status: int, code: str, message: str, details: Mapping[str, Any] | None = None
    ) -> Result:
        request_id = self._new_request_id()
        body = json_bytes(error_envelope(code, message, request_id, details)).decode()
        headers = {**_COMMON, "x-request-id": request_id}
        return {
            "statusCode": status,
            "headers": headers,
            "body": body,
            "isBase64Encoded": False,
        }


def _is_preflight(event: object) -> bool:
    """A browser asks whether it may ask. The route takes every method, so that API Gateway sends
    this here too, and adds what it allows only to an answer that is a success."""
    http = _mapping(_mapping(_mapping(event).get("requestContext")).get("http"))
    headers = _mapping(_mapping(event).get("headers"))
    names = {name.lower() for name in headers if isinstance(name, str)}
    return http.get("method") == "OPTIONS" and "access-control-request-method" in names


def _no_content(request_id: str) -> Result:
    headers = {"cache-control": "no-store", "x-request-id": request_id}
    return {"statusCode": 204, "headers": headers, "body": "", "isBase64Encoded": False}


def http_event(event: object) -> dict[str, Any]:
    """The event with nothing in it that is not as payload 2.0 of an HTTP API has it."""
    context = _mapping(_mapping(event).get("requestContext"))
    http = _mapping(context.get("http"))
    method, path = _text(http.get("method")), _text(http.get("path"))
    if not method or not path:
        raise _Odd("event", "Must be a request of an HTTP API, payload 2.0.")
    assert isinstance(event, Mapping)  # noqa: S101 - it has a method and a path
    return {
        "version": "2.0",
        "rawQueryString": _text(event.get("rawQueryString")),
        "headers": _headers(_mapping(event.get("headers"))),
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": _text(http.get("sourceIp"))}
        },
        "body": _body(event),
        "isBase64Encoded": False,
    }


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    """Text that can be encoded: a JSON event may hold half a surrogate pair."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _headers(given: Mapping[Any, Any]) -> dict[str, str]:
    named = {name.lower(): value for name, value in given.items() if isinstance(name, str)}
    return {name: _text(named[name]) for name in _READ if named.get(name) is not None}


def _body(event: Mapping[Any, Any]) -> bytes:
    body = event.get("body")
    if not event.get("isBase64Encoded"):
        return _text(body).encode()
    try:
        return base64.b64decode(_text(body), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _Odd("body", "Must be base64 where the event says so.") from exc
