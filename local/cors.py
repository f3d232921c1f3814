"""CORS as API Gateway answers it, with the lists of the template."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

METHODS = ("GET", "HEAD", "OPTIONS")
HEADERS = ("authorization", "if-none-match")
EXPOSED = (
    "age",
    "etag",
    "last-modified",
    "retry-after",
    "www-authenticate",
    "x-catalog-chart",
    "x-catalog-snapshot",
    "x-ignored-parameters",
    "x-ratelimit-endpoint-class",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
)
MAX_AGE_SECONDS = 3600


def with_cors(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Lets pages of these origins read the answers; preflights are answered here."""
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=METHODS,
        allow_headers=HEADERS,
        expose_headers=EXPOSED,
        max_age=MAX_AGE_SECONDS,
    )
