"""Media as a recorded run knew them, for judging its rows again; see `KnownMedia`.

What was stored counts as stored, what was rejected as rejected, what was not tried as not tried,
whatever was learned since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.history.row_verdict import RowVerdict, Verdict
from tiktok_music.refresh.media.known_media import media_in
from tiktok_music.refresh.media.ledger import LedgerEntry
from tiktok_music.refresh.rejection import Finding, RejectionReason

# What is judged without media, and therefore again; every other reason is of a file.
WITHOUT_MEDIA = frozenset(
    {
        RejectionReason.INVALID_ROW,
        RejectionReason.RETIRED,
        RejectionReason.DENIED,
        RejectionReason.UNAVAILABLE,
        RejectionReason.GENERIC_SOUND,
        RejectionReason.PROFANITY,
    }
)
# Media that were good, and of which nothing is known any more.
FORGOTTEN = MediaFacts(0.0, 0.0, 0.0, 0.0, "", 0, "", 0)


@dataclass(frozen=True, slots=True)
class RecordedMedia:
    """The verdicts of a run by TikTok id, over what archive and ledger know of its media today."""

    verdicts: Mapping[str, RowVerdict]
    known: Mapping[str, TrackRecord]
    entries: Mapping[str, LedgerEntry]

    @classmethod
    def of(
        cls,
        verdicts: Iterable[RowVerdict],
        known: Mapping[str, TrackRecord],
        entries: Mapping[str, LedgerEntry],
    ) -> "RecordedMedia":
        return cls({each.tiktok_id: each for each in verdicts}, known, entries)

    def stored(self, candidate: Candidate) -> MediaFacts | None:
        verdict = self.verdicts[candidate.tiktok_id].verdict
        if verdict is Verdict.UNTRIED or self.failed(candidate) is not None:
            return None
        entry = self.entries.get(candidate.track_id)
        media = media_in(self.known, candidate) or (entry.media if entry else None)
        return media or (FORGOTTEN if verdict is Verdict.ACCEPTED else None)

    def failed(self, candidate: Candidate) -> Finding | None:
        finding = self.verdicts[candidate.tiktok_id].finding
        return finding if finding and finding.reason not in WITHOUT_MEDIA else None
