"""What the operator decides over the rules' heads: deny, allow, another title. Values, no I/O."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding, RejectionReason


class ListKind(StrEnum):
    """`deny` drops a sound, `allow` spares it the rules on words, `title` renames it."""

    DENY = "deny"
    ALLOW = "allow"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One decision, for one sound (`tiktok_id`) or for all that a pattern fits.

    A pattern is matched without regard to case against "artist - title"; `*` stands for anything.
    `title` is the new title of a `title` entry; an entry without `expires_at` stands for ever.
    """

    kind: ListKind
    reason: str
    tiktok_id: str | None = None
    pattern: str | None = None
    title: str | None = None
    expires_at: datetime | None = None

    def fits(self, candidate: Candidate) -> bool:
        """Whether the entry is about this sound."""
        if self.tiktok_id is not None:
            return self.tiktok_id in (candidate.tiktok_id, candidate.track_id)
        words = (re.escape(part) for part in (self.pattern or "").casefold().split("*"))
        name = f"{candidate.author} - {candidate.title}".casefold()
        return re.fullmatch(".*".join(words), name, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class OperatorLists:
    """The entries that stand at one moment."""

    entries: tuple[ListEntry, ...] = ()

    @classmethod
    def at(cls, entries: Iterable[ListEntry], now: datetime) -> "OperatorLists":
        """The entries that have not expired."""
        return cls(
            tuple(entry for entry in entries if entry.expires_at is None or now < entry.expires_at)
        )

    def renamed(self, candidate: Candidate) -> Candidate:
        """The candidate under the operator's title, where there is one."""
        entry = self._first(ListKind.TITLE, candidate)
        return candidate if entry is None else replace(candidate, title=entry.title or "")

    def judge_denied(self, candidate: Candidate) -> Finding | None:
        """A finding when the operator does not want the sound."""
        entry = self._first(ListKind.DENY, candidate)
        if entry is None:
            return None
        return Finding(RejectionReason.DENIED, f"denied by the operator: {entry.reason}")

    def allows(self, candidate: Candidate) -> bool:
        """Whether the rules on words leave the sound alone."""
        return self._first(ListKind.ALLOW, candidate) is not None

    def _first(self, kind: ListKind, candidate: Candidate) -> ListEntry | None:
        fitting = (entry for entry in self.entries if entry.kind is kind and entry.fits(candidate))
        return next(fitting, None)


NO_LISTS = OperatorLists()
