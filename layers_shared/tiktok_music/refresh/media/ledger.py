"""Ledger of media outcomes: stored media is reused, rejected media is not retried until the
failure expires."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tiktok_music.archive import MediaFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding, RejectionReason

# Upstream may fix a file under the same address.
FILE_FAILURE_VALID_FOR = timedelta(days=7)
# A failing decoder may be at fault itself: the file is skipped in one scheduled run, then retried.
WORKER_FAILURE_VALID_FOR = timedelta(hours=20)
# Transfer and store errors are transient and not listed; the next run retries them.
LASTING = {
    **dict.fromkeys(
        (
            RejectionReason.AUDIO_UNREADABLE,
            RejectionReason.AUDIO_DAMAGED,
            RejectionReason.AUDIO_TOO_SHORT,
            RejectionReason.AUDIO_TOO_LONG,
            RejectionReason.AUDIO_SILENT,
            RejectionReason.AUDIO_MOSTLY_SILENT,
            RejectionReason.AUDIO_TOO_QUIET,
            RejectionReason.AUDIO_CLIPPED,
            RejectionReason.COVER_UNREADABLE,
        ),
        FILE_FAILURE_VALID_FOR,
    ),
    RejectionReason.MEDIA_WORKER_FAILED: WORKER_FAILURE_VALID_FOR,
}


@dataclass(frozen=True, slots=True)
class MediaFailure:
    """Rejected media of one track. `addresses` is a hash of the file addresses."""

    track_id: str
    addresses: str
    finding: Finding
    expires_at: datetime

    def applies_to(self, candidate: Candidate, now: datetime) -> bool:
        """True if the failure has not expired and the candidate's files are the same."""
        return now < self.expires_at and self.addresses == addresses_of(candidate)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """The media outcome of one track: the facts of stored media, or the failure."""

    media: MediaFacts | None = None
    failure: MediaFailure | None = None


def failure_of(candidate: Candidate, finding: Finding, now: datetime) -> MediaFailure | None:
    """The failure to save for a finding; None if it is transient and the next run retries it."""
    valid_for = LASTING.get(finding.reason)
    if valid_for is None:
        return None
    return MediaFailure(candidate.track_id, addresses_of(candidate), finding, now + valid_for)


def addresses_of(candidate: Candidate) -> str:
    """A hash of the candidate's file addresses: host and path only, as signatures change."""
    parts = [urlsplit(url) for url in (*candidate.preview_urls, *candidate.cover_urls)]
    text = "\n".join(f"{part.netloc}{part.path}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
