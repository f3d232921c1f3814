"""The sandbox: a small fixed catalog of invented tracks, served to test keys.

Reads the files beside this module, which `tools/evaluation/make_sandbox.py` generates.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from tiktok_music.archive import TrackRecord, record_from
from tiktok_music.errors import KeySuspended, RateLimited, SnapshotGone
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot, describe, pack, render
from tiktok_music.track import Track, track_id_of

FOLDER = Path(__file__).parent
DOCUMENT = FOLDER / "tracks.json"
# The only version of the sandbox that is answered as one that is not stored any more.
GONE_VERSION = "0000000000-0000000000000000"
# Ids of no track: asking for them is answered with 429 and 503.
RATE_LIMITED_ID = track_id_of("9000000000000000429")
SUSPENDED_ID = track_id_of("9000000000000000503")


@dataclass(frozen=True, slots=True)
class FixtureSnapshot:
    """One invented snapshot: its publication time and the user count of each track."""

    published_at: datetime
    user_counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Fixtures:
    """All invented tracks, and the snapshots in order of publication."""

    records: dict[str, TrackRecord]
    snapshots: tuple[FixtureSnapshot, ...]

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        """Reads the records of the ids that exist, like an archive.

        Raises the error that one of the ids provokes.
        """
        track_ids = list(track_ids)
        if RATE_LIMITED_ID in track_ids:
            raise RateLimited(retry_after_seconds=1)
        if SUSPENDED_ID in track_ids:
            raise KeySuspended("Access is suspended.")
        return {
            track_id: self.records[track_id] for track_id in track_ids if track_id in self.records
        }


class SandboxSource:
    """A SnapshotSource over the fixtures, rendered and packed like real snapshots."""

    def __init__(self, fixtures: Fixtures, media_base_url: str) -> None:
        snapshots = [
            _snapshot(fixtures, fixture, fence, media_base_url)
            for fence, fixture in enumerate(fixtures.snapshots, start=1)
        ]
        self._snapshots = {snapshot.descriptor.version: snapshot for snapshot in snapshots}
        newest_first = [snapshot.descriptor for snapshot in reversed(snapshots)]
        self._pointer = Pointer(newest_first[0], tuple(newest_first[1:]))

    def pointer(self, *, consistent: bool = False) -> Pointer:
        return self._pointer

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        snapshot = self._snapshots.get(descriptor.version)
        if snapshot is None:
            raise SnapshotGone(f"the sandbox has no version {descriptor.version}")
        return snapshot


@cache
def sandbox_fixtures() -> Fixtures:
    """Reads the fixtures, once per process."""
    document = json.loads(DOCUMENT.read_bytes())
    records = [record_from(fields) for fields in document["records"]]
    snapshots = [
        FixtureSnapshot(datetime.fromisoformat(stored["publishedAt"]), stored["userCounts"])
        for stored in document["editions"]
    ]
    return Fixtures({record.track_id: record for record in records}, tuple(snapshots))


def media_file(track_id: str, suffix: str) -> Path:
    """The file of a track's preview (`mp3`) or cover (`jpg`)."""
    return FOLDER / f"{track_id}.{suffix}"


def _snapshot(
    fixtures: Fixtures, fixture: FixtureSnapshot, fence: int, media_base_url: str
) -> Snapshot:
    counts = fixture.user_counts
    tracks = [_track(fixtures.records[track_id], count) for track_id, count in counts.items()]
    gzipped = pack(render(tracks, media_base_url))
    descriptor = describe(
        gzipped,
        fence=fence,
        scheduled_at=fixture.published_at,
        published_at=fixture.published_at,
        track_count=len(tracks),
    )
    return Snapshot(descriptor, gzipped)


def _track(record: TrackRecord, user_count: int) -> Track:
    return Track(
        track_id=record.track_id,
        title=record.title,
        author=record.author,
        album=record.album,
        duration_seconds=record.media.duration_seconds if record.media else 0.0,
        language=record.language,
        user_count=user_count,
        is_commerce_music=record.is_commerce_music,
    )
