"""One line of the log per request, so that each one can be attributed to a key."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from zlib import crc32

# A share is a number of ten thousandths.
_SHARES = 10_000


class AnsweredRequest(NamedTuple):
    """One request and its answer; `gateway_id` is API Gateway's id, which its access log has too.

    `key_id` and `organization` are None without a valid key, `route` without a path of the API: a
    path may have anything in it.
    """

    request_id: str
    gateway_id: str | None
    key_id: str | None
    organization: str | None
    method: str
    route: str | None
    status: int
    milliseconds: float

    @classmethod
    def of(cls, scope: Mapping[str, Any], status: int, seconds: float) -> "AnsweredRequest":
        """The request of an ASGI scope, after its response was sent."""
        state = scope["state"]
        key = state.get("api_key")
        return cls(
            request_id=state["request_id"],
            gateway_id=scope.get("gateway_request_id"),
            key_id=key.key_id if key else None,
            organization=key.organization_id if key else None,
            method=scope["method"],
            route=scope.get("route_path"),
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )

    def is_logged(self, share: float) -> bool:
        """True for every server error, and for that share of the others, chosen by the id."""
        if share >= 1 or self.status >= 500:
            return True
        return crc32(self.request_id.encode()) % _SHARES < share * _SHARES

    def to_dict(self) -> dict[str, Any]:
        """The members of the line."""
        return {
            "request_id": self.request_id,
            "gateway_request_id": self.gateway_id,
            "key_id": self.key_id,
            "organization": self.organization,
            "method": self.method,
            "route": self.route,
            "status": self.status,
            "milliseconds": self.milliseconds,
        }
