"""One function per endpoint: returns the request to send and how to parse its response. No I/O."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypedDict, TypeVar

import httpx

from tiktok_music_client.errors import BadAnswer, NotFound, ValidationFailed
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
from tiktok_music_client.parsing import parse
from tiktok_music_client.responses import body_of, body_with_version, raise_for_status

T = TypeVar("T")
LIST = "/v1/tiktok-music"
BATCH_SIZE = 50  # the most ids that the batch endpoint takes
_TRACK_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Filters(TypedDict, total=False):
    """Filters of a search; durations in seconds, languages as ISO 639-1."""

    q: str
    languages: Collection[str]
    commerce_only: bool
    min_duration: int
    max_duration: int
    sort: Literal["popular", "rising", "title"]
    limit: int
    facets: bool


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """One request to the API; `parse` takes a response with status 200 or 304."""

    path: str
    parse: Callable[[httpx.Response], T]
    method: str = "GET"
    parameters: Mapping[str, str | list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None

    def result(self, response: httpx.Response) -> T:
        """Returns the parsed response; raises ApiError or BadAnswer."""
        raise_for_status(response)
        return self.parse(response)


class ListCache:
    """Caches the last list by its ETag, so that an unchanged list is a 304."""

    def __init__(self) -> None:
        self._cached: tuple[str, Listing] | None = None

    def request(self) -> Request[Listing]:
        """Returns the request for the list, conditional once a list is cached."""
        cached = self._cached
        if cached is None:
            return Request(LIST, self._save)
        etag, listing = cached

        def cached_or_new(response: httpx.Response) -> Listing:
            if response.status_code != 304:
                return self._save(response)
            # A later version may have the same tracks.
            version = response.headers.get("X-Catalog-Snapshot", listing.version)
            return listing if version == listing.version else replace(listing, version=version)

        return Request(LIST, cached_or_new, headers={"If-None-Match": etag})

    def _save(self, response: httpx.Response) -> Listing:
        listing = parse(Listing, body_with_version(response))
        etag = response.headers.get("ETag")
        self._cached = (etag, listing) if etag else None
        return listing


def search(filters: Filters, cursor: str | None) -> Request[Page]:
    """One page of matches; always sends a limit, because a bare request returns the whole list."""
    languages = filters.get("languages", ())
    values: dict[str, Any] = {
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
    parameters = {
        name: value if isinstance(value, list) else str(value)
        for name, value in values.items()
        if value not in (None, "", [])
    }
    return Request(LIST, _parse_page, parameters=parameters)


def track(track_id: str) -> Request[TrackDetail]:
    """One track; raises ValidationFailed for an id that is no UUID and could be another path."""
    if not _TRACK_ID.fullmatch(track_id):
        issue = {"path": "trackId", "message": "Must be a UUID, as the list gives it."}
        raise ValidationFailed(422, "The track id is not valid.", details={"issues": [issue]})
    return Request(f"{LIST}/{track_id}", lambda response: parse(TrackDetail, body_of(response)))


def batches(ids: Iterable[str]) -> list[Request[Batch]]:
    """Requests for all ids, each id once and 50 in a request."""
    unique = list(dict.fromkeys(ids))
    groups = [unique[start : start + BATCH_SIZE] for start in range(0, len(unique), BATCH_SIZE)]
    return [_batch({"ids": ",".join(group)}) for group in groups]


def by_link(link: str) -> Request[Batch]:
    return _batch({"link": link})


def changes(since: str) -> Request[Changes]:
    return Request(
        f"{LIST}/changes",
        lambda response: parse(Changes, body_of(response)),
        parameters={"since": since},
    )


def resolve(targets: Iterable[Target]) -> Request[tuple[Resolved, ...]]:
    """A POST that only reads, so that it is safe to retry."""
    body = {"targets": [{"mode": target.mode, "tiktokMusic": _music(target)} for target in targets]}
    return Request(f"{LIST}/resolve", _parse_resolved, method="POST", body=body)


def whoami() -> Request[Key]:
    return Request("/v1/whoami", lambda response: parse(Key, body_of(response)))


def health() -> Request[Health]:
    return Request("/v1/health", lambda response: parse(Health, body_of(response)))


def merged(parts: Iterable[Batch]) -> Batch:
    """Returns the results of `batches` as one."""
    listed = list(parts)
    tracks = {track.id: track for part in listed for track in part.tracks}
    return Batch(
        tracks=tuple(tracks.values()),
        aliases={old: new for part in listed for old, new in part.aliases.items()},
        unknown=tuple(name for part in listed for name in part.unknown),
    )


def only_track(batch: Batch, link: str) -> TrackDetail:
    """Returns the track of a link; raises NotFound."""
    if not batch.tracks:
        raise NotFound(404, f"The catalog has no track for {link[:200]!r}.")
    return batch.tracks[0]


def _batch(parameters: Mapping[str, str]) -> Request[Batch]:
    return Request(
        f"{LIST}/batch",
        lambda response: parse(Batch, body_of(response)),
        parameters=dict(parameters),
    )


def _music(target: Target) -> dict[str, str]:
    if target.track_id is None:
        return {"selection": "auto"}
    return {"selection": "manual", "trackId": target.track_id}


def _parse_page(response: httpx.Response) -> Page:
    return parse(Page, body_with_version(response))


def _parse_resolved(response: httpx.Response) -> tuple[Resolved, ...]:
    rows = body_of(response).get("targets")
    if not isinstance(rows, list):
        raise BadAnswer("the response has no valid targets")
    return tuple(parse(Resolved, row) for row in rows)
