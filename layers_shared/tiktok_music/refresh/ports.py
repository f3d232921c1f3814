"""The ports of a refresh: snapshots, archive, media ledger, reports, progress."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tiktok_music.archive import TrackRecord
from tiktok_music.chart_listing import ChartEntry, ChartListing
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot

# The lease of a refresh, the longest one, outlives the run (Lambda's 900 s) by a minute.
LEASE_SECONDS = 960.0


class PublishedSnapshots(Protocol):
    """The reading side of the snapshots."""

    def current(self) -> Pointer | None:
        """The current pointer, None before the first publish."""

    def load(self, descriptor: Descriptor) -> Snapshot:
        """A stored snapshot, verified; raises SnapshotCorrupt."""


class Publisher(PublishedSnapshots, Protocol):
    """The writing side of the snapshots."""

    def acquire_lease(self, holder: str, now: datetime, seconds: float) -> int:
        """Takes the lease and returns a new, higher fencing token; raises LeaseHeld."""

    def next_fence(self) -> int:
        """A fencing token above all earlier ones, and above that of the pointer."""

    def release_lease(self, holder: str) -> None:
        """Releases the lease; no error if another holder has it."""

    def write_chunks(self, snapshot: Snapshot) -> None:
        """Stores the chunks of a snapshot, which are not served before the flip."""

    def flip(self, pointer: Pointer, before: Pointer | None) -> None:
        """Replaces the pointer `before`; raises PublishLost if another one is current."""

    def unpublished(self, pointer: Pointer | None) -> Iterable[bytes]:
        """The gzipped bodies of stored versions that the pointer does not name."""

    def sweep(self) -> int:
        """Deletes the chunks of expired versions; returns their number."""


class ChartStore(Protocol):
    """The charts beside the default one."""

    def publisher(self, chart_id: str) -> Publisher:
        """The snapshots of one chart, whether it was ever published or not."""

    def listing(self) -> ChartListing:
        """The stored list, strongly consistent; empty before the first write."""

    def save_listing(self, entries: Sequence[ChartEntry], before: ChartListing) -> None:
        """Replaces the list `before`; raises PublishLost if it was changed since."""


class TrackArchive(Protocol):
    """The permanent records of all tracks ever published."""

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        """The records of those ids; unknown ids are left out."""

    def list_retired(self) -> Sequence[TrackRecord]:
        """The records of all tracks that the operator has retired."""

    def tracks_of_songs(self, song_ids: Iterable[str]) -> Mapping[str, str]:
        """The track ids of songs of the commercial library; unknown songs are left out."""

    def save_songs(self, songs: Mapping[str, str]) -> None:
        """Writes the track id of each song; idempotent."""

    def save_many(self, records: Iterable[TrackRecord]) -> None:
        """Writes records; idempotent."""


class RunReports(Protocol):
    """The reports of past refreshes."""

    def save_report(self, scheduled_at: datetime, report: dict[str, Any]) -> None:
        """Stores a report."""

    def save_recording(
        self, scheduled_at: datetime, packed: bytes, has_time: Callable[[], bool]
    ) -> None:
        """Stores a recording for a month; a later one of the run replaces it.

        Raises StoreUnavailable, also when `has_time` turns false.
        """

    def save_run(self, entry: dict[str, Any]) -> None:
        """Puts an entry at the top of the list of runs."""


class Progress(Protocol):
    """Shows the progress of a refresh."""

    def advance(self, stage: str, done: int, total: int) -> None:
        """Called when `done` of `total` steps of a stage are done; an unknown `total` is 0."""
