"""Admits a request with a browser token: the checks in their order, limits of their own."""

import hashlib
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.admission import RouteAccess, add_headers, rate_headers
from tiktok_music.api.auth import KEY_REQUIRED, Authenticator, require_scope
from tiktok_music.api.conditional import FreeNotModified
from tiktok_music.api.parameter_names import ignored_parameters
from tiktok_music.api.rate_limit import PER_MINUTE, RateDecision, RateLimiter
from tiktok_music.api.tokens.form import (
    MOST_SECONDS,
    BrowserToken,
    PresentedToken,
    parse_token_authorization,
    read_payload,
)
from tiktok_music.api.tokens.origins import covers
from tiktok_music.api.tokens.restrictions import restricted_request, with_own_etag
from tiktok_music.api_key import ApiKey, KeyState, RateTier
from tiktok_music.errors import (
    KeySuspended,
    OriginNotAllowed,
    RateLimited,
    TokenExpired,
    TokenForbidden,
    Unauthenticated,
)

BROWSER = "browser"
VISITOR_PER_MINUTE = 60
# Five times the limit of the key itself, which has a counter of its own.
PAGES_PER_MINUTE = {tier: 5 * limit for tier, limit in PER_MINUTE.items()}
# Clocks of two instances may differ.
SKEW_SECONDS = 60
# Stands in for a key that is unknown or has no tokens, so that all failures take the same time.
_NO_SECRET = bytes(32)
_STATES = (KeyState.ACTIVE, KeyState.SUSPENDED)
Respond = Callable[[Request, ApiKey], Awaitable[Response]]


def visitor_limit(_: RateTier) -> int:
    """Requests per minute of one visitor."""
    return VISITOR_PER_MINUTE


def pages_limit(tier: RateTier) -> int:
    """Requests per minute of all tokens of a key."""
    return PAGES_PER_MINUTE.get(tier, PAGES_PER_MINUTE[RateTier.STANDARD])


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """The limits of a visitor and of all pages of a key."""

    visitors: RateLimiter
    pages: RateLimiter

    def take(self, key: ApiKey, token: BrowserToken) -> RateDecision:
        """Counts a request; the decision is that of the limit with less left."""
        visitor = self.visitors.take(_visitor_of(key, token), key.tier, BROWSER)
        if visitor.is_over:
            return visitor
        return _tighter(visitor, self.pages.take(key.key_id, key.tier, BROWSER))

    def refund(self, key: ApiKey, token: BrowserToken) -> RateDecision:
        """Undoes `take` for the request just counted."""
        visitor = self.visitors.refund(_visitor_of(key, token), key.tier, BROWSER)
        return _tighter(visitor, self.pages.refund(key.key_id, key.tier, BROWSER))


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserTokens:
    """Everything about tokens; `clock` is in Unix seconds.

    `on_minted` receives the key id and the token's id, which are all that is logged.
    """

    authenticator: Authenticator
    limits: TokenLimits
    clock: Callable[[], float]
    randomness: Callable[[int], bytes]
    on_minted: Callable[[str, str], None]

    async def respond(self, request: Request, access: RouteAccess, respond: Respond) -> Response:
        """Responds to a request with a token, restricted to what the token allows."""
        key, token = self.admit(request, access)
        restricted = restricted_request(request, token.restrictions, access.parameters)
        response = await respond(restricted, key)
        if isinstance(response, FreeNotModified):
            add_headers(request, rate_headers(self.limits.refund(key, token), _browser(access)))
        return with_own_etag(response, token.restrictions)

    def admit(self, request: Request, access: RouteAccess) -> tuple[ApiKey, BrowserToken]:
        """Returns the key and the token of an admitted request; else raises RequestError."""
        key, token = self.authenticated(request.headers.get("authorization", ""))
        request.state.api_key = key
        request.state.browser_token = {"key_id": key.key_id, "jti": token.token_id}
        if key.is_suspended():
            raise KeySuspended("Access is suspended.")
        _check_origin(request.headers.get("origin"), key, token)
        if not access.is_for_tokens:
            raise TokenForbidden("A browser token may only read the list and its tracks.")
        if access.scope is not None:
            require_scope(key, access.scope)
        decision = self.limits.take(key, token)
        add_headers(request, rate_headers(decision, _browser(access)))
        if request.scope["query_string"]:
            add_headers(request, ignored_parameters(request.query_params, access.parameters))
        if decision.is_over:
            raise RateLimited(max(math.ceil(decision.resets_at - self.clock()), 1))
        return key, token

    def authenticated(self, authorization: str) -> tuple[ApiKey, BrowserToken]:
        """Returns the key and the token of an `Authorization` header.

        Raises Unauthenticated, with one message for every invalid token.
        """
        presented = parse_token_authorization(authorization)
        if presented is None:
            raise Unauthenticated(KEY_REQUIRED)
        key = self.authenticator.lookup(presented.key_id)
        token = _verified(presented, key)
        if key is None or token is None:
            raise Unauthenticated(KEY_REQUIRED)
        now = self.clock()
        if key.is_expired(now):
            raise Unauthenticated(KEY_REQUIRED)
        is_short = token.expires_at - token.issued_at <= MOST_SECONDS
        if not is_short or not token.issued_at - SKEW_SECONDS <= now < token.expires_at:
            raise TokenExpired(KEY_REQUIRED)
        return key, token


def _verified(presented: PresentedToken, key: ApiKey | None) -> BrowserToken | None:
    """The token, if its key may have tokens and signed it."""
    browser = key.browser if key is not None else None
    is_signed = presented.is_signed_by(browser.secret if browser else _NO_SECRET)
    if key is None or browser is None or not is_signed:
        return None
    if key.environment != presented.environment or key.state not in _STATES:
        return None
    return read_payload(presented.payload)


def _check_origin(origin: str | None, key: ApiKey, token: BrowserToken) -> None:
    """Checks the key's own list, too: an origin that it loses is refused once the key is read
    again, within 30 seconds."""
    of_key = key.browser.origins if key.browser else ()
    if origin is None or not all(
        any(covers(pattern, origin) for pattern in patterns) for patterns in (token.origins, of_key)
    ):
        raise OriginNotAllowed("The token is not for pages of this origin.")


def _visitor_of(key: ApiKey, token: BrowserToken) -> str:
    """The counter of a visitor, by a hash: the name may be personal data after all."""
    name = f"sub {token.visitor}" if token.visitor is not None else f"jti {token.token_id}"
    return f"{key.key_id}~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _tighter(one: RateDecision, other: RateDecision) -> RateDecision:
    return min(one, other, key=lambda decision: (not decision.is_over, decision.remaining))


def _browser(access: RouteAccess) -> RouteAccess:
    return access._replace(endpoint_class=BROWSER)
