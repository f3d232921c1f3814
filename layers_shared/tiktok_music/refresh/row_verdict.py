"""The verdict on a row of a chart: accepted, a duplicate, rejected, or not tried yet."""

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding, Rejection


class RowStatus(StrEnum):
    """The values are stored in recordings and printed by the operator's command.

    `untried` passed every rule that needs no media; its media was not fetched.
    """

    ACCEPTED = "accepted"
    DUPLICATE = "merged"
    REJECTED = "rejected"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """The verdict on one row, under the title that was judged.

    `finding` is the reason of a rejection. `duplicate_of` is the TikTok id of the canonical track
    and `evidence` the rule that matched. `tiktok_id` is empty for a row whose id could not be read.
    """

    tiktok_id: str
    title: str
    author: str
    status: RowStatus
    _: KW_ONLY
    finding: Finding | None = None
    duplicate_of: str | None = None
    evidence: str | None = None

    @classmethod
    def of(cls, candidate: Candidate, status: RowStatus) -> "RowVerdict":
        return cls(candidate.tiktok_id, candidate.title, candidate.author, status)

    @classmethod
    def of_rejection(cls, rejection: Rejection) -> "RowVerdict":
        return cls(
            rejection.tiktok_id or "",
            rejection.title,
            rejection.author,
            RowStatus.REJECTED,
            finding=rejection.finding,
        )

    @property
    def reason(self) -> str:
        """A word or two: the rejection reason, the canonical track, or the status."""
        if self.finding is not None:
            return str(self.finding.reason)
        return f"merged into {self.duplicate_of}" if self.duplicate_of else str(self.status)

    @property
    def why(self) -> str:
        """One sentence: the finding's detail or the duplicate's evidence; may be empty."""
        return self.finding.detail if self.finding else self.evidence or ""
