"""What became of each sound of a chart, one verdict for each: a draft in, verdicts out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tiktok_music.refresh.build_catalog import Draft
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding


class Verdict(StrEnum):
    """`untried` passed every rule that needs no media, and its media were not tried."""

    ACCEPTED = "accepted"
    MERGED = "merged"
    REJECTED = "rejected"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """One sound's verdict, under the title that it was judged by.

    `finding` says why it was rejected; `merged_into` is the TikTok id of the track that it is a
    double of, and `evidence` what joined them.
    """

    tiktok_id: str
    title: str
    author: str
    verdict: Verdict
    finding: Finding | None = None
    merged_into: str | None = None
    evidence: str | None = None

    @property
    def reason(self) -> str:
        """In a word or two: the rule's reason, or what it was merged into, or the verdict."""
        if self.finding is not None:
            return str(self.finding.reason)
        return f"merged into {self.merged_into}" if self.merged_into else str(self.verdict)

    @property
    def why(self) -> str:
        """In a sentence: the rule's finding, or what joined it; empty where there is no more."""
        return self.finding.detail if self.finding else self.evidence or ""


def verdicts_of(drafted: Draft) -> tuple[RowVerdict, ...]:
    """A verdict for every sound that has an id, each once, in the order of the chart."""
    told = {each.tiktok_id: each for each in _decided(drafted)}
    curated = {each.tiktok_id: each for each in drafted.curation.candidates}
    ids = dict.fromkeys(candidate.tiktok_id for candidate in drafted.chart.candidates)
    return tuple(
        told.get(tiktok_id) or _verdict(curated[tiktok_id], Verdict.UNTRIED) for tiktok_id in ids
    )


def _decided(drafted: Draft) -> Iterator[RowVerdict]:
    """A sound that is a double of itself is accepted: what comes later counts."""
    for double in drafted.catalog.doubles:
        yield replace(
            _verdict(double.candidate, Verdict.MERGED),
            merged_into=double.survivor.tiktok_id,
            evidence=double.evidence,
        )
    for accepted in drafted.catalog.accepted:
        yield _verdict(accepted.candidate, Verdict.ACCEPTED)
    dropped = (drafted.retired, drafted.curation.rejections(), drafted.catalog.rejections)
    for rejection in (each for part in dropped for each in part):
        if rejection.tiktok_id is not None:
            yield RowVerdict(
                rejection.tiktok_id,
                rejection.title,
                rejection.author,
                Verdict.REJECTED,
                finding=rejection.finding,
            )


def _verdict(candidate: Candidate, verdict: Verdict) -> RowVerdict:
    return RowVerdict(candidate.tiktok_id, candidate.title, candidate.author, verdict)
