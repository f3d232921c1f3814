"""What a run knows of media before it fetches any, and what it keeps of what it learns."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.errors import StoreUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.ledger import LedgerEntry, failure_of
from tiktok_music.refresh.ports import MediaLedger
from tiktok_music.refresh.verdict import Finding, Rejection

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MediaMemory:
    """The archive's and the ledger's knowledge of a run's candidates.

    Forced, a run tries again what was found wanting.
    """

    known: Mapping[str, TrackRecord]
    entries: Mapping[str, LedgerEntry]
    ledger: MediaLedger
    now: datetime
    is_forced: bool

    @classmethod
    def of(
        cls,
        members: Iterable[Candidate],
        known: Mapping[str, TrackRecord],
        ledger: MediaLedger,
        now: datetime,
        *,
        is_forced: bool,
    ) -> "MediaMemory":
        """Reads the ledger for those that the archive has no media of."""
        unknown = [each.track_id for each in members if _media_of(known, each) is None]
        return cls(known, ledger.look_up(unknown), ledger, now, is_forced)

    def stored(self, candidate: Candidate) -> MediaFacts | None:
        """Media that is there already."""
        entry = self.entries.get(candidate.track_id)
        return _media_of(self.known, candidate) or (entry.media if entry else None)

    def failed(self, candidate: Candidate) -> Finding | None:
        """Why the candidate's media was found wanting, while that stands."""
        entry = self.entries.get(candidate.track_id)
        failure = entry.failure if entry and not self.is_forced else None
        return failure.finding if failure and failure.stands_for(candidate, self.now) else None

    def noted(self, candidate: Candidate, made: MediaFacts | Rejection) -> MediaFacts | Rejection:
        """Notes what was stored or will not be, and gives it back; the run may end at any moment.

        What cannot be noted is only tried again, should this run not publish.
        """
        try:
            self._note(candidate, made)
        except StoreUnavailable as exc:
            _logger.warning("media of %s is not noted: %s", candidate.track_id, exc)
        return made

    def _note(self, candidate: Candidate, made: MediaFacts | Rejection) -> None:
        if isinstance(made, MediaFacts):
            self.ledger.note(candidate.track_id, made)
            return
        failure = failure_of(candidate, made, self.now)
        if failure is not None:
            self.ledger.remember([failure])


def _media_of(known: Mapping[str, TrackRecord], candidate: Candidate) -> MediaFacts | None:
    record = known.get(candidate.track_id)
    return record.media if record else None
