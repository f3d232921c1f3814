"""Media outcomes of earlier runs, from archive and ledger; saves the outcomes of this one."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.errors import StoreUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.media.ledger import LedgerEntry, failure_of
from tiktok_music.refresh.ports import MediaLedger, ReadableLedger
from tiktok_music.refresh.rejection import Finding

_logger = logging.getLogger(__name__)


class KnownMedia(Protocol):
    """Media outcomes that are known before anything is fetched."""

    def outcome(self, candidate: Candidate) -> MediaFacts | Finding | None:
        """Facts of stored media, the finding that still rejects it, or None if unknown."""


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
        failure = None if self.is_forced else entry.failure
        return failure.finding if failure and failure.applies_to(candidate, self.now) else None


def save_outcome(
    ledger: MediaLedger, candidate: Candidate, outcome: MediaFacts | Finding, now: datetime
) -> None:
    """Saves an outcome at once, as the run may end at any moment.

    A failed write is logged only: it costs a second fetch, and only if this run does not publish.
    """
    try:
        if isinstance(outcome, MediaFacts):
            ledger.save_media(candidate.track_id, outcome)
        elif failure := failure_of(candidate, outcome, now):
            ledger.save_failures([failure])
    except StoreUnavailable as exc:
        _logger.warning("could not write the media ledger entry of %s: %s", candidate.track_id, exc)


def archived_media(known: Mapping[str, TrackRecord], candidate: Candidate) -> MediaFacts | None:
    record = known.get(candidate.track_id)
    return record.media if record else None
