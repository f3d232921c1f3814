"""A snapshot: a catalog rendered once, gzipped, cut into chunks, and verified on every read.

tracks -> JSON body -> gzip -> chunks; and back, checked against the descriptor's hash.
"""

import gzip
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tiktok_music.errors import SnapshotCorrupt

if TYPE_CHECKING:
    from tiktok_music.track import Track

# DynamoDB's item limit is 400 KB with attribute names; the rest is head-room.
CHUNK_BYTES = 350 * 1024
# A Lambda's answer has at most 6 MB: the body as a JSON string, or in base64, and the headers.
MOST_BODY_BYTES = 6 * 1024 * 1024 - 32 * 1024
# Base64 makes four bytes of three.
MOST_GZIPPED_BYTES = MOST_BODY_BYTES * 3 // 4


class ChartFigures(NamedTuple):
    """The size of the chart that a snapshot was made of, for comparison by later runs.

    `unaddressed_rows` are readable rows without an address of a preview or of a cover.
    """

    rows: int = 0
    invalid_rows: int = 0
    unaddressed_rows: int = 0


NO_FIGURES = ChartFigures()


class Descriptor(NamedTuple):
    """The metadata for fetching one snapshot and verifying that it is complete.

    `byte_length` and `sha256` are of the gzipped body; `fence` is the fencing token of the
    refresh that wrote it and grows with every publish; times are UTC. A withdrawn version lists a
    track that was taken down at once: it is stored for comparisons, and not served again.
    """

    version: str
    fence: int
    scheduled_at: datetime
    published_at: datetime
    chunk_count: int
    byte_length: int
    sha256: str
    track_count: int
    chart: ChartFigures
    is_forced: bool
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Pointer:
    """The current version and the stored ones before it, newest first.

    An operator's move (rollback, pin, unpin) has its own fence; no refresh moves a pinned pointer.
    `cursor_secret` keys the digest of cursors: made with the first publish, it is in no answer.
    """

    current: Descriptor
    history: tuple[Descriptor, ...] = ()
    operator_fence: int = 0
    is_pinned: bool = False
    cursor_secret: str = field(default="", repr=False, compare=False)

    @property
    def fence(self) -> int:
        """The fencing token of the last write; grows with every write."""
        return max(self.current.fence, self.operator_fence)


class Snapshot(NamedTuple):
    """One published catalog in memory, verified: the gzipped body and its descriptor."""

    descriptor: Descriptor
    gzipped: bytes

    def plain(self) -> bytes:
        """The body for clients that do not accept gzip."""
        return gzip.decompress(self.gzipped)


def in_list_order(tracks: "Iterable[Track]") -> "list[Track]":
    """Sorts by `user_count` descending, place and id: equal tracks give equal bytes."""
    return sorted(tracks, key=lambda track: (-track.user_count, track.place, track.track_id))


def render(tracks: "Iterable[Track]", media_base_url: str) -> bytes:
    """The body of the list response in UTF-8 JSON: exactly `tracks` and `total`."""
    return render_rows([row_of(track, media_base_url) for track in in_list_order(tracks)])


def render_rows(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Like `render`, for rows that are already in list order."""
    return _rendered({"tracks": rows, "total": len(rows)})


def render_row(row: Mapping[str, Any]) -> bytes:
    """One row, as `render_rows` renders it, for the bodies of several charts."""
    return _rendered(row)


def join_rows(rendered: Sequence[bytes]) -> bytes:
    """The body of rendered rows, equal to that of `render_rows`."""
    return b'{"tracks":[' + b",".join(rendered) + b'],"total":%d}' % len(rendered)


def _rendered(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def row_of(track: "Track", media_base_url: str) -> dict[str, Any]:
    """The ten fields of a track in the list response."""
    # Not needed to serve a snapshot, to keep cold starts short.
    from tiktok_music.track import cover_key, preview_key

    return {
        "id": track.track_id,
        "title": track.title,
        "author": track.author,
        "album": track.album,
        "duration": short_number(track.duration_seconds),
        "previewUrl": f"{media_base_url}/{preview_key(track.track_id)}",
        "coverUrl": f"{media_base_url}/{cover_key(track.track_id)}",
        "language": track.language,
        "userCount": track.user_count,
        "isCommerceMusic": track.is_commerce_music,
    }


def short_number(seconds: float) -> int | float:
    rounded = round(float(seconds), 1)
    return int(rounded) if rounded.is_integer() else rounded


def pack(body: bytes) -> bytes:
    """Gzips at the highest level (paid once, at publish), without a timestamp: deterministic."""
    return gzip.compress(body, compresslevel=9, mtime=0)


def describe(
    gzipped: bytes,
    *,
    fence: int,
    scheduled_at: datetime,
    published_at: datetime,
    track_count: int,
    chart: ChartFigures = NO_FIGURES,
    is_forced: bool = False,
) -> Descriptor:
    """The descriptor of a gzipped body; its version sorts by fence and identifies the content."""
    sha256 = hashlib.sha256(gzipped).hexdigest()
    return Descriptor(
        version=f"{fence:010d}-{sha256[:16]}",
        fence=fence,
        scheduled_at=scheduled_at,
        published_at=published_at,
        chunk_count=len(cut(gzipped)),
        byte_length=len(gzipped),
        sha256=sha256,
        track_count=track_count,
        chart=chart,
        is_forced=is_forced,
    )


def without_tracks(snapshot: Snapshot, track_ids: Collection[str], fence: int) -> Snapshot:
    """A copy of the snapshot without some tracks, to be published in its place.

    It keeps the scheduled time and is one second younger: its age stays that of its content, but
    `If-Modified-Since` does not match the old `Last-Modified`.
    """
    before = snapshot.descriptor
    rows = [row for row in json.loads(snapshot.plain())["tracks"] if row["id"] not in track_ids]
    gzipped = pack(render_rows(rows))
    descriptor = describe(
        gzipped,
        fence=fence,
        scheduled_at=before.scheduled_at,
        published_at=before.published_at + timedelta(seconds=1),
        track_count=len(rows),
        chart=before.chart,
        is_forced=before.is_forced,
    )
    return Snapshot(descriptor, gzipped)


def cut(gzipped: bytes) -> list[bytes]:
    """Cuts into chunks of at most `CHUNK_BYTES`, in order."""
    return [gzipped[at : at + CHUNK_BYTES] for at in range(0, len(gzipped), CHUNK_BYTES)]


def join(descriptor: Descriptor, chunks: Sequence[bytes]) -> Snapshot:
    """Joins and verifies the chunks; raises SnapshotCorrupt if length or hash differ."""
    gzipped = b"".join(chunks)
    if len(gzipped) != descriptor.byte_length:
        raise SnapshotCorrupt(
            f"snapshot {descriptor.version} has {len(gzipped)} bytes, not {descriptor.byte_length}"
        )
    if hashlib.sha256(gzipped).hexdigest() != descriptor.sha256:
        raise SnapshotCorrupt(f"snapshot {descriptor.version} does not match its SHA-256")
    return Snapshot(descriptor, gzipped)
