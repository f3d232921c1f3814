"""One function per endpoint: returns the request to send and how to parse its answer. No I/O."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tiktok_music_client.answer import Answer
from tiktok_music_client.errors import BadAnswer, NotFound, ValidationFailed
from tiktok_music_client.filters import CHART_FILTERS, Filters, checked, parameters_of
from tiktok_music_client.models import (
    Batch,
    Charts,
    Health,
    Key,
    Listing,
    Page,
    SearchTrack,
    TrackDetail,
)
from tiktok_music_client.parsing import parse
from tiktok_music_client.request import LIST, Request
from tiktok_music_client.responses import body_of, body_with_version

# Members of a row that the parameter `include` adds.
INCLUDED = frozenset({"publish", "media", "about"})
BATCH_SIZE = 50  # the most ids that the batch endpoint takes
_TRACK_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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

        def cached_or_new(answer: Answer) -> Listing:
            if answer.status != 304:
                return self._save(answer)
            # A later version may have the same tracks.
            version = answer.headers.get("X-Catalog-Snapshot", listing.version)
            return listing if version == listing.version else replace(listing, version=version)

        return Request(LIST, cached_or_new, headers={"If-None-Match": etag})

    def _save(self, answer: Answer) -> Listing:
        listing = parse(Listing, body_with_version(answer))
        etag = answer.headers.get("ETag")
        self._cached = (etag, listing) if etag else None
        return listing


def search(filters: Filters, cursor: str | None) -> Request[Page]:
    """One page of matches; raises TypeError for an unknown filter."""
    return Request(LIST, _parse_page, parameters=parameters_of(checked(filters), cursor))


def track(track_id: str) -> Request[TrackDetail]:
    """One track; raises ValidationFailed for an id that is no UUID and could be another path."""
    if not _TRACK_ID.fullmatch(track_id):
        issue = {"path": "trackId", "message": "Must be a UUID, as the list gives it."}
        raise ValidationFailed(422, "The track id is not valid.", details={"issues": [issue]})
    return Request(f"{LIST}/{track_id}", lambda answer: parse(TrackDetail, body_of(answer)))


def batches(ids: Iterable[str]) -> list[Request[Batch]]:
    """Requests for all ids, each id once and 50 in a request; one string would be many ids."""
    if isinstance(ids, str):
        raise TypeError("ids must be several strings, not one")
    unique = list(dict.fromkeys(ids))
    groups = [unique[start : start + BATCH_SIZE] for start in range(0, len(unique), BATCH_SIZE)]
    return [_batch({"ids": ",".join(group)}) for group in groups]


def by_link(link: str) -> Request[TrackDetail]:
    """The track of a TikTok link or id; raises NotFound."""

    def only_track(answer: Answer) -> TrackDetail:
        batch = _parse_batch(answer)
        if not batch.tracks:
            message = f"The catalog has no track for {link[:200]!r}."
            raise NotFound(404, message, request_id=answer.request_id)
        return batch.tracks[0]

    return Request(f"{LIST}/batch", only_track, parameters={"link": link})


def charts() -> Request[Charts]:
    return Request(f"{LIST}/charts", lambda answer: parse(Charts, body_of(answer)))


def whoami() -> Request[Key]:
    return Request("/v1/whoami", lambda answer: parse(Key, body_of(answer)))


def health() -> Request[Health]:
    return Request("/v1/health", lambda answer: parse(Health, body_of(answer)))


def merged(parts: Iterable[Batch]) -> Batch:
    """Returns the results of `batches` as one."""
    listed = list(parts)
    tracks = {track.id: track for part in listed for track in part.tracks}
    return Batch(
        tracks=tuple(tracks.values()),
        aliases={old: new for part in listed for old, new in part.aliases.items()},
        found={given: track_id for part in listed for given, track_id in part.found.items()},
        unknown=tuple(name for part in listed for name in part.unknown),
    )


def _batch(parameters: Mapping[str, str]) -> Request[Batch]:
    return Request(f"{LIST}/batch", _parse_batch, parameters=dict(parameters))


def _parse_batch(answer: Answer) -> Batch:
    # An older API returns no `found`.
    return parse(Batch, {"found": {}, **body_of(answer)})


def _parse_page(answer: Answer) -> Page:
    """The page; raises BadAnswer if the catalog ignored a filter on direct publish or a chart."""
    if "publishable" in _ignored(answer):
        raise BadAnswer("the catalog honours no track on direct publish: HONOR_ON_PUBLISH is off")
    check_chart(answer)
    body = body_with_version(answer)
    page = parse(Page, body)
    rows = body["tracks"]
    if not any(INCLUDED & row.keys() for row in rows):
        return page
    return replace(page, tracks=tuple(parse(SearchTrack, row) for row in rows))


def _ignored(answer: Answer) -> list[str]:
    return answer.headers.get("X-Ignored-Parameters", "").split(", ")


def check_chart(answer: Answer) -> None:
    """Raises BadAnswer if an older catalog answered with its only chart instead of the chosen."""
    if not set(CHART_FILTERS).isdisjoint(_ignored(answer)):
        raise BadAnswer("the catalog has one chart only: it ignored the choice of a chart")
