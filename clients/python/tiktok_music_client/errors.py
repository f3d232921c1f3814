"""What can go wrong between a caller and the catalog.

CatalogError
├── Unreachable
├── BadAnswer
└── ApiError
    ├── Unauthenticated
    ├── ForbiddenScope
    ├── NotFound
    ├── MethodNotAllowed
    ├── ValidationFailed
    ├── RateLimited
    ├── Internal
    └── KillSwitch
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class CatalogError(Exception):
    """Raised as one of those below; catches them all."""


class Unreachable(CatalogError):
    """Raised when no whole answer came: no connection, a timeout, a broken transfer."""


class BadAnswer(CatalogError):
    """Raised when an answer is not what the API describes; something else may be answering."""


class ApiError(CatalogError):
    """Raised when the API refused, as one of those below; itself for a code that is new.

    `request_id` names the request in the catalog's logs; it is empty where none was sent or where
    something in between answered.
    """

    default_code: ClassVar[str] = ""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        request_id: str = "",
        details: Mapping[str, Any] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or self.default_code
        self.request_id = request_id
        self.details = dict(details or {})
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        named = f", {self.request_id}" if self.request_id else ""
        return f"{self.code or 'ERROR'}: {self.message} ({self.status}{named})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Lets worker processes hand it on, keyword arguments and all."""
        return _again, (type(self), self.status, self.message, self.__dict__)


def _again(kind: type[ApiError], status: int, message: str, attributes: dict[str, Any]) -> ApiError:
    error = kind(status, message)
    error.__dict__.update(attributes)
    return error


class Unauthenticated(ApiError):
    """Raised when the key is not valid, or no more."""

    default_code = "UNAUTHENTICATED"


class ForbiddenScope(ApiError):
    """Raised when the key lacks `required_scope`."""

    default_code = "FORBIDDEN_SCOPE"

    @property
    def required_scope(self) -> str:
        return str(self.details.get("requiredScope", ""))


class NotFound(ApiError):
    """Raised when the catalog never had the track."""

    default_code = "NOT_FOUND"


class MethodNotAllowed(ApiError):
    """Raised when the path knows other methods: the base URL leads somewhere else."""

    default_code = "METHOD_NOT_ALLOWED"


class ValidationFailed(ApiError):
    """Raised when something asked for is wrong; `issues` are pairs of a path and a message."""

    default_code = "VALIDATION"

    @property
    def issues(self) -> tuple[tuple[str, str], ...]:
        listed = self.details.get("issues")
        rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
        return tuple((str(row.get("path", "")), str(row.get("message", ""))) for row in rows)

    def __str__(self) -> str:
        told = "".join(f" {path}: {message}." for path, message in self.issues)
        return super().__str__() + told


class RateLimited(ApiError):
    """Raised when the key is over its limit, and waiting it out would take too long."""

    default_code = "RATE_LIMITED"


class Internal(ApiError):
    """Raised when the catalog, or what is in front of it, failed more often than was retried."""

    default_code = "INTERNAL"


class KillSwitch(ApiError):
    """Raised when the key or its organisation is suspended; never retried."""

    default_code = "KILL_SWITCH"


BY_CODE: Mapping[str, type[ApiError]] = {
    kind.default_code: kind for kind in ApiError.__subclasses__()
}
# For answers without the envelope: a gateway's own.
BY_STATUS: Mapping[int, type[ApiError]] = {
    401: Unauthenticated,
    403: ForbiddenScope,
    404: NotFound,
    405: MethodNotAllowed,
    422: ValidationFailed,
    429: RateLimited,
}
