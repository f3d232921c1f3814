"""JSON responses, and the envelope of all errors."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.errors import (
    Invalid,
    KeySuspended,
    ListTooLarge,
    MethodNotAllowed,
    NotFound,
    OriginNotAllowed,
    RateLimited,
    RequestError,
    ScopeMissing,
    TokenExpired,
    TokenForbidden,
    Unauthenticated,
    VersionGone,
    issues_to,
)

# The only place that decides status and code; by type.
STATUS_AND_CODE: Mapping[type[RequestError], tuple[int, str]] = {
    Unauthenticated: (401, "UNAUTHENTICATED"),
    TokenExpired: (401, "UNAUTHENTICATED"),
    ScopeMissing: (403, "FORBIDDEN_SCOPE"),
    TokenForbidden: (403, "FORBIDDEN_SCOPE"),
    OriginNotAllowed: (403, "ORIGIN_NOT_ALLOWED"),
    NotFound: (404, "NOT_FOUND"),
    MethodNotAllowed: (405, "METHOD_NOT_ALLOWED"),
    ListTooLarge: (406, "LIST_TOO_LARGE"),
    VersionGone: (410, "VERSION_GONE"),
    Invalid: (422, "VALIDATION"),
    RateLimited: (429, "RATE_LIMITED"),
    KeySuspended: (503, "KILL_SWITCH"),
}
INTERNAL = (500, "INTERNAL")
INTERNAL_MESSAGE = "The request could not be answered; try again later."


def json_bytes(body: Mapping[str, Any]) -> bytes:
    """Compact UTF-8 JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def json_response(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON response that no cache may store."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(json_bytes(body), status, sent, media_type="application/json")


def error_envelope(
    code: str, message: str, request_id: str, details: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The body of every response from 400 up; `details` only if there are any."""
    error: dict[str, Any] = {"code": code, "message": message, "requestId": request_id}
    if details:
        error["details"] = dict(details)
    return {"error": error}


def error_response(request: Request, exc: RequestError) -> Response:
    """The response to a request that raised a RequestError."""
    status, code = STATUS_AND_CODE[type(exc)]
    body = error_envelope(code, str(exc), request.state.request_id, _details(exc))
    return json_response(body, status, _headers(exc))


def internal_error_response(request: Request) -> Response:
    """The response to an internal server error; contains no cause."""
    status, code = INTERNAL
    body = error_envelope(code, INTERNAL_MESSAGE, request.state.request_id)
    return json_response(body, status)


def _details(exc: RequestError) -> Mapping[str, Any] | None:
    if isinstance(exc, ScopeMissing):
        return {"requiredScope": exc.scope}
    if isinstance(exc, Invalid | VersionGone):
        return {"issues": issues_to(exc.issues)}
    return None


def _headers(exc: RequestError) -> Mapping[str, str]:
    if isinstance(exc, TokenExpired):
        return {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    if isinstance(exc, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="tiktok-music"'}
    if isinstance(exc, RateLimited):
        return {"Retry-After": str(exc.retry_after_seconds)}
    return {}
