"""Replays a recorded run through the current rules: recording in, verdicts out.

Only the rules are new. Media outcomes are those of the recorded run; nothing is fetched or written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.errors import SnapshotCorrupt
from tiktok_music.refresh.build_catalog import build_catalog
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.shortlist import CurationArchive, make_shortlist
from tiktok_music.refresh.curation.text_rules import TextRules
from tiktok_music.refresh.history.recording import Recording
from tiktok_music.refresh.media.known_media import archived_media
from tiktok_music.refresh.media.ledger import LedgerEntry
from tiktok_music.refresh.media.pipeline import settle
from tiktok_music.refresh.media.ports import ReadableLedger
from tiktok_music.refresh.ports import PublishedSnapshots
from tiktok_music.refresh.publication.archive_records import rows_of
from tiktok_music.refresh.rejection import Finding, RejectionReason
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict
from tiktok_music.refresh.run_summary import verdicts_of

# Reasons that the current rules decide again; all others are findings about media files.
REASONS_WITHOUT_MEDIA = frozenset(
    {
        RejectionReason.INVALID_ROW,
        RejectionReason.NO_CLIP,
        RejectionReason.RETIRED,
        RejectionReason.DENIED,
        RejectionReason.UNAVAILABLE,
        RejectionReason.GENERIC_SOUND,
        RejectionReason.PROFANITY,
    }
)
# Stands for good media whose facts are no longer stored.
UNKNOWN_FACTS = MediaFacts(
    duration_seconds=0.0,
    loudness_lufs=0.0,
    true_peak_dbtp=0.0,
    source_lufs=0.0,
    preview_sha256="",
    preview_bytes=0,
    cover_sha256="",
    cover_bytes=0,
)


@dataclass(frozen=True, slots=True)
class Change:
    """A sound whose verdict differs between the recorded run and the current rules."""

    before: RowVerdict
    now: RowVerdict

    @property
    def leaves(self) -> bool:
        """True if it was listed and would not be."""
        return (
            self.before.status is RowStatus.ACCEPTED and self.now.status is not RowStatus.ACCEPTED
        )

    @property
    def comes(self) -> bool:
        """True if it was not listed and would be, provided that its media is good."""
        listed = (RowStatus.ACCEPTED, RowStatus.UNTRIED)
        return self.before.status not in listed and self.now.status in listed

    @property
    def is_renamed(self) -> bool:
        """True if it stays listed under another title."""
        is_listed = not self.leaves and self.now.status is RowStatus.ACCEPTED
        return is_listed and self.before.title != self.now.title


@dataclass(frozen=True, slots=True)
class RecordedMedia:
    """Media outcomes as the recorded run had them; see `KnownMedia`.

    `verdicts` are by TikTok id. Archive and ledger supply the facts of stored media only.
    """

    verdicts: Mapping[str, RowVerdict]
    known: Mapping[str, TrackRecord]
    entries: Mapping[str, LedgerEntry]

    def outcome(self, candidate: Candidate) -> MediaFacts | Finding | None:
        verdict = self.verdicts.get(candidate.tiktok_id)
        if verdict is None:  # a listed track whose other uploads were on the chart
            return archived_media(self.known, candidate)
        if verdict.finding and verdict.finding.reason not in REASONS_WITHOUT_MEDIA:
            return verdict.finding
        if verdict.status is RowStatus.UNTRIED:
            return None
        entry = self.entries.get(candidate.track_id, LedgerEntry())
        facts = archived_media(self.known, candidate) or entry.media
        return facts or (UNKNOWN_FACTS if verdict.status is RowStatus.ACCEPTED else None)

    def has_failed(self, candidate: Candidate) -> bool:
        return isinstance(self.outcome(candidate), Finding)


def replay(
    recording: Recording,
    rules: TextRules,
    stores: tuple[CurationArchive, ReadableLedger, PublishedSnapshots],
) -> tuple[RowVerdict, ...]:
    """The verdicts of the current rules on every sound of a recorded chart."""
    archive, ledger, publisher = stores
    chart, started_at = recording.chart, recording.started_at
    served = _rows_before(publisher, started_at)
    shortlist = make_shortlist(chart, rules, archive, started_at, served=served)
    groups = shortlist.curation.groups
    entries = ledger.get_many(member.track_id for group in groups for member in group.members)
    verdicts = {each.tiktok_id: each for each in recording.verdicts}
    known = RecordedMedia(verdicts, shortlist.known, entries)
    media = [settle(group, known) for group in groups]
    return verdicts_of(build_catalog(chart, shortlist, media, rules))


def _rows_before(
    publisher: PublishedSnapshots, moment: datetime
) -> Mapping[str, Mapping[str, object]]:
    """The rows of the version that a run which started at `moment` found, by track id.

    That is the newest stored version from before it; empty if none is stored any more.
    """
    pointer = publisher.current()
    stored = (pointer.current, *pointer.history) if pointer else ()
    earlier = (each for each in stored if each.published_at < moment)
    found = max(earlier, key=lambda each: each.published_at, default=None)
    try:
        return rows_of(publisher.load(found)) if found else {}
    except SnapshotCorrupt:
        return {}


def changes_of(before: Iterable[RowVerdict], now: Iterable[RowVerdict]) -> list[Change]:
    """The sounds whose status, reason or title changed, in the order of the chart."""
    new = {verdict.tiktok_id: verdict for verdict in now}
    pairs = [Change(old, new[old.tiktok_id]) for old in before if old.tiktok_id in new]
    return [change for change in pairs if _compared(change.before) != _compared(change.now)]


def _compared(verdict: RowVerdict) -> tuple[str, str, str]:
    return verdict.status, verdict.reason, verdict.title
