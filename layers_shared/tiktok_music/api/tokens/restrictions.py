"""Applies the restrictions of a token to its requests: fixed parameters, and ETags of their own."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from tiktok_music.errors import Invalid, TokenForbidden

FLAGS = ("commerceOnly", "publishable")
NAMES = (*FLAGS, "language", "chart")
_ETAG = re.compile(r'"([^"]*)"')


def restricted_request(
    request: Request, restrictions: Mapping[str, Any], known: Collection[str]
) -> Request:
    """The request with the restrictions that its route knows, whatever the query says.

    Raises Invalid for another chart: a page must not take one chart for another. Raises
    TokenForbidden where the list does not know a restriction any more, after a change of its
    settings. `If-None-Match` only keeps ETags of the same restrictions.
    """
    if not restrictions:
        return request
    # As Starlette reads them.
    query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    fixed = {name: value for name, value in restrictions.items() if name in known}
    unknown = [name for name, value in restrictions.items() if name not in known and value]
    if unknown and not set(NAMES).isdisjoint(known):
        raise TokenForbidden(f"The list cannot be restricted by {', '.join(unknown)} any more.")
    if "chart" in fixed and any(
        name == "chart" and value != fixed["chart"] for name, value in query
    ):
        raise Invalid((("chart", f"Must be {fixed['chart']} with this token."),))
    free = [(name, value) for name, value in query if name not in fixed]
    pairs = [pair for name, value in fixed.items() for pair in _pairs(name, value)]
    suffix = _suffix(restrictions)
    headers = [
        (name, _own_etags(value, suffix) if name == b"if-none-match" else value)
        for name, value in request.scope["headers"]
    ]
    query_string = urlencode([*free, *pairs]).encode()
    return Request({**request.scope, "query_string": query_string, "headers": headers})


def with_own_etag(response: Response, restrictions: Mapping[str, Any]) -> Response:
    """The response with an ETag that says the restrictions too."""
    etag = response.headers.get("etag")
    if restrictions and etag:
        response.headers["etag"] = f'{etag[:-1]}{_suffix(restrictions)}"'
    return response


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [(name, str(each)) for each in (value if isinstance(value, list) else [value])]


def _suffix(restrictions: Mapping[str, Any]) -> str:
    text = json.dumps(dict(restrictions), sort_keys=True)
    return f".{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _own_etags(header: bytes, suffix: str) -> bytes:
    text = header.decode("latin-1")
    if text.strip() == "*":
        return header
    own = [each.removesuffix(suffix) for each in _ETAG.findall(text) if each.endswith(suffix)]
    return ", ".join(f'"{each}"' for each in own).encode("latin-1")
