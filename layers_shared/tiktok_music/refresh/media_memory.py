"""What a run knows of media before it fetches any, and what it keeps of what it learns."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.errors import StoreUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.ledger import LedgerEntry, failures_of
from tiktok_music.refresh.ports import MediaLedger
from tiktok_music.refresh.verdict import Finding, Rejection

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MediaMemory:
    """The archive's and the ledger's knowledge of a run's candidates."""

    members: tuple[Candidate, ...]
    known: Mapping[str, TrackRecord]
    entries: Mapping[str, LedgerEntry]
    ledger: MediaLedger
    now: datetime

    @classmethod
    def of(
        cls,
        members: Iterable[Candidate],
        known: Mapping[str, TrackRecord],
        ledger: MediaLedger,
        now: datetime,
    ) -> "MediaMemory":
        """Reads the ledger for those that the archive has no media of."""
        members = tuple(members)
        unknown = [each.track_id for each in members if _media_of(known, each) is None]
        return cls(members, known, ledger.look_up(unknown), ledger, now)

    def stored(self, candidate: Candidate) -> MediaFacts | None:
        """Media that is there already."""
        entry = self.entries.get(candidate.track_id)
        return _media_of(self.known, candidate) or (entry.media if entry else None)

    def failed(self, candidate: Candidate) -> Finding | None:
        """Why the candidate's media was found wanting, while that stands."""
        entry = self.entries.get(candidate.track_id)
        failure = entry.failure if entry else None
        return failure.finding if failure and failure.stands_for(candidate, self.now) else None

    def noted(self, candidate: Candidate, made: MediaFacts | Rejection) -> MediaFacts | Rejection:
        """Notes what was stored, and gives it back; the run may end at any moment.

        What cannot be noted is only made again, should this run not publish.
        """
        if isinstance(made, MediaFacts):
            try:
                self.ledger.note(candidate.track_id, made)
            except StoreUnavailable as exc:
                _logger.warning("media of %s is not noted: %s", candidate.track_id, exc)
        return made

    def remember(self, rejections: Iterable[Rejection]) -> None:
        """Keeps the new failures of a run that will be the same tomorrow."""
        tried = [member for member in self.members if self.failed(member) is None]
        self.ledger.remember(failures_of(rejections, tried, self.now))


def _media_of(known: Mapping[str, TrackRecord], candidate: Candidate) -> MediaFacts | None:
    record = known.get(candidate.track_id)
    return record.media if record else None
