"""What is known of media before a run fetches any, and what it keeps of what it learns."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.errors import StoreUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.media.ledger import LedgerEntry, failure_of
from tiktok_music.refresh.ports import MediaLedger, ReadableLedger
from tiktok_music.refresh.rejection import Finding, Rejection

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """What archive and ledger know of the candidates of a run; see `KnownMedia`.

    Forced, a run tries again what was rejected before.
    """

    known: Mapping[str, TrackRecord]
    entries: Mapping[str, LedgerEntry]
    now: datetime
    is_forced: bool

    @classmethod
    def of(
        cls,
        members: Iterable[Candidate],
        known: Mapping[str, TrackRecord],
        ledger: ReadableLedger,
        now: datetime,
        *,
        is_forced: bool,
    ) -> "StoredMedia":
        """Reads the ledger for those that the archive has no media of."""
        unknown = [each.track_id for each in members if media_in(known, each) is None]
        return cls(known, ledger.get_many(unknown), now, is_forced)

    def stored(self, candidate: Candidate) -> MediaFacts | None:
        entry = self.entries.get(candidate.track_id)
        return media_in(self.known, candidate) or (entry.media if entry else None)

    def failed(self, candidate: Candidate) -> Finding | None:
        entry = self.entries.get(candidate.track_id)
        failure = entry.failure if entry and not self.is_forced else None
        return failure.finding if failure and failure.stands_for(candidate, self.now) else None


def noted(
    ledger: MediaLedger, candidate: Candidate, made: MediaFacts | Rejection, now: datetime
) -> MediaFacts | Rejection:
    """Saves an outcome in the ledger and returns it; the run may end at any moment.

    An outcome that cannot be saved is only tried again, should this run not publish.
    """
    try:
        if isinstance(made, MediaFacts):
            ledger.save_media(candidate.track_id, made)
        elif failure := failure_of(candidate, made, now):
            ledger.save_failures([failure])
    except StoreUnavailable as exc:
        _logger.warning("media of %s is not noted: %s", candidate.track_id, exc)
    return made


def media_in(known: Mapping[str, TrackRecord], candidate: Candidate) -> MediaFacts | None:
    record = known.get(candidate.track_id)
    return record.media if record else None
