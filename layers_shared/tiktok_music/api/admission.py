"""Who may go on: key, then limit, then scope; and the limit's headers on every answer to a key."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from tiktok_music.api.auth import Authenticator, require_scope
from tiktok_music.api.rate_limit import READ_LIGHT, RateDecision, RateLimiter
from tiktok_music.api_key import ApiKey
from tiktok_music.errors import RateLimited


@dataclass(frozen=True, slots=True)
class RouteAccess:
    """What a route asks of a key; `scope` is None where any valid key will do."""

    scope: str | None
    endpoint_class: str = READ_LIGHT


@dataclass(frozen=True, slots=True)
class Admission:
    """The way in of every route that wants a key; `clock` is in Unix seconds."""

    authenticator: Authenticator
    limiter: RateLimiter
    clock: Callable[[], float]

    def admit(self, request: Request, access: RouteAccess) -> ApiKey:
        """The key of a request that may go on."""
        key = self.authenticator.authenticate(request.headers.get("authorization"))
        verdict = self.limiter.take(key.key_id, key.tier, access.endpoint_class)
        request.state.extra_headers = _rate_headers(verdict, access)
        if verdict.is_over:
            raise RateLimited(max(math.ceil(verdict.resets_at - self.clock()), 1))
        if access.scope is not None:
            require_scope(key, access.scope)
        return key

    def uncount(self, request: Request, key: ApiKey, access: RouteAccess) -> None:
        """An answer "not modified" is free."""
        verdict = self.limiter.give_back(key.key_id, key.tier, access.endpoint_class)
        request.state.extra_headers = _rate_headers(verdict, access)


def _rate_headers(verdict: RateDecision, access: RouteAccess) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": str(verdict.resets_at),
        "X-RateLimit-Endpoint-Class": access.endpoint_class,
    }
