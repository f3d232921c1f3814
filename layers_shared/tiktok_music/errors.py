"""The tree of all errors.

CatalogError
├── SettingsError               a setting is missing or wrong
├── SourceError                 the upstream chart
│   ├── SourceUnavailable       no answer, or a transient error
│   └── SourceRefused           a refusal, or an answer that breaks its contract
├── OutOfTime                   a stage of a run did not end in time
├── MediaError                  one track's audio or cover
│   ├── DownloadFailed
│   ├── AudioUnreadable
│   ├── CoverUnreadable
│   └── WorkerFailed
├── StoreError                  DynamoDB and R2
│   ├── StoreUnavailable
│   ├── SnapshotMissing
│   ├── SnapshotCorrupt
│   ├── SnapshotGone
│   ├── LeaseHeld
│   ├── PublishLost
│   ├── ListsChanged
│   ├── KeyChanged
│   ├── RecordingCorrupt
│   └── RecordingTooLarge
└── RequestError                an error response; each has one HTTP status, in api/responses.py
    ├── Unauthenticated
    │   └── TokenExpired
    ├── ScopeMissing
    ├── TokenForbidden
    ├── OriginNotAllowed
    ├── NotFound
    ├── MethodNotAllowed
    ├── Invalid
    ├── VersionGone
    ├── ListTooLarge
    ├── RateLimited
    └── KeySuspended
"""

import re
from collections.abc import Iterable
from typing import Any

# A pair of path and message; the path of a list's element has its index: `targets[3].mode`.
Issue = tuple[str, str]


class CatalogError(Exception):
    """Base class of all errors."""


class SettingsError(CatalogError):
    """Raised when settings are missing or wrong; the message names each one."""


class SourceError(CatalogError):
    """Base class: the upstream chart could not be read."""


class SourceUnavailable(SourceError):
    """Raised when upstream does not answer, or answers with a transient error."""


class SourceRefused(SourceError):
    """Raised when upstream refuses the request, or its answer breaks its contract."""


class OutOfTime(CatalogError):
    """Raised when a stage of a run does not end in the time that the run has."""


class MediaError(CatalogError):
    """Base class: one track's media cannot be used."""


class DownloadFailed(MediaError):
    """Raised when none of a track's addresses gives a usable file."""


class AudioUnreadable(MediaError):
    """Raised when bytes are not audio that can be decoded."""


class CoverUnreadable(MediaError):
    """Raised when bytes are not an image that can be decoded within the limits."""


class WorkerFailed(MediaError):
    """Raised when the decoder process crashed or ran out of its time or memory on a file."""


class StoreError(CatalogError):
    """Base class: DynamoDB or the media bucket."""


class StoreUnavailable(StoreError):
    """Raised when a store does not answer, or refuses the call."""


class SnapshotMissing(StoreError):
    """Raised when no snapshot has been published."""


class SnapshotCorrupt(StoreError):
    """Raised when a stored snapshot does not match its descriptor."""


class SnapshotGone(StoreError):
    """Raised when a version was never published, or is no longer stored."""


class LeaseHeld(StoreError):
    """Raised when another refresh is running."""


class PublishLost(StoreError):
    """Raised when a newer refresh has already published; this snapshot is discarded."""


class ListsChanged(StoreError):
    """Raised when the operator overrides changed since they were read (optimistic lock)."""


class KeyChanged(StoreError):
    """Raised when an API key changed since it was read (optimistic lock)."""


class RecordingCorrupt(StoreError):
    """Raised when a run's recording is incomplete, or in a format that this release cannot read."""


class RecordingTooLarge(StoreError):
    """Raised when a run's recording is larger than the limit per run."""


class RequestError(CatalogError):
    """Base class of error responses; the message is one sentence for the caller."""


class Unauthenticated(RequestError):
    """Raised when there is no valid key; the message does not say why a key is invalid."""


class TokenExpired(Unauthenticated):
    """Raised when a browser token is genuine and not valid at this time."""


class TokenForbidden(RequestError):
    """Raised when a browser token does not open this route, or a key may not make tokens."""


class OriginNotAllowed(RequestError):
    """Raised when a request with a token does not come from a page that the token is for."""


class ScopeMissing(RequestError):
    """Raised when a valid key lacks the scope of the route."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"The key lacks the scope {scope}.")
        self.scope = scope


class NotFound(RequestError):
    """Raised when the path or the track does not exist."""


class MethodNotAllowed(RequestError):
    """Raised when the path does not support the method."""


class Invalid(RequestError):
    """Raised when parameters or the body are invalid; `issues` are pairs of path and message."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__("The request is not valid.")
        self.issues = issues


class VersionGone(RequestError):
    """Raised when a well-formed version is not stored any more; `issue` says how to go on."""

    def __init__(self, issue: Issue) -> None:
        super().__init__("The version is not stored any more.")
        self.issues = (issue,)


class ListTooLarge(RequestError):
    """Raised when a response does not fit into one answer of Lambda in any accepted encoding."""


class RateLimited(RequestError):
    """Raised when a key is over its rate limit."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("The key is over its rate limit.")
        self.retry_after_seconds = retry_after_seconds


class KeySuspended(RequestError):
    """Raised when the key or its organisation is suspended; `key` is the ApiKey, for the log."""

    def __init__(self, message: str, key: object = None) -> None:
        super().__init__(message)
        self.key = key


def issues_to(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    """The form in responses: `path`, `message`, and the `index` of the list's element, if any."""
    return [_issue_to(path, message) for path, message in issues]


def _issue_to(path: str, message: str) -> dict[str, Any]:
    match = re.match(r"[A-Za-z]+\[([0-9]+)\]", path, re.ASCII)
    position = {"index": int(match[1])} if match else {}
    return {"path": path, "message": message, **position}
