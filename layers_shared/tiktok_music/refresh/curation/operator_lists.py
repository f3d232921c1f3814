"""Operator overrides: deny, allow, rename. Values, no I/O."""

import re
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime
from enum import StrEnum

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding, RejectionReason


class ListKind(StrEnum):
    """`deny` rejects a sound, `allow` exempts it from the rules on words, `title` renames it.

    `deny-join` keeps a track from being published as a song of the commercial library,
    `allow-join` publishes the song that is its duplicate, whatever the evidence.
    """

    DENY = "deny"
    ALLOW = "allow"
    TITLE = "title"
    DENY_JOIN = "deny-join"
    ALLOW_JOIN = "allow-join"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One override, for one sound (`tiktok_id`) or for all that match a pattern.

    A pattern matches "artist - title", ignoring case; `*` matches any text. `title` is the new
    title of a `title` entry. An entry without `expires_at` is permanent.
    """

    kind: ListKind
    reason: str
    tiktok_id: str | None = None
    _: KW_ONLY
    pattern: str | None = None
    title: str | None = None
    expires_at: datetime | None = None

    def fits(self, candidate: Candidate) -> bool:
        """True if the entry applies to this candidate."""
        if self.tiktok_id is not None:
            return self.tiktok_id in (candidate.tiktok_id, candidate.track_id)
        words = (re.escape(part) for part in (self.pattern or "").casefold().split("*"))
        name = f"{candidate.author} - {candidate.title}".casefold()
        return re.fullmatch(".*".join(words), name, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class OperatorLists:
    """The operator overrides that are in force at one time."""

    entries: tuple[ListEntry, ...] = ()

    @classmethod
    def at(cls, entries: Iterable[ListEntry], now: datetime) -> "OperatorLists":
        """Drops the entries that have expired."""
        return cls(
            tuple(entry for entry in entries if entry.expires_at is None or now < entry.expires_at)
        )

    def renamed(self, candidate: Candidate) -> Candidate:
        """Applies the operator's title, if there is one."""
        entry = self._first(ListKind.TITLE, candidate)
        return candidate if entry is None else replace(candidate, title=entry.title or "")

    def judge_denied(self, candidate: Candidate) -> Finding | None:
        """Rejects a candidate that an entry denies."""
        entry = self._first(ListKind.DENY, candidate)
        if entry is None:
            return None
        return Finding(RejectionReason.DENIED, f"denied by the operator: {entry.reason}")

    def allows(self, candidate: Candidate) -> bool:
        """True if the candidate is exempt from the rules on words."""
        return self._first(ListKind.ALLOW, candidate) is not None

    def denies_join(self, candidate: Candidate) -> bool:
        return self._first(ListKind.DENY_JOIN, candidate) is not None

    def allows_join(self, candidate: Candidate) -> bool:
        return self._first(ListKind.ALLOW_JOIN, candidate) is not None

    def _first(self, kind: ListKind, candidate: Candidate) -> ListEntry | None:
        fitting = (entry for entry in self.entries if entry.kind is kind and entry.fits(candidate))
        return next(fitting, None)


NO_LISTS = OperatorLists()
