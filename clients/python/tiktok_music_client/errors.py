"""Errors that the clients raise.

CatalogError
├── Unreachable
│   └── DeadlineExceeded
├── BadAnswer
└── ApiError
    ├── Unauthenticated
    ├── ForbiddenScope
    ├── OriginNotAllowed
    ├── NotFound
    ├── MethodNotAllowed
    ├── ValidationFailed
    ├── VersionGone
    ├── ListTooLarge
    ├── RateLimited
    ├── Internal
    └── KillSwitch
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias

ErrorCode: TypeAlias = Literal[
    "UNAUTHENTICATED",
    "FORBIDDEN_SCOPE",
    "ORIGIN_NOT_ALLOWED",
    "NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "VALIDATION",
    "VERSION_GONE",
    "LIST_TOO_LARGE",
    "RATE_LIMITED",
    "INTERNAL",
    "KILL_SWITCH",
]


class CatalogError(Exception):
    """Base class.

    `request_id` identifies the request in the catalog's logs; it is empty when no response came,
    or when the response has none, such as that of a proxy.
    """

    def __init__(self, message: str, *, request_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.message} ({self.request_id})" if self.request_id else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Makes the error picklable: Exception would lose the keyword arguments."""
        return _restored, (type(self), self.__dict__)


class Unreachable(CatalogError):
    """Raised when no complete response came: no connection, a timeout, a broken transfer."""


class DeadlineExceeded(Unreachable):
    """Raised when the total deadline of the call passes before a complete response came."""


class BadAnswer(CatalogError):
    """Raised when a response does not match the API; another server may have sent it."""


class ApiError(CatalogError):
    """Raised when the API rejects a request: as a subclass, or as itself for an unknown code."""

    default_code: ClassVar[ErrorCode | Literal[""]] = ""

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
        super().__init__(message, request_id=request_id)
        self.status = status
        # A later API may send another code: it passes through.
        self.code: ErrorCode | Literal[""] = code or self.default_code  # type: ignore[assignment]
        self.details = dict(details or {})
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        request_id = f", {self.request_id}" if self.request_id else ""
        return f"{self.code or 'ERROR'}: {self.message} ({self.status}{request_id})"


def _restored(kind: type[CatalogError], attributes: dict[str, Any]) -> CatalogError:
    error = kind.__new__(kind, attributes["message"])
    error.__dict__.update(attributes)
    return error


class Unauthenticated(ApiError):
    """Raised when the key is invalid or revoked."""

    default_code = "UNAUTHENTICATED"


class ForbiddenScope(ApiError):
    """Raised when the key lacks `required_scope`."""

    default_code = "FORBIDDEN_SCOPE"

    @property
    def required_scope(self) -> str:
        return str(self.details.get("requiredScope", ""))


class OriginNotAllowed(ApiError):
    """Raised when a browser token is used outside the pages that it is bound to."""

    default_code = "ORIGIN_NOT_ALLOWED"


class NotFound(ApiError):
    """Raised when the catalog does not know the track."""

    default_code = "NOT_FOUND"


class MethodNotAllowed(ApiError):
    """Raised when the path takes other methods: the base URL is probably wrong."""

    default_code = "METHOD_NOT_ALLOWED"


class ValidationFailed(ApiError):
    """Raised when the request is invalid; `issues` are pairs of a path and a message."""

    default_code = "VALIDATION"

    @property
    def issues(self) -> tuple[tuple[str, str], ...]:
        listed = self.details.get("issues")
        rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
        return tuple((str(row.get("path", "")), str(row.get("message", ""))) for row in rows)

    def __str__(self) -> str:
        issues = "".join(f" {path}: {message.rstrip('.')}." for path, message in self.issues)
        return super().__str__() + issues


class VersionGone(ApiError):
    """Raised when the version of `changes` or of a cursor has expired: read the list again."""

    default_code = "VERSION_GONE"


class ListTooLarge(ApiError):
    """Raised when the whole list does not fit into one response: read its pages."""

    default_code = "LIST_TOO_LARGE"


class RateLimited(ApiError):
    """Raised when the rate limit holds after all retries, or `Retry-After` is over 60 seconds."""

    default_code = "RATE_LIMITED"


class Internal(ApiError):
    """Raised when the catalog or a gateway before it still fails after all retries."""

    default_code = "INTERNAL"


class KillSwitch(ApiError):
    """Raised when the key or its organisation is suspended; never retried."""

    default_code = "KILL_SWITCH"


BY_CODE: Mapping[str, type[ApiError]] = {
    kind.default_code: kind for kind in ApiError.__subclasses__()
}
# For responses without the error envelope, such as those of a gateway.
BY_STATUS: Mapping[int, type[ApiError]] = {
    401: Unauthenticated,
    403: ForbiddenScope,
    404: NotFound,
    405: MethodNotAllowed,
    410: VersionGone,
    422: ValidationFailed,
    429: RateLimited,
}
