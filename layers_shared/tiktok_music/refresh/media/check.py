"""Checks that published files are still there: expected files -> HEAD requests -> what is missing.

Only `media verify` asks for every file; a refresh asks for a sample of the served tracks.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.errors import DownloadFailed, StoreUnavailable
from tiktok_music.track import cover_key, peaks_key, preview_key, small_cover_key

# Of one refresh: 60 HEAD requests, a second. A loss of a tenth of the files is found by one refresh
# in eight of nine cases, a loss of all by the next one.
SAMPLED_TRACKS = 20
IO_THREADS = 16
# A run asks in this time: a bucket that hangs must not end it.
CHECK_SECONDS = 60.0
MOST_SHOWN = 20

_logger = logging.getLogger(__name__)


class PublishedFiles(Protocol):
    """Looks at published files without reading them; thread-safe."""

    def facts(self, key: str) -> Mapping[str, str] | None:
        """The facts of a stored object, None if it is missing; raises StoreUnavailable."""

    def public_status(self, url: str) -> int:
        """The HTTP status of a public address; raises DownloadFailed."""


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A file of a track that is not as published; `found` is what is there instead."""

    track_id: str
    key: str
    found: str

    def to_dict(self) -> dict[str, str]:
        return {"trackId": self.track_id, "key": self.key, "found": self.found}


@dataclass(frozen=True, slots=True)
class MediaCheck:
    """Numbers of tracks that were checked and that could not be, and the files that are missing."""

    checked: int = 0
    unknown: int = 0
    missing: tuple[MissingFile, ...] = ()

    @property
    def tracks_missing(self) -> int:
        """The number of tracks with a missing file."""
        return len({each.track_id for each in self.missing})

    def is_all_missing(self) -> bool:
        """True if every checked track lacks a file: the bucket is empty, or another one."""
        return self.checked > 1 and self.tracks_missing == self.checked

    def to_dict(self) -> dict[str, Any]:
        return {
            "checked": self.checked,
            "unknown": self.unknown,
            "tracksMissing": self.tracks_missing,
            "missing": [each.to_dict() for each in self.missing[:MOST_SHOWN]],
        }


NOT_CHECKED = MediaCheck()


@dataclass(frozen=True, slots=True)
class CheckedTrack:
    """The files of one track to look at: their SHA-256 by key, and public addresses by key."""

    track_id: str
    files: Mapping[str, str]
    addresses: Mapping[str, str]


def files_of(track_id: str, media: MediaFacts) -> dict[str, str]:
    """The SHA-256 of each file of a track by its key; empty where the archive has none."""
    files = {preview_key(track_id): media.preview_sha256, cover_key(track_id): media.cover_sha256}
    if media.drawn is not None:
        files |= {small_cover_key(track_id, side): "" for side in media.drawn.cover_sides}
        if media.drawn.peaks_sha256:
            files[peaks_key(track_id)] = media.drawn.peaks_sha256
    return files


def sample_of(track_ids: Iterable[str], scheduled_at: datetime) -> list[str]:
    """Track ids to check in one run; each run has others, an attempt at the same run the same."""
    return sorted(track_ids, key=partial(_turn, scheduled_at))[:SAMPLED_TRACKS]


def served_tracks(
    rows: Mapping[str, Mapping[str, object]], records: Mapping[str, TrackRecord]
) -> Iterator[CheckedTrack]:
    """Preview and cover of listed tracks, and the address of the preview as it is served."""
    for track_id, record in records.items():
        if record.media is not None and record.media_deleted_at is None:
            preview = preview_key(track_id)
            files = files_of(track_id, record.media)
            asked = {key: files[key] for key in (preview, cover_key(track_id))}
            yield CheckedTrack(track_id, asked, {preview: str(rows[track_id]["previewUrl"])})


def check_served(
    rows: Mapping[str, Mapping[str, object]],
    files: PublishedFiles | None,
    archive: ReadableArchive,
    scheduled_at: datetime,
    has_time: Callable[[], bool] = lambda: True,
) -> MediaCheck:
    """Looks whether files of some listed tracks are still there; no failure ends a run.

    `rows` are the rows of the served list by track id. Without `files`, nothing is checked.
    """
    if files is None or not rows:
        return NOT_CHECKED
    sampled = sample_of(rows, scheduled_at)
    try:
        records = archive.get_many(sampled)
    except StoreUnavailable as exc:
        _logger.warning("no published media was checked: %s", exc)
        return MediaCheck(unknown=len(sampled))
    return check_tracks(served_tracks(rows, records), files, has_time=has_time)


def check_tracks(
    tracks: Iterable[CheckedTrack],
    files: PublishedFiles,
    on_checked: Callable[[int], None] = lambda done: None,
    has_time: Callable[[], bool] = lambda: True,
) -> MediaCheck:
    """Asks for the files of each track, many at a time; `on_checked` gets the number done.

    Tracks that are left when `has_time` turns false are unknown.
    """
    checked, unknown, missing = 0, 0, []
    with ThreadPoolExecutor(IO_THREADS, thread_name_prefix="check") as pool:
        for result in pool.map(partial(_check_track, files=files, has_time=has_time), tracks):
            if result is None:
                unknown += 1
            else:
                checked += 1
                missing += result
            on_checked(checked + unknown)
    return MediaCheck(checked, unknown, tuple(missing))


def _check_track(
    track: CheckedTrack, files: PublishedFiles, has_time: Callable[[], bool]
) -> list[MissingFile] | None:
    """The missing files of a track; None if the bucket gives no answer, which says nothing."""
    if not has_time():
        return None
    try:
        missing = [
            MissingFile(track.track_id, key, found)
            for key, sha256 in track.files.items()
            if (found := _found_in_bucket(key, sha256, files)) is not None
        ]
    except StoreUnavailable as exc:
        _logger.warning("the media of %s could not be checked: %s", track.track_id, exc)
        return None
    gone = {each.key for each in missing}
    for key, url in track.addresses.items():
        found = None if key in gone else _found_in_public(url, files)
        if found is not None:
            missing.append(MissingFile(track.track_id, key, found))
    return missing


def _found_in_bucket(key: str, sha256: str, files: PublishedFiles) -> str | None:
    facts = files.facts(key)
    if facts is None:
        return "not in the bucket"
    if sha256 and facts.get("sha256") != sha256:
        return "the bucket has other bytes than the archive says"
    return None


def _found_in_public(url: str, files: PublishedFiles) -> str | None:
    """Asks twice: a lost packet is no lost file."""
    found, domain = None, url.partition("/music/")[0]
    for _ in range(2):
        try:
            status = files.public_status(url)
        except DownloadFailed as exc:
            found = f"no answer of {domain}: {exc}"
            continue
        found = None if status == 200 else f"HTTP {status} at {domain}"
        if status < 500:
            break
    return found


def _turn(scheduled_at: datetime, track_id: str) -> bytes:
    return hashlib.sha256(f"check {scheduled_at.isoformat()} {track_id}".encode()).digest()
