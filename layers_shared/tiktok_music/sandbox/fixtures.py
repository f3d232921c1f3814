"""What test keys get: a small catalog of invented tracks, the same on every call, for ever.

Read from the files beside this module, which `tools/evaluation/make_sandbox.py` makes.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from tiktok_music.archive import TrackRecord, record_from
from tiktok_music.errors import SnapshotGone
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot, describe, pack, render
from tiktok_music.track import Track

FOLDER = Path(__file__).parent
DOCUMENT = FOLDER / "tracks.json"


@dataclass(frozen=True, slots=True)
class FixtureSnapshot:
    """A published list: the users of each of its tracks, and when it was made."""

    published_at: datetime
    user_counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Fixtures:
    """Every invented track, and the editions in order of publication."""

    records: dict[str, TrackRecord]
    editions: tuple[FixtureSnapshot, ...]

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        """The records of those ids that there are, as an archive answers."""
        return {
            track_id: self.records[track_id] for track_id in track_ids if track_id in self.records
        }


class SandboxSource:
    """The editions as snapshots, rendered, packed and described as real ones are."""

    def __init__(self, fixtures: Fixtures, media_base_url: str) -> None:
        snapshots = [
            _snapshot(fixtures, edition, fence, media_base_url)
            for fence, edition in enumerate(fixtures.editions, start=1)
        ]
        self._snapshots = {snapshot.descriptor.version: snapshot for snapshot in snapshots}
        newest_first = [snapshot.descriptor for snapshot in reversed(snapshots)]
        self._pointer = Pointer(newest_first[0], tuple(newest_first[1:]))

    def pointer(self, *, consistent: bool = False) -> Pointer:
        return self._pointer

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        snapshot = self._snapshots.get(descriptor.version)
        if snapshot is None:
            raise SnapshotGone(f"{descriptor.version} is no version of the sandbox")
        return snapshot


@cache
def sandbox_fixtures() -> Fixtures:
    """The fixtures, read once."""
    document = json.loads(DOCUMENT.read_bytes())
    records = [record_from(fields) for fields in document["records"]]
    editions = [
        FixtureSnapshot(datetime.fromisoformat(edition["publishedAt"]), edition["userCounts"])
        for edition in document["editions"]
    ]
    return Fixtures({record.track_id: record for record in records}, tuple(editions))


def media_file(track_id: str, suffix: str) -> Path:
    """The file behind a track's preview (`mp3`) or cover (`jpg`)."""
    return FOLDER / f"{track_id}.{suffix}"


def _snapshot(
    fixtures: Fixtures, edition: FixtureSnapshot, fence: int, media_base_url: str
) -> Snapshot:
    counts = edition.user_counts
    tracks = [_track(fixtures.records[track_id], count) for track_id, count in counts.items()]
    gzipped = pack(render(tracks, media_base_url))
    descriptor = describe(
        gzipped,
        fence=fence,
        scheduled_at=edition.published_at,
        published_at=edition.published_at,
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
