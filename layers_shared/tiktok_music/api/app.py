"""The API as a Starlette application: request -> key, limit, scope -> view -> response."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.admission import Admission, RouteAccess
from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.conditional import FreeNotModified
from tiktok_music.api.list_route import list_music
from tiktok_music.api.parameter_names import BATCH, CHANGES, search_parameters
from tiktok_music.api.rate_limit import WRITE_LIGHT
from tiktok_music.api.request_id_middleware import RequestIdMiddleware
from tiktok_music.api.request_log import AnsweredRequest
from tiktok_music.api.responses import error_response, internal_error_response, json_response
from tiktok_music.api.routing import Endpoint, PathRoute
from tiktok_music.api_key import READ, WRITE, ApiKey, KeyEnvironment
from tiktok_music.errors import (
    MethodNotAllowed,
    NotFound,
    RequestError,
    StoreError,
    Unauthenticated,
)

if TYPE_CHECKING:
    from tiktok_music.api.tokens.access import BrowserTokens

LIST = "/v1/tiktok-music"
Handler = Callable[[Request, CatalogView, ApiKey], Awaitable[Response]]


class Api(NamedTuple):
    """Dependencies of the routes; `on_error` receives each internal error with its request.

    `on_answered` receives each request after its response, `on_health` is called by each request of
    the health.

    `sandbox` returns the view for test keys and makes it on the first call, as `tokens` does.
    """

    admission: Admission
    live: CatalogView
    sandbox: Callable[[], CatalogView]
    tokens: "Callable[[], BrowserTokens]"
    new_request_id: Callable[[], str]
    on_error: Callable[[Request, Exception], None]
    on_answered: Callable[[AnsweredRequest], None]
    on_health: Callable[[], None] = lambda: None


def build_app(api: Api) -> RequestIdMiddleware:
    """Builds the application with its routes, error handlers and headers."""
    parameters = search_parameters(api.live.policy.is_on)
    routes = [
        PathRoute(LIST, _keyed(api, _for_tokens(parameters), _list)),
        PathRoute(f"{LIST}/batch", _keyed(api, _for_tokens(BATCH), _batch)),
        PathRoute(f"{LIST}/charts", _keyed(api, _for_tokens(), _charts)),
        PathRoute(f"{LIST}/changes", _keyed(api, RouteAccess(READ, parameters=CHANGES), _changes)),
        PathRoute(
            f"{LIST}/resolve",
            _keyed(api, RouteAccess(WRITE, WRITE_LIGHT), _resolve),
            methods=["POST"],
        ),
        PathRoute(
            f"{LIST}/tokens",
            _keyed(api, RouteAccess(READ, WRITE_LIGHT), _mint_of(api, parameters)),
            methods=["POST"],
        ),
        PathRoute(f"{LIST}/{{track_id}}", _keyed(api, _for_tokens(), _track)),
        PathRoute("/v1/whoami", _keyed(api, RouteAccess(None), _whoami)),
        PathRoute("/v1/health", _health_of(api.live, api.on_health)),
        PathRoute("/openapi.json", _openapi),
    ]
    app = Starlette(routes=routes, exception_handlers=_exception_handlers(api))
    app.router.redirect_slashes = False
    return RequestIdMiddleware(app, api.new_request_id, api.on_answered)


def _for_tokens(parameters: tuple[str, ...] = ()) -> RouteAccess:
    """The access of a reading route that browser tokens open too."""
    return RouteAccess(READ, parameters=parameters, is_for_tokens=True)


def _keyed(api: Api, access: RouteAccess, handler: Handler) -> Endpoint:
    """An endpoint that requires `access`; a test key gets the sandbox."""

    async def endpoint(request: Request) -> Response:
        try:
            key = api.admission.admit(request, access)
        except Unauthenticated:
            if not _has_token(request):
                raise
            return await _respond_to_token(api, request, access, handler)
        view = api.sandbox() if key.environment == KeyEnvironment.TEST else api.live
        response = await handler(request, view, key)
        if isinstance(response, FreeNotModified):
            api.admission.refund(request, key, access)
        return response

    return endpoint


def _has_token(request: Request) -> bool:
    """True if the request carries something like a browser token instead of a key."""
    return "lpb." in request.headers.get("authorization", "")


async def _respond_to_token(
    api: Api, request: Request, access: RouteAccess, handler: Handler
) -> Response:
    async def respond(restricted: Request, key: ApiKey) -> Response:
        view = api.sandbox() if key.environment == KeyEnvironment.TEST else api.live
        return await handler(restricted, view, key)

    return await api.tokens().respond(request, access, respond)


# Modules that the plain list does not need are imported on first use, to keep cold starts short.


async def _list(request: Request, view: CatalogView, _: ApiKey) -> Response:
    return list_music(request, view)


async def _charts(request: Request, view: CatalogView, _: ApiKey) -> Response:
    from tiktok_music.api.charts.routes import list_charts

    return list_charts(request, view)


async def _track(request: Request, view: CatalogView, _: ApiKey) -> Response:
    from tiktok_music.api.track_routes import one_track

    return one_track(request, view)


async def _batch(request: Request, view: CatalogView, _: ApiKey) -> Response:
    from tiktok_music.api.track_routes import many_tracks

    return many_tracks(request, view)


async def _changes(request: Request, view: CatalogView, _: ApiKey) -> Response:
    from tiktok_music.api.track_routes import changed_tracks

    return changed_tracks(request, view)


async def _resolve(request: Request, view: CatalogView, _: ApiKey) -> Response:
    from tiktok_music.api.resolve_route import resolve_music

    return await resolve_music(request, view)


def _mint_of(api: Api, parameters: tuple[str, ...]) -> Handler:
    async def mint(request: Request, _: CatalogView, key: ApiKey) -> Response:
        from tiktok_music.api.tokens.mint_route import mint_token

        return await mint_token(request, key, api.tokens(), parameters)

    return mint


async def _whoami(_: Request, __: CatalogView, key: ApiKey) -> Response:
    return json_response(
        {
            "organizationId": key.organization_id,
            "organizationName": key.organization_name,
            "scopes": sorted(key.scopes),
            "rateLimitTier": key.tier,
            "apiKeyId": key.key_id,
            "environment": key.environment,
        }
    )


def _health_of(view: CatalogView, on_health: Callable[[], None]) -> Endpoint:
    async def health(_: Request) -> Response:
        from tiktok_music.api.open_routes import health_of

        on_health()
        return health_of(view)

    return health


async def _openapi(_: Request) -> Response:
    from tiktok_music.api.open_routes import openapi

    return openapi()


def _exception_handlers(api: Api) -> dict[type[Exception], Callable[..., Awaitable[Response]]]:
    async def request_error(request: Request, exc: RequestError) -> Response:
        return error_response(request, exc)

    async def unmatched(request: Request, exc: HTTPException) -> Response:
        try:
            _admit_if_keyed(api, request)
        except RequestError as refusal:
            return error_response(request, refusal)
        response = error_response(request, _request_error(exc))
        response.headers.update(exc.headers or {})
        return response

    async def internal_error(request: Request, exc: Exception) -> Response:
        api.on_error(request, exc)
        return internal_error_response(request)

    return {RequestError: request_error, HTTPException: unmatched, Exception: internal_error}


def _admit_if_keyed(api: Api, request: Request) -> None:
    """Counts and checks a key or token on unmatched routes too; there an invalid one is fine."""
    if "authorization" in request.headers:
        with suppress(Unauthenticated, StoreError):
            if _has_token(request):
                api.tokens().admit(request, RouteAccess(None, is_for_tokens=True))
            else:
                api.admission.admit(request, RouteAccess(None))


def _request_error(exc: HTTPException) -> RequestError:
    if exc.status_code == 405:
        return MethodNotAllowed("The path does not know this method.")
    return NotFound("There is nothing at this path.")
