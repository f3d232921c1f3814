"""What became of media that was tried: what is stored is not made again, nor is what was found
wanting fetched again until that verdict ends."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tiktok_music.archive import MediaFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding, RejectionReason

# Upstream mends a file now and then, under the same address.
STANDS_FOR = timedelta(days=7)
# A decoder that fails may be at fault itself: the file is left out of one tick, and tried again.
STANDS_FOR_ONE_TICK = timedelta(hours=20)
# What is wrong with a file stays wrong; a transfer or a store may be well by the next run.
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
        STANDS_FOR,
    ),
    RejectionReason.MEDIA_WORKER_FAILED: STANDS_FOR_ONE_TICK,
}


@dataclass(frozen=True, slots=True)
class MediaFailure:
    """A verdict on one track's media. `addresses` names the files, without their signatures."""

    track_id: str
    addresses: str
    finding: Finding
    stands_until: datetime

    def stands_for(self, candidate: Candidate, now: datetime) -> bool:
        """Whether the candidate's media are still those that were judged."""
        return now < self.stands_until and self.addresses == addresses_of(candidate)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One track's media: the facts of what is stored, or why nothing is."""

    media: MediaFacts | None = None
    failure: MediaFailure | None = None


def failure_of(candidate: Candidate, finding: Finding, now: datetime) -> MediaFailure | None:
    """The failure to save for a finding; None if it is transient and the next run retries it."""
    stands_for = LASTING.get(finding.reason)
    if stands_for is None:
        return None
    return MediaFailure(candidate.track_id, addresses_of(candidate), finding, now + stands_for)


def addresses_of(candidate: Candidate) -> str:
    """A short name of the candidate's files: host and path, for signatures change all the time."""
    parts = [urlsplit(url) for url in (*candidate.preview_urls, *candidate.cover_urls)]
    text = "\n".join(f"{part.netloc}{part.path}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
