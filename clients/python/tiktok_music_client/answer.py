"""One HTTP exchange as values: the answer, the rate limit it reports, and what was tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tiktok_music_client.errors import CatalogError

EndpointClass = Literal["read-light", "write-light"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """The state of a rate limit; `reset_at` is the Unix time at which the next minute starts."""

    limit: int
    remaining: int
    reset_at: int
    endpoint_class: EndpointClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete response as it came; the names in `headers` are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str:
        """The id that the catalog gave the request; empty if another server answered."""
        return self.headers.get("X-Request-Id", "")

    @property
    def rate_limit(self) -> RateLimit | None:
        """The state of the rate limit; None if the answer does not report it."""
        names = ("Limit", "Remaining", "Reset")
        values = [self.headers.get(f"X-RateLimit-{name}", "") for name in names]
        if not all(value.isascii() and value.isdecimal() and len(value) < 16 for value in values):
            return None
        limit, remaining, reset_at = map(int, values)
        endpoint_class = self.headers.get("X-RateLimit-Endpoint-Class", "")
        return RateLimit(
            limit=limit,
            remaining=remaining,
            reset_at=reset_at,
            endpoint_class=endpoint_class,  # type: ignore[arg-type] # later classes pass through
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """An attempt at a request; `target` is the path with the query.

    `answer` is None without a complete response, `error` is None on success, and
    `retry_in_seconds` is None if no attempt follows.
    """

    method: str
    target: str
    attempt: int
    seconds: float
    answer: Answer | None
    error: CatalogError | None
    retry_in_seconds: float | None
