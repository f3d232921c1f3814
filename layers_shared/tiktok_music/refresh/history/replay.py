"""Puts a recorded run through the rules as they are now: recording in, verdicts out.

Only the rules are new. What media said then stands; nothing is fetched or written.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.refresh.build_catalog import draft
from tiktok_music.refresh.curation.shortlist import shortlist
from tiktok_music.refresh.curation.text_rules import TextRules
from tiktok_music.refresh.history.recorded_media import RecordedMedia
from tiktok_music.refresh.history.recording import Recording
from tiktok_music.refresh.history.row_verdict import RowVerdict, Verdict, verdicts_of
from tiktok_music.refresh.media.stage import settle
from tiktok_music.refresh.ports import ReadableLedger


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
    recording: Recording, rules: TextRules, stores: tuple[ReadableArchive, ReadableLedger]
) -> tuple[RowVerdict, ...]:
    """What the rules say today of every sound of a recorded chart."""
    archive, ledger = stores
    chart = recording.chart
    listed = shortlist(chart, rules, archive)
    groups = listed.curation.groups
    entries = ledger.get_many(member.track_id for group in groups for member in group.members)
    known = RecordedMedia.of(recording.verdicts, listed.known, entries)
    media = [settle(group, known) for group in groups]
    return verdicts_of(draft(chart, listed, media, rules))


def changes_of(before: Iterable[RowVerdict], now: Iterable[RowVerdict]) -> list[Change]:
    """The sounds whose verdict, reason or title is another, in the order of the chart."""
    new = {verdict.tiktok_id: verdict for verdict in now}
    pairs = [Change(old, new[old.tiktok_id]) for old in before if old.tiktok_id in new]
    return [change for change in pairs if _gist(change.before) != _gist(change.now)]


def _gist(verdict: RowVerdict) -> tuple[str, str, str]:
    return verdict.verdict, verdict.reason, verdict.title
