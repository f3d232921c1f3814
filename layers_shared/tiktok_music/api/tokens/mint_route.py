"""`POST /v1/tiktok-music/tokens`: makes a short-lived token for web pages."""

from collections.abc import Collection
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.api.freshness import utc_text
from tiktok_music.api.json_body import parse_json
from tiktok_music.api.responses import json_response
from tiktok_music.api.tokens.access import BrowserTokens
from tiktok_music.api.tokens.form import MOST_CHARACTERS, BrowserToken, base64url, write_token
from tiktok_music.api.tokens.mint_request import parse_mint_request
from tiktok_music.api_key import ApiKey
from tiktok_music.errors import Invalid, OriginNotAllowed, TokenForbidden

MOST_BODY_BYTES = 8 * 1024
ID_BYTES = 9  # 12 characters of base64url


async def mint_token(
    request: Request, key: ApiKey, tokens: BrowserTokens, parameters: Collection[str]
) -> Response:
    """Responds with a token of the key, and its expiry; `parameters` of the list can be fixed.

    Refuses a request of a page: a page that can make tokens has the key.
    """
    if "origin" in request.headers:
        raise OriginNotAllowed("Tokens are made by a server, not by a page.")
    if key.browser is None:
        raise TokenForbidden("The key makes no browser tokens; the operator can allow it.")
    raw = await request.body()
    body = parse_json(raw, MOST_BODY_BYTES) if raw else {}
    wanted = parse_mint_request(body, key, parameters)
    now = int(tokens.clock())
    token = BrowserToken(
        expires_at=now + wanted.ttl_seconds,
        issued_at=now,
        token_id=base64url(tokens.randomness(ID_BYTES)),
        origins=wanted.origins,
        visitor=wanted.visitor,
        restrictions=wanted.restrictions,
    )
    text = write_token(token, key.environment, key.key_id, key.browser.secret)
    if len(text) > MOST_CHARACTERS:
        too_long = f"The token would have more than {MOST_CHARACTERS} characters: name fewer."
        raise Invalid((("origins", too_long),))
    tokens.on_minted(key.key_id, token.token_id)
    expires_at = utc_text(datetime.fromtimestamp(token.expires_at, UTC))
    return json_response({"token": text, "expiresAt": expires_at}, 201)
