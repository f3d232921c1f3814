"""The API as a Starlette application: request -> key, scope, limit -> snapshot -> ready bytes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_music.api.auth import Gate, require_scope
from tiktok_music.api.catalog import Catalog
from tiktok_music.api.conditional import snapshot_response
from tiktok_music.api.rate_limit import RateLimiter, RateVerdict
from tiktok_music.api.responses import error_response, internal_error_response, json_response
from tiktok_music.api.shell import Shell
from tiktok_music.api_key import READ, ApiKey
from tiktok_music.errors import (
    MethodNotAllowed,
    NotFound,
    RateLimited,
    RequestError,
)

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Api:
    """What the routes need; `on_error` gets every failure of ours with its request."""

    gate: Gate
    limiter: RateLimiter
    catalog: Catalog
    new_request_id: Callable[[], str]
    on_error: Callable[[Request, Exception], None]
    clock: Callable[[], float]


def build_app(api: Api) -> Shell:
    """The application with its routes, errors and headers."""

    async def list_music(request: Request) -> Response:
        key = _admit(api, request, READ)
        response = snapshot_response(request, api.catalog.snapshot())
        if response.status_code == 304:
            request.state.extra_headers = _rate_headers(api.limiter.give_back(key.key_id, key.tier))
        return response

    async def whoami(request: Request) -> Response:
        key = _admit(api, request, None)
        return json_response(
            {
                "organizationId": key.organization_id,
                "organizationName": key.organization_name,
                "scopes": sorted(key.scopes),
                "rateLimitTier": key.tier,
                "apiKeyId": key.key_id,
            }
        )

    async def refused(request: Request, exc: Exception) -> Response:
        assert isinstance(exc, RequestError)  # noqa: S101 - what Starlette promises by type
        return error_response(request, exc)

    async def unmatched(request: Request, exc: Exception) -> Response:
        assert isinstance(exc, HTTPException)  # noqa: S101
        response = error_response(request, _request_error(exc))
        response.headers.update(exc.headers or {})
        return response

    async def failed(request: Request, exc: Exception) -> Response:
        api.on_error(request, exc)
        return internal_error_response(request)

    app = Starlette(
        routes=[
            Route("/v1/tiktok-music", list_music, methods=["GET"]),
            Route("/v1/whoami", whoami, methods=["GET"]),
        ],
        exception_handlers={
            RequestError: refused,
            HTTPException: unmatched,
            Exception: failed,
        },
    )
    app.router.redirect_slashes = False
    return Shell(app, api.new_request_id)


def _request_error(exc: HTTPException) -> RequestError:
    if exc.status_code == 405:
        return MethodNotAllowed("The path does not know this method.")
    return NotFound("There is nothing at this path.")


def _admit(api: Api, request: Request, scope: str | None) -> ApiKey:
    """The key of a request that may go on; leaves the limit's headers on the request."""
    key = api.gate.authenticate(request.headers.get("authorization"))
    verdict = api.limiter.take(key.key_id, key.tier)
    request.state.extra_headers = _rate_headers(verdict)
    if verdict.is_over:
        raise RateLimited(max(int(verdict.resets_at - api.clock()), 1))
    if scope is not None:
        require_scope(key, scope)
    return key


def _rate_headers(verdict: RateVerdict) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": str(verdict.resets_at),
        "X-RateLimit-Endpoint-Class": "read-light",
    }
