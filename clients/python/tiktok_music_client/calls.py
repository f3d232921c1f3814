"""Each question to the API as a value: what is sent, and how its answer is read. No I/O."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypedDict, TypeVar

import httpx

from tiktok_music_client.errors import (
    BY_CODE,
    BY_STATUS,
    ApiError,
    BadAnswer,
    Internal,
    NotFound,
    ValidationFailed,
)
from tiktok_music_client.models import (
    Batch,
    Changes,
    Health,
    Key,
    Listing,
    Page,
    Resolved,
    Target,
    TrackDetail,
)
from tiktok_music_client.reading import read

T = TypeVar("T")
LIST = "/v1/tiktok-music"
MOST_AT_ONCE = 50  # ids of a batch, targets of a resolve
_TRACK_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SECONDS = re.compile(r"[0-9]{1,6}", re.ASCII)


class Filters(TypedDict, total=False):
    """What a search may ask for; durations in seconds, languages as ISO 639-1."""

    q: str
    languages: Collection[str]
    commerce_only: bool
    min_duration: int
    max_duration: int
    sort: Literal["popular", "rising", "title"]
    limit: int
    facets: bool


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One question; `read` makes the answer of a 200, or raises BadAnswer."""

    path: str
    read: Callable[[httpx.Response], T]
    method: str = "GET"
    parameters: Mapping[str, str | list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None


class ListCache:
    """The list that was read last, and the question that asks for it only where it has changed."""

    def __init__(self) -> None:
        self._kept: tuple[str, Listing] | None = None

    def call(self) -> Call[Listing]:
        kept = self._kept
        if kept is None:
            return Call(LIST, self._keep)
        etag, listing = kept

        def same_or_new(response: httpx.Response) -> Listing:
            if response.status_code != 304:
                return self._keep(response)
            # A later version may have the same tracks.
            version = response.headers.get("X-Catalog-Snapshot", listing.version)
            return listing if version == listing.version else replace(listing, version=version)

        return Call(LIST, same_or_new, headers={"If-None-Match": etag})

    def _keep(self, response: httpx.Response) -> Listing:
        listing = read(Listing, _versioned(response))
        etag = response.headers.get("ETag")
        self._kept = (etag, listing) if etag else None
        return listing


def search(filters: Filters, cursor: str | None) -> Call[Page]:
    """A page; without any filter still a page, because it always says its limit."""
    languages = filters.get("languages", ())
    asked: dict[str, Any] = {
        "q": filters.get("q"),
        "language": [languages] if isinstance(languages, str) else list(languages),
        "commerceOnly": "true" if filters.get("commerce_only") else None,
        "minDuration": filters.get("min_duration"),
        "maxDuration": filters.get("max_duration"),
        "sort": filters.get("sort"),
        "limit": filters.get("limit", 50),
        "facets": "true" if filters.get("facets") else None,
        "cursor": cursor,
    }
    given = {name: value for name, value in asked.items() if value not in (None, "", [])}
    parameters = {
        name: value if isinstance(value, list) else str(value) for name, value in given.items()
    }
    return Call(LIST, lambda response: read(Page, _versioned(response)), parameters=parameters)


def track(track_id: str) -> Call[TrackDetail]:
    """One track; raises ValidationFailed for what would be another path."""
    if not _TRACK_ID.fullmatch(track_id):
        issue = {"path": "trackId", "message": "must be a UUID as the list gives it"}
        raise ValidationFailed(422, "This is no track id.", details={"issues": [issue]})
    return Call(f"{LIST}/{track_id}", lambda response: read(TrackDetail, body_of(response)))


def batches(ids: Iterable[str]) -> list[Call[Batch]]:
    """As few questions as it takes; each id is asked for once."""
    asked = list(dict.fromkeys(ids))
    groups = [asked[start : start + MOST_AT_ONCE] for start in range(0, len(asked), MOST_AT_ONCE)]
    return [_batch({"ids": ",".join(group)}) for group in groups]


def by_link(link: str) -> Call[Batch]:
    return _batch({"link": link})


def changes(since: str) -> Call[Changes]:
    return Call(
        f"{LIST}/changes",
        lambda response: read(Changes, body_of(response)),
        parameters={"since": since},
    )


def resolve(targets: Iterable[Target]) -> Call[tuple[Resolved, ...]]:
    """Changes nothing at the catalog, so that it may be asked again like any other."""
    body = {"targets": [{"mode": target.mode, "tiktokMusic": _pick(target)} for target in targets]}
    return Call(f"{LIST}/resolve", _resolved, method="POST", body=body)


def whoami() -> Call[Key]:
    return Call("/v1/whoami", lambda response: read(Key, body_of(response)))


def health() -> Call[Health]:
    return Call("/v1/health", lambda response: read(Health, body_of(response)))


def joined(parts: Iterable[Batch]) -> Batch:
    """The answers to `batches` as one."""
    listed = list(parts)
    tracks = {track.id: track for part in listed for track in part.tracks}
    return Batch(
        tracks=tuple(tracks.values()),
        aliases={old: new for part in listed for old, new in part.aliases.items()},
        unknown=tuple(name for part in listed for name in part.unknown),
    )


def the_only(found: Batch, link: str) -> TrackDetail:
    """The track of a link; raises NotFound."""
    if not found.tracks:
        raise NotFound(404, f"The catalog never had the sound of {link[:200]!r}.")
    return found.tracks[0]


def body_of(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; raises BadAnswer."""
    try:
        body = response.json()
    except (ValueError, RecursionError) as exc:
        raise BadAnswer("the answer is not JSON") from exc
    if not isinstance(body, dict):
        raise BadAnswer("the answer is not a JSON object")
    return body


def raise_for_refusal(response: httpx.Response) -> None:
    """Raises what an answer other than 200 or 304 means."""
    status = response.status_code
    if status in (200, 304):
        return
    if status < 400:
        raise BadAnswer(f"the answer has the status {status}")
    try:
        told = body_of(response).get("error")
    except BadAnswer:
        told = None
    raise _error(response, told if isinstance(told, dict) else {})


def _error(response: httpx.Response, told: Mapping[str, Any]) -> ApiError:
    status, code, details = response.status_code, str(told.get("code", "")), told.get("details")
    fallback = BY_STATUS.get(status, Internal if status >= 500 else ApiError)
    wait = response.headers.get("Retry-After", "")
    return BY_CODE.get(code, ApiError if code else fallback)(
        status,
        str(told.get("message", "The answer does not say why.")),
        code=code,
        request_id=str(told.get("requestId") or response.headers.get("X-Request-Id", "")),
        details=details if isinstance(details, dict) else None,
        retry_after_seconds=int(wait) if _SECONDS.fullmatch(wait) else None,
    )


def _versioned(response: httpx.Response) -> dict[str, Any]:
    return {**body_of(response), "version": response.headers.get("X-Catalog-Snapshot")}


def _batch(parameters: Mapping[str, str]) -> Call[Batch]:
    return Call(
        f"{LIST}/batch",
        lambda response: read(Batch, body_of(response)),
        parameters=dict(parameters),
    )


def _pick(target: Target) -> dict[str, str]:
    if target.track_id is None:
        return {"selection": "auto"}
    return {"selection": "manual", "trackId": target.track_id}


def _resolved(response: httpx.Response) -> tuple[Resolved, ...]:
    rows = body_of(response).get("targets")
    if not isinstance(rows, list):
        raise BadAnswer("the answer has no usable targets")
    return tuple(read(Resolved, row) for row in rows)
