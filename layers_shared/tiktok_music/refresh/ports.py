"""Where the refresh keeps what it makes."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.refresh.media.ledger import LedgerEntry, MediaFailure
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot


class PublishedSnapshots(Protocol):
    """The snapshots as a dry run may see them."""

    def current(self) -> Pointer | None:
        """The pointer as it stands, None before the first publish."""

    def load(self, descriptor: Descriptor) -> Snapshot:
        """A stored snapshot, verified as every reader does it."""


class Publisher(PublishedSnapshots, Protocol):
    """The writing side of the snapshots."""

    def acquire_lease(self, holder: str, now: datetime, seconds: float) -> int:
        """A new, higher fencing token, or LeaseHeld."""

    def release_lease(self, holder: str) -> None:
        """Gives the lease back; that it is no longer ours is no error."""

    def write_chunks(self, snapshot: Snapshot) -> None:
        """Stores the pieces of a snapshot; nobody sees them before the flip."""

    def flip(self, pointer: Pointer, before: Pointer | None) -> None:
        """Makes `pointer` the current one where `before` still is, or PublishLost."""

    def sweep(self) -> int:
        """Deletes what no version that is kept consists of; returns how many pieces."""


class TrackArchive(Protocol):
    """What resolves an id for ever."""

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        """The records of those ids that there are."""

    def save_many(self, records: Iterable[TrackRecord]) -> None:
        """Writes records; writing the same again changes nothing."""


class ReadableLedger(Protocol):
    """What became of media that was tried."""

    def get_many(self, track_ids: Iterable[str]) -> dict[str, LedgerEntry]:
        """What is known of those ids."""


class MediaLedger(ReadableLedger, Protocol):
    """The ledger as a refresh has it; safe to write from many threads."""

    def save_media(self, track_id: str, media: MediaFacts) -> None:
        """Keeps what was stored, as soon as it is: a run may end at any moment."""

    def save_failures(self, failures: Iterable[MediaFailure]) -> None:
        """Keeps failures until they end."""


class RunReports(Protocol):
    """The reports of past refreshes."""

    def save_report(self, scheduled_at: datetime, report: dict[str, Any]) -> None:
        """Stores a report."""

    def save_recording(
        self, scheduled_at: datetime, packed: bytes, has_time: Callable[[], bool]
    ) -> None:
        """Stores a recording for a month, or StoreUnavailable; a later one of a run replaces it."""

    def save_run(self, line: dict[str, Any]) -> None:
        """Puts a run at the top of the list of the last ones."""


class Progress(Protocol):
    """Who is told how far a refresh is."""

    def advance(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` steps of a stage are done; `total` may be 0 when it is not known."""
