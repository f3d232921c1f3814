"""The media ledger: outcomes of media that was tried, so that it is not fetched again in vain."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tiktok_music.archive import MediaFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding, RejectionReason

# A bad file stays bad, until upstream replaces it under the same address: rare.
FILE_FAILURE_VALID_FOR = timedelta(days=7)
# In intervals of the schedule. A failed transfer is transient: the next run retries it. A decoder
# may be at fault itself: the file is left out of one run. Both are retried less and less often.
TRANSFER_INTERVALS = 0.5
DECODER_INTERVALS = 1.5
# Verdicts made in one run would otherwise end in one run, and its failures look like an outage.
JITTER_SHARE = 0.25
FILE_REASONS = frozenset(
    {
        RejectionReason.AUDIO_UNREADABLE,
        RejectionReason.AUDIO_DAMAGED,
        RejectionReason.AUDIO_TOO_SHORT,
        RejectionReason.AUDIO_TOO_LONG,
        RejectionReason.AUDIO_SILENT,
        RejectionReason.AUDIO_MOSTLY_SILENT,
        RejectionReason.AUDIO_TOO_QUIET,
        RejectionReason.AUDIO_CLIPPED,
        RejectionReason.COVER_UNREADABLE,
    }
)


@dataclass(frozen=True, slots=True)
class MediaFailure:
    """A verdict on one track's media. `addresses` names the files, without their signatures.

    `attempts` counts the runs in which it failed, this one included.
    """

    track_id: str
    addresses: str
    finding: Finding
    expires_at: datetime
    attempts: int = 1

    def applies_to(self, candidate: Candidate, now: datetime) -> bool:
        """True while the verdict has not expired and the candidate has the same files."""
        return now < self.expires_at and self.addresses == addresses_of(candidate)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One track's media: the facts of what is stored, or the failure."""

    media: MediaFacts | None = None
    failure: MediaFailure | None = None


@dataclass(frozen=True, slots=True)
class FailureClock:
    """The time of a run (UTC) and the interval of the schedule."""

    now: datetime
    refresh_every: timedelta

    def valid_for(self, finding: Finding, attempts: int) -> timedelta | None:
        """The time before the file is tried again; None if it is not saved.

        A failed upload is not saved: the bucket is at fault, and every new file in this run.
        """
        if finding.reason in FILE_REASONS:
            return FILE_FAILURE_VALID_FOR
        intervals = {
            RejectionReason.DOWNLOAD_FAILED: TRANSFER_INTERVALS,
            RejectionReason.MEDIA_WORKER_FAILED: DECODER_INTERVALS,
        }.get(finding.reason)
        if intervals is None:
            return None
        backoff = 1 << min(attempts - 1, 8)
        return min(intervals * backoff * self.refresh_every, FILE_FAILURE_VALID_FOR)


def failure_of(
    candidate: Candidate, finding: Finding, clock: FailureClock, earlier: MediaFailure | None
) -> MediaFailure | None:
    """The failure to save for a finding, or None; the jitter depends on track and addresses."""
    attempts = earlier.attempts + 1 if earlier else 1
    valid_for = clock.valid_for(finding, attempts)
    if valid_for is None:
        return None
    addresses = addresses_of(candidate)
    until = clock.now + valid_for * _jitter(candidate.track_id + addresses)
    return MediaFailure(candidate.track_id, addresses, finding, until, attempts)


def _jitter(name: str) -> float:
    """Between 1 - JITTER_SHARE and 1, the same for the same name."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32
    return 1 - JITTER_SHARE * share


def addresses_of(candidate: Candidate) -> str:
    """A hash of the candidate's file addresses: host and path only, as signatures change."""
    parts = [urlsplit(url) for url in (*candidate.preview_urls, *candidate.cover_urls)]
    text = "\n".join(f"{part.netloc}{part.path}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
