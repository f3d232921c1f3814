"""Puts a recorded run through the rules as they are now: recording in, verdicts out.

Only the rules are new. What media said then stands; nothing is fetched or written.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.refresh.curation import TextRules
from tiktok_music.refresh.drafting import draft
from tiktok_music.refresh.ports import MediaLedger
from tiktok_music.refresh.preparation import MediaTools
from tiktok_music.refresh.recorded_media import (
    ArchiveOfRun,
    LedgerOfRun,
    RecordedMedia,
    no_media_tools,
)
from tiktok_music.refresh.recording import Recording
from tiktok_music.refresh.row_verdict import RowVerdict, Verdict, verdicts_of
from tiktok_music.refresh.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class Change:
    """A sound of which the rules say something else than before."""

    before: RowVerdict
    now: RowVerdict

    @property
    def leaves(self) -> bool:
        """Whether it was on the list and would not be."""
        return self.before.verdict is Verdict.ACCEPTED and self.now.verdict is not Verdict.ACCEPTED

    @property
    def comes(self) -> bool:
        """Whether it was not on the list and would be, if its media are good."""
        listed = (Verdict.ACCEPTED, Verdict.UNTRIED)
        return self.before.verdict not in listed and self.now.verdict in listed

    @property
    def is_renamed(self) -> bool:
        """Whether it is on the list under another title."""
        is_listed = not self.leaves and self.now.verdict is Verdict.ACCEPTED
        return is_listed and self.before.title != self.now.title


def replay(
    recording: Recording,
    rules: TextRules,
    stores: tuple[ReadableArchive, MediaLedger],
    now: datetime,
) -> tuple[RowVerdict, ...]:
    """What the rules say today of every sound of a recorded chart."""
    archive, ledger = stores
    media = RecordedMedia.of(recording, now)
    parts = _Parts(
        rules,
        no_media_tools(),
        ArchiveOfRun(archive, media),
        LedgerOfRun(ledger, media),
        _Unseen(),
        lambda: now,
    )
    watch = Stopwatch(lambda: 0.0)
    return verdicts_of(draft(parts, recording.chart, watch, has_time=lambda: False))


def changes_of(before: Iterable[RowVerdict], now: Iterable[RowVerdict]) -> list[Change]:
    """The sounds whose verdict, reason or title is another, in the order of the chart."""
    new = {verdict.tiktok_id: verdict for verdict in now}
    pairs = [Change(old, new[old.tiktok_id]) for old in before if old.tiktok_id in new]
    return [change for change in pairs if _gist(change.before) != _gist(change.now)]


def _gist(verdict: RowVerdict) -> tuple[str, str, str]:
    return verdict.verdict, verdict.reason, verdict.title


class _Unseen:
    """Nobody watches."""

    def advance(self, stage: str, done: int, total: int) -> None:
        """Tells nobody."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a draft works with; see `DraftParts`."""

    rules: TextRules
    tools: MediaTools
    archive: ArchiveOfRun
    ledger: LedgerOfRun
    progress: _Unseen
    now: Callable[[], datetime]
