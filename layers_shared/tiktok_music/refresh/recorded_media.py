"""Media as a recorded run knew them, for judging its rows again: whatever was learned since.

What was stored counts as stored, what was found wanting as found wanting, what was not tried as
not tried.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NoReturn

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.refresh.ledger import LedgerEntry, MediaFailure, addresses_of
from tiktok_music.refresh.media import PreparedPreview
from tiktok_music.refresh.ports import MediaLedger
from tiktok_music.refresh.preparation import MediaTools
from tiktok_music.refresh.recording import Recording
from tiktok_music.refresh.row_verdict import Verdict
from tiktok_music.refresh.verdict import Finding, RejectionReason
from tiktok_music.track import track_id_of

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
    """By track id: media found wanting, media that were good, media that were not tried."""

    failed: Mapping[str, MediaFailure]
    good: frozenset[str]
    untried: frozenset[str]

    @classmethod
    def of(cls, recording: Recording, now: datetime) -> "RecordedMedia":
        """What the recorded verdicts tell; failures stand at `now`."""
        addresses = {each.tiktok_id: addresses_of(each) for each in recording.chart.candidates}
        ids: dict[Verdict, set[str]] = {verdict: set() for verdict in Verdict}
        failed = {}
        for told in recording.verdicts:
            track_id = track_id_of(told.tiktok_id)
            ids[told.verdict].add(track_id)
            if told.finding is not None and told.finding.reason not in WITHOUT_MEDIA:
                failed[track_id] = _failure(track_id, addresses[told.tiktok_id], told.finding, now)
        return cls(failed, frozenset(ids[Verdict.ACCEPTED]), frozenset(ids[Verdict.UNTRIED]))

    def had_none(self, track_id: str) -> bool:
        """Whether the run had no media of a track."""
        return track_id in self.failed or track_id in self.untried

    def entry(self, track_id: str, known: LedgerEntry | None) -> LedgerEntry | None:
        """What the run's ledger had of a track that the archive has no media of."""
        if track_id in self.failed:
            return LedgerEntry(failure=self.failed[track_id])
        if track_id in self.untried:
            return None
        media = known.media if known else None
        if media is None and track_id in self.good:
            media = FORGOTTEN
        return LedgerEntry(media=media) if media else None


def _failure(track_id: str, addresses: str, finding: Finding, now: datetime) -> MediaFailure:
    return MediaFailure(track_id, addresses, finding, now + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class ArchiveOfRun:
    """The archive, without media that the run did not have; it is not written."""

    archive: ReadableArchive
    media: RecordedMedia

    def known(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        found = self.archive.known(track_ids)
        return {
            track_id: replace(record, media=None) if self.media.had_none(track_id) else record
            for track_id, record in found.items()
        }

    def keep(self, records: Iterable[TrackRecord]) -> None:
        _refuse("write the archive")


@dataclass(frozen=True, slots=True)
class LedgerOfRun:
    """The media ledger as the run left it; it is not written."""

    ledger: MediaLedger
    media: RecordedMedia

    def look_up(self, track_ids: Iterable[str]) -> dict[str, LedgerEntry]:
        asked = list(track_ids)
        known = self.ledger.look_up(asked)
        told = {each: self.media.entry(each, known.get(each)) for each in asked}
        return {track_id: entry for track_id, entry in told.items() if entry}

    def note(self, track_id: str, media: MediaFacts) -> None:
        _refuse("write the media ledger")

    def remember(self, failures: Iterable[MediaFailure]) -> None:
        """Nothing was learned of media that is not recorded already."""


class _NoMedia:
    """Fetches, decodes and stores nothing."""

    def audio(self, urls: tuple[str, ...]) -> bytes:
        _refuse("fetch audio")

    def image(self, urls: tuple[str, ...]) -> bytes:
        _refuse("fetch an image")

    def prepare_preview(self, data: bytes, title: str, artist: str) -> PreparedPreview:
        _refuse("decode audio")

    def prepare_cover(self, data: bytes) -> bytes:
        _refuse("decode an image")

    def put_once(
        self, key: str, body: bytes, content_type: str, facts: Mapping[str, str]
    ) -> Mapping[str, str]:
        _refuse(f"store {key}")


def no_media_tools() -> MediaTools:
    """Tools that are never used: there is no time for media in a replay."""
    return MediaTools(_NoMedia(), _NoMedia(), _NoMedia())


def _refuse(what: str) -> NoReturn:
    raise RuntimeError(f"a replay does not {what}")
