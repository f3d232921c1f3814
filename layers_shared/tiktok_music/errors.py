"""Every error of the system.

CatalogError
├── SettingsError               a setting is missing or wrong
├── SourceError                 the upstream chart
│   ├── SourceUnavailable       no answer, or an answer that says "not now"
│   └── SourceRefused           an answer that says no, or that breaks its contract
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
│   ├── RecordingCorrupt
│   └── RecordingTooLarge
└── RequestError                what a caller is told; one HTTP status for each, in api/responses.py
    ├── Unauthenticated
    ├── ScopeMissing
    ├── NotFound
    ├── MethodNotAllowed
    ├── Invalid
    ├── RateLimited
    └── KeySuspended
"""


class CatalogError(Exception):
    """Raised never itself; the root to catch."""


class SettingsError(CatalogError):
    """Raised when settings are missing or wrong; the message names each one."""


class SourceError(CatalogError):
    """Raised never itself; the upstream chart could not be had."""


class SourceUnavailable(SourceError):
    """Raised when upstream does not answer, or answers that it cannot now."""


class SourceRefused(SourceError):
    """Raised when upstream says no, or says something that its contract does not know."""


class MediaError(CatalogError):
    """Raised never itself; one track's media could not be used."""


class DownloadFailed(MediaError):
    """Raised when none of a track's addresses gives a usable file."""


class AudioUnreadable(MediaError):
    """Raised when bytes are not audio that can be decoded."""


class CoverUnreadable(MediaError):
    """Raised when bytes are not an image that can be decoded within the limits."""


class WorkerFailed(MediaError):
    """Raised when the decoder process crashed or ran out of its time or memory on a file."""


class StoreError(CatalogError):
    """Raised never itself; DynamoDB or the media bucket."""


class StoreUnavailable(StoreError):
    """Raised when a store does not answer, or refuses the call."""


class SnapshotMissing(StoreError):
    """Raised when no snapshot was ever published."""


class SnapshotCorrupt(StoreError):
    """Raised when a stored snapshot is not what its descriptor says."""


class SnapshotGone(StoreError):
    """Raised when a version was never published, or is no longer kept."""


class LeaseHeld(StoreError):
    """Raised when another refresh is under way."""


class PublishLost(StoreError):
    """Raised when a newer refresh has published first; this one's snapshot is not used."""


class ListsChanged(StoreError):
    """Raised when somebody else changed the operator's lists since they were read."""


class RecordingCorrupt(StoreError):
    """Raised when a run's recording is not whole, or not of a form that this version knows."""


class RecordingTooLarge(StoreError):
    """Raised when a run's recording takes more than is kept of a run."""


class RequestError(CatalogError):
    """Raised never itself; the message is one sentence for the caller."""


class Unauthenticated(RequestError):
    """Raised when there is no valid key; the message never tells what is wrong with it."""


class ScopeMissing(RequestError):
    """Raised when a valid key lacks the scope of the route."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"The key lacks the scope {scope}.")
        self.scope = scope


class NotFound(RequestError):
    """Raised when there is nothing at the path."""


class MethodNotAllowed(RequestError):
    """Raised when the path knows other methods only."""


class Invalid(RequestError):
    """Raised when parameters or a body are wrong; `issues` has a path and a message for each."""

    def __init__(self, issues: tuple[tuple[str, str], ...]) -> None:
        super().__init__("The request is not valid.")
        self.issues = issues


class RateLimited(RequestError):
    """Raised when a key is over its limit."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("The key is over its rate limit.")
        self.retry_after_seconds = retry_after_seconds


class KeySuspended(RequestError):
    """Raised when the key or its organisation is suspended."""
