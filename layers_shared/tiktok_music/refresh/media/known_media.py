"""Media outcomes of earlier runs, from archive and ledger; saves the outcomes of this one."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.errors import StoreUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.media.ledger import FailureClock, LedgerEntry, MediaFailure, failure_of
from tiktok_music.refresh.media.ports import MediaLedger, ReadableLedger
from tiktok_music.refresh.rejection import Finding, RejectionReason

_logger = logging.getLogger(__name__)


class KnownMedia(Protocol):
    """Media outcomes that are known before anything is fetched."""

    def outcome(self, candidate: Candidate) -> MediaFacts | Finding | None:
        """Facts of stored media, the finding that still rejects it, or None if unknown."""

    def has_failed(self, candidate: Candidate) -> bool:
        """True if its media was rejected in an earlier run, whether or not that still stands."""


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """The outcomes in archive and ledger; see `KnownMedia`. `is_forced` ignores failures."""

    known: Mapping[str, TrackRecord]
    entries: Mapping[str, LedgerEntry]
    now: datetime
    is_forced: bool

    @classmethod
    def read(
        cls,
        members: Iterable[Candidate],
        known: Mapping[str, TrackRecord],
        ledger: ReadableLedger,
        now: datetime,
        *,
        is_forced: bool,
    ) -> "StoredMedia":
        """Reads the ledger for the members whose archive record has no media."""
        unknown = [each.track_id for each in members if archived_media(known, each) is None]
        return cls(known, ledger.get_many(unknown), now, is_forced)

    def outcome(self, candidate: Candidate) -> MediaFacts | Finding | None:
        entry = self.entries.get(candidate.track_id, LedgerEntry())
        stored = archived_media(self.known, candidate) or entry.media
        if stored is not None:
            return stored
        if not candidate.has_addresses():
            return missing_address(candidate)
        failure = None if self.is_forced else entry.failure
        return failure.finding if failure and failure.applies_to(candidate, self.now) else None

    def has_failed(self, candidate: Candidate) -> bool:
        entry = self.entries.get(candidate.track_id)
        return entry is not None and entry.failure is not None

    def earlier_failure(self, candidate: Candidate) -> MediaFailure | None:
        entry = self.entries.get(candidate.track_id)
        return entry.failure if entry else None


def missing_address(candidate: Candidate) -> Finding:
    """The finding on a row that names no media: nothing is fetched for it."""
    if not candidate.preview_urls:
        return Finding(RejectionReason.NO_PREVIEW, "upstream gives no preview address")
    return Finding(RejectionReason.NO_COVER, "upstream gives no cover address")


def save_outcome(
    ledger: MediaLedger,
    candidate: Candidate,
    outcome: MediaFacts | Finding,
    clock: FailureClock,
    earlier: MediaFailure | None,
) -> None:
    """Saves an outcome at once, as the run may end at any moment.

    A failed write is logged only: it costs a second fetch, and only if this run does not publish.
    """
    try:
        if isinstance(outcome, MediaFacts):
            ledger.save_media(candidate.track_id, outcome)
        elif failure := failure_of(candidate, outcome, clock, earlier):
            ledger.save_failures([failure])
    except StoreUnavailable as exc:
        _logger.warning("could not write the media ledger entry of %s: %s", candidate.track_id, exc)


def archived_media(known: Mapping[str, TrackRecord], candidate: Candidate) -> MediaFacts | None:
    record = known.get(candidate.track_id)
    return record.media if record else None
