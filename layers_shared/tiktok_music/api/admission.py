"""Admits a request: key, then rate limit, then scope; adds the limit's headers to the response."""

import math
from collections.abc import Callable
from typing import NamedTuple

from starlette.requests import Request

from tiktok_music.api.auth import Authenticator, require_scope
from tiktok_music.api.gateway import sent_header
from tiktok_music.api.parameter_names import ignored_parameters
from tiktok_music.api.rate_limit import READ_LIGHT, RateDecision, RateLimiter
from tiktok_music.api_key import ApiKey
from tiktok_music.errors import KeySuspended, RateLimited


class RouteAccess(NamedTuple):
    """The access rule of a route and its query parameters; without a scope any key passes.

    Browser tokens pass only where `is_for_tokens`.
    """

    scope: str | None
    endpoint_class: str = READ_LIGHT
    parameters: tuple[str, ...] = ()
    is_for_tokens: bool = False


class Admission(NamedTuple):
    """Checks that all routes with a key share; `clock` is in Unix seconds.

    `on_used` receives the id of each valid key.
    """

    authenticator: Authenticator
    limiter: RateLimiter
    clock: Callable[[], float]
    on_used: Callable[[str], None] = lambda key_id: None

    def admit(self, request: Request, access: RouteAccess) -> ApiKey:
        """Returns the key of an admitted request and counts the request; else raises RequestError.

        Raises StoreError if the key cannot be read.
        """
        try:
            key = self.authenticator.authenticate(sent_header(request.scope, b"authorization"))
        except KeySuspended as exc:
            request.scope["state"]["api_key"] = exc.key
            raise
        request.scope["state"]["api_key"] = key
        self.on_used(key.key_id)
        decision = self.limiter.take(key.key_id, key.tier, access.endpoint_class)
        add_headers(request, rate_headers(decision, access))
        if request.scope["query_string"]:
            add_headers(request, ignored_parameters(request.query_params, access.parameters))
        if decision.is_over:
            raise RateLimited(max(math.ceil(decision.resets_at - self.clock()), 1))
        if access.scope is not None:
            require_scope(key, access.scope)
        return key

    def refund(self, request: Request, key: ApiKey, access: RouteAccess) -> None:
        """Undoes the count of an admitted request."""
        decision = self.limiter.refund(key.key_id, key.tier, access.endpoint_class)
        add_headers(request, rate_headers(decision, access))


def add_headers(request: Request, added: dict[str, str]) -> None:
    """Adds headers to the response, whatever it will be."""
    request.scope["state"]["extra_headers"].update(added)


def rate_headers(decision: RateDecision, access: RouteAccess) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(decision.limit),
        "X-RateLimit-Remaining": str(decision.remaining),
        "X-RateLimit-Reset": str(decision.resets_at),
        "X-RateLimit-Endpoint-Class": access.endpoint_class,
    }
